// config/config.h — the whole configuration as values, and how it is read.
//
// load() reads the file, substitutes the environment, checks everything against the field tables
// and fills these structs. It fails only for what must keep the gateway from starting; a bad
// channel section switches off that account alone (ChannelAccount::problem). A missing file is not
// an error: everything has a default. Whether gateway.mode permits a start is the caller's decision
// (CONFIG.md 3.6).
#pragma once

#include "common/base/secret.h"
#include "common/config/access.h"
#include "common/config/agents.h"
#include "common/config/environment.h"
#include "common/config/gateway.h"
#include "common/config/issue.h"
#include "common/config/paths.h"
#include "common/config/session.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw {
struct WorkerSpec;
}

namespace openclaw::config {

enum class StreamingMode { off, partial, block, progress };
enum class ChunkMode { length, newline };
enum class ReplyToMode { off, first, all, batched };

struct ChannelAccount {
    const WorkerSpec* spec = nullptr;
    std::string channel;    // spec->name
    std::string account_id; // "default" when no accounts are written
    std::string label;      // for people; may be empty
    bool enabled = true;
    bool is_default = false;
    std::string settings_json =
        "{}"; // root and account merged, secrets left out: what the worker gets
    std::map<std::string, Secret> secrets; // "botToken": by the key the worker knows
    Secret proxy; // its URL may hold a password; for egress, never for the worker
    AccessSettings access;
    StreamingMode streaming = StreamingMode::partial;
    int text_chunk_limit = 4000;
    ReplyToMode reply_to = ReplyToMode::off;
    std::optional<std::string> ack_reaction;    // set and empty: off
    std::optional<std::string> response_prefix; // set and empty: none
    std::optional<int> history_limit;
    std::string problem;       // not empty: this account is off, and why, with line and column
    bool is_malformed = false; // the problem is in what is written, not in what is still missing

    std::string worker_id() const { return channel + ":" + account_id; } // "telegram:default"

    bool should_run() const { return enabled && problem.empty(); }
};

struct AccessGroup { // accessGroups.<name>: people by channel, for allowlists
    std::string type;
    std::map<std::string, SenderList> members; // by channel, or "*"
};

struct Config {
    std::string file;                  // canonical path
    std::vector<std::string> included; // files it includes: watch them, too
    bool exists = false;               // the file
    std::string hash; // of the file's bytes: hash_of(); empty when it does not exist
    Gateway gateway;
    Agents agents;
    Models models;
    std::vector<Binding> bindings;
    Session session;
    Messages messages;
    Commands commands;
    std::map<std::string, AccessGroup> access_groups; // expanded into the accounts' lists already
    Logging logging;
    std::vector<ChannelAccount> channels; // in the order of channel_workers, then as written
    std::vector<Issue> warnings;
    std::vector<InactiveKey> inactive;
    std::shared_ptr<const Node>
        tree; // as written, includes in place, before substitution: redaction.h shows it

    const ChannelAccount* find_channel(std::string_view channel, std::string_view account_id) const;
};

struct LoadOptions {
    std::string file = {};
    Environment environment = {};
    std::string home = {};              // for "~"
    std::string state_directory = {};   // its .env is read; empty: none
    std::string working_directory = {}; // its .env is read with distrust; empty: none
    bool ambient_channels =
        false; // an environment token alone makes a channel (--ambient-channels)
};

using Issues = std::vector<Issue>;

// Reads and checks the file. Repairs its mode and that of included ones to 0600 (a warning says
// so).
std::expected<Config, Issues> load(const LoadOptions& options);
// The same for a text that is not, or not yet, in the file. Pure but for secrets kept in files.
std::expected<Config, Issues> load_text(std::string_view text, const LoadOptions& options);

std::string
hash_of(std::string_view text); // "sha256:v1:<base64url>": the compare-and-set token of writes

} // namespace openclaw::config
