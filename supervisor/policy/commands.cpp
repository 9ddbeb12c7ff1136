#include "supervisor/policy/commands.h"

#include "common/base/strings.h"

#include <algorithm>
#include <array>

namespace openclaw::policy {

namespace {

constexpr std::array<CommandRow, 6> rows = {{
    {Command::start_new, "new", "Start a new session", false, true},
    {Command::reset, "reset", "Reset this session", false, true},
    {Command::stop, "stop", "Stop the answer in progress", false, true},
    {Command::status, "status", "Show the gateway, the model and this session", false, true},
    {Command::help, "help", "Show what I understand", false, true},
    {Command::whoami, "whoami", "Show your ids on this channel", false, true},
}};

const CommandRow& row_of(Command command) {
    return *std::ranges::find(rows, command, &CommandRow::command);
}

// session.resetTriggers: words of the operator's own that reset, whole or followed by text.
std::optional<std::string> after_trigger(std::string_view text, const config::Session& session) {
    text = trim(text);
    for (const std::string& trigger : session.reset_triggers) {
        if (trigger.empty() || text.size() < trigger.size() ||
            !equals_ignoring_case(text.substr(0, trigger.size()), trigger))
            continue;
        const auto rest = text.substr(trigger.size());
        if (rest.empty() || rest.front() == ' ' || rest.front() == '\n')
            return std::string(trim(rest));
    }
    return std::nullopt;
}

CommandCall find_call(const Facts& facts, const config::Session& session) {
    using Answer = CommandCall::Answer;
    if (const CommandRow* row = find_command(facts.command);
        row != nullptr && !facts.command.empty())
        return {
            .answer = Answer::run, .row = row, .arguments = facts.command_arguments, .reason = {}};
    if (auto rest = after_trigger(facts.text, session))
        return {.answer = Answer::run,
                .row = &row_of(Command::reset),
                .arguments = std::move(*rest),
                .reason = {}};
    return {};
}

} // namespace

std::span<const CommandRow> command_rows() {
    return rows;
}

const CommandRow* find_command(std::string_view name) {
    if (name.starts_with('/')) name.remove_prefix(1);
    const auto found = std::ranges::find_if(
        rows, [&](const CommandRow& row) { return equals_ignoring_case(row.name, name); });
    return found == rows.end() ? nullptr : &*found;
}

CommandCall judge_command(const Facts& facts, const Admission& admission,
                          const config::Commands& commands, const config::Session& session) {
    using Answer = CommandCall::Answer;
    if (!commands.text || admission.verdict != Verdict::admit) return {};
    CommandCall call = find_call(facts, session);
    if (call.answer == Answer::none) return call;
    const bool is_allowed = admission.may_command && (!call.row->owner_only || admission.is_owner);
    if (is_allowed) return call;
    call.reason = call.row->owner_only ? "owner_only" : "not_authorised";
    call.answer = facts.chat_kind == ChatKind::direct ? Answer::as_text : Answer::refuse;
    return call;
}

std::string help_text() {
    std::string text = "ℹ️ **Help**\n\n";
    for (const CommandRow& row : rows)
        text += "/" + std::string(row.name) + " — " + std::string(row.summary) + "\n";
    return text + "\nEverything else you write goes to the agent.";
}

} // namespace openclaw::policy
