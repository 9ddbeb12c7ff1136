// config/session.h — how messages become conversations, and what happens around them (CONFIG.md 7).
#pragma once

#include "common/base/clock.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace openclaw::config {

enum class DmScope { main, per_peer, per_channel_peer, per_account_channel_peer };
enum class GroupScope { per_group, main };

struct ResetRule {
    enum class Mode { none, daily, idle };
    Mode mode = Mode::none;
    int at_hour = 4; // local time
    std::optional<int> idle_minutes;
};

struct Session {
    DmScope dm_scope = DmScope::main;
    GroupScope group_scope = GroupScope::per_group;
    enum class Scope { per_sender, global };
    Scope scope = Scope::per_sender; // global: one conversation for everybody
    std::map<std::string, std::vector<std::string>>
        identity_links; // person → "telegram:5001", "discord:17"
    ResetRule reset;
    std::map<std::string, ResetRule> reset_by_type;    // "direct", "group", "thread"
    std::map<std::string, ResetRule> reset_by_channel; // "telegram"
    std::vector<std::string> reset_triggers{"/new", "/reset"};
};

struct Messages {
    enum class AckScope { group_mentions, group_all, direct, all, off, none };
    enum class QueueMode { steer, followup, collect, interrupt };
    enum class Overflow { oldest, newest, summarize }; // what goes when the queue is full

    std::optional<std::string> response_prefix;
    std::optional<std::string> ack_reaction; // set and empty: off; unset: the agent's emoji, else 👀
    AckScope ack_scope = AckScope::group_mentions;
    QueueMode queue_mode = QueueMode::steer;
    std::map<std::string, QueueMode> queue_by_channel;
    int queue_cap = 20;
    Overflow overflow = Overflow::summarize;
    std::optional<Milliseconds> debounce; // unset: the channel's own
    std::map<std::string, Milliseconds> debounce_by_channel;
    std::optional<std::vector<std::string>>
        mention_patterns; // set and empty: no derived ones either
    int group_history_limit = 50;
};

struct Commands {
    bool text = true;                          // text commands at all
    bool restart = true;                       // /restart and external restart signals
    std::vector<std::string> owner_allow_from; // "telegram:5001"
    std::map<std::string, std::vector<std::string>>
        allow_from; // channel or "*"; not empty: the only source
};

struct Logging {
    std::string level = "info"; // of the file: "error", "warn", "info", "debug"
    std::string file;           // empty: the default place
    std::size_t max_file_bytes = 104'857'600;
    std::string console_level = "info";
    std::string console_style; // "pretty", "compact", "json"; empty: by terminal
};

} // namespace openclaw::config
