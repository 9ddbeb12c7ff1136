// policy/commands.h — which text commands exist and who may use them (BEHAVIOUR.md A6).
//
// An unknown slash text is ordinary text for the agent. A known one from somebody who may not use
// it is ordinary text in a direct conversation and is refused in words elsewhere only when the
// platform showed it as a command.
#pragma once

#include "common/config/session.h"
#include "supervisor/policy/access.h"
#include "supervisor/policy/facts.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace openclaw::policy {

enum class Command { start_new, reset, stop, status, help, whoami };

struct CommandRow {
    Command command;
    std::string_view name;    // "new"
    std::string_view summary; // for /help and the platform's menu
    bool owner_only = false;
    bool jumps_queue = false; // obeyed while a run lasts: stop must not wait for what it stops
};

std::span<const CommandRow> command_rows();
const CommandRow* find_command(std::string_view name); // "new" or "/new"; null: ordinary text

struct CommandCall {
    enum class Answer { none, run, as_text, refuse };
    Answer answer = Answer::none; // none: no command here
    const CommandRow* row = nullptr;
    std::string arguments;
    std::string_view reason;
};

CommandCall judge_command(const Facts& facts, const Admission& admission,
                          const config::Commands& commands, const config::Session& session);

inline constexpr std::string_view not_authorised_text =
    "You are not authorized to use this command."; // BEHAVIOUR.md A5

// /help as markdown.
std::string help_text();

} // namespace openclaw::policy
