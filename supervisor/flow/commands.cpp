#include "supervisor/flow/commands.h"

#include "common/version.h"
#include "supervisor/policy/session_key.h"

namespace openclaw::flow {

namespace {

std::string duration_words(std::int64_t ms) {
    const auto seconds = ms / 1000;
    if (seconds < 60) return std::to_string(seconds) + "s";
    if (seconds < 3600)
        return std::to_string(seconds / 60) + "m " + std::to_string(seconds % 60) + "s";
    if (seconds < 86400)
        return std::to_string(seconds / 3600) + "h " + std::to_string(seconds / 60 % 60) + "m";
    return std::to_string(seconds / 86400) + "d " + std::to_string(seconds / 3600 % 24) + "h";
}

} // namespace

bool Commands::obey(const Order& order, ledger::OutboxRow notice) {
    const auto session_key =
        policy::session_key(order.facts, order.route, rooms_.decisions.config().session);
    const auto command = order.call.row->command;
    const bool goes_on =
        (command == policy::Command::start_new || command == policy::Command::reset) &&
        !order.call.arguments.empty();
    notice.session_key = session_key;
    notice.markdown = command == policy::Command::whoami
                          ? whoami_text(order.facts)
                          : answer(command, session_key, order.route.agent_id);
    if (goes_on) return false;
    rooms_.traces.add(order.trace, "flow/commands", "obeyed",
                      "/" + std::string(order.call.row->name));
    settle_with(order.key, notice);
    return true;
}

// Until the disk takes it: an unfinished record is obeyed again by the next start, weeks later
// perhaps.
void Commands::settle_with(const ledger::InboxKey& key, const ledger::OutboxRow& notice) {
    deliveries_.owe_with(
        notice, ledger::writes(rooms_.ledger.inbox.settle(key, ledger::InboxState::done, "")),
        [this, key, notice] { settle_with(key, notice); });
}

std::string Commands::answer(policy::Command command, const std::string& session_key,
                             const std::string& agent_id) {
    switch (command) {
    case policy::Command::start_new:
        begin_anew(session_key);
        return "✅ New session started.";
    case policy::Command::reset:
        begin_anew(session_key);
        return "✅ Session reset.";
    case policy::Command::stop:
        runs_.abort(session_key, std::nullopt);
        return "⚙️ Agent was aborted.";
    case policy::Command::status:
        return status_text(session_key, agent_id);
    case policy::Command::help:
        return policy::help_text();
    case policy::Command::whoami:
        return "🧭 You are the operator.";
    }
    return {};
}

void Commands::begin_anew(const std::string& session_key) {
    runs_.abort(session_key, std::nullopt);
    const auto* session = rooms_.ledger.sessions.find(session_key);
    if (session == nullptr) return;
    rooms_.ledger.store->note(
        rooms_.ledger.sessions.put(ledger::reborn(*session, rooms_.now_ms())));
    for (auto* listener : listeners_)
        listener->on_session_changed(session_key, "reset");
}

std::string Commands::status_text(const std::string& session_key,
                                  const std::string& agent_id) const {
    const auto& config = rooms_.decisions.config();
    const auto* agent = config.agents.find(agent_id);
    const std::string model = agent == nullptr || config.agents.model_of(*agent).primary.empty()
                                  ? "builtin/echo (no model configured)"
                                  : config.agents.model_of(*agent).primary;
    const auto* session = rooms_.ledger.sessions.find(session_key);
    const auto active = runs_.active(session_key);
    std::string text = "🦞 OpenClaw Gateway " + std::string(version) + "\n";
    text += "⏱️ Uptime: " + duration_words(rooms_.now_ms() - rooms_.started_at_ms) + "\n";
    text += "🧠 Model: " + model + "\n";
    if (session != nullptr)
        text += "🧮 Tokens: " + std::to_string(session->input_tokens) + " in / " +
                std::to_string(session->output_tokens) + " out\n";
    text += "🧵 Session: " + session_key + "\n";
    text += active.empty() ? "🪢 Idle"
                           : "🪢 Working, " + std::to_string(active.size() - 1) + " waiting";
    return text;
}

std::string Commands::whoami_text(const policy::Facts& facts) {
    std::string text = "🧭 Identity\nChannel: " + facts.channel + "\nUser id: " + facts.sender_id;
    if (!facts.sender_handle.empty()) text += "\nUsername: @" + facts.sender_handle;
    if (facts.chat_kind != policy::ChatKind::direct)
        text += "\nChat: " + facts.channel + ":group:" + facts.chat_id;
    return text + "\nAllowFrom: " + facts.channel + ":" + facts.sender_id;
}

} // namespace openclaw::flow
