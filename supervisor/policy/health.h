// policy/health.h — is an account, or the agent, well? Evidence in, verdict out; no clock of its
// own.
//
// The one place where it is judged: health, channels.status, workers.list, /readyz, /metrics, the
// command line and the owner's alerts all show this verdict, so they cannot disagree.
//
//   ok        it serves, and what its platform last said is fresh
//   degraded  something is wrong, and not yet for long (gateway.health.downAfterMs)
//   down      it does not serve people, and has not for a while; or nothing but a person can help
//   unknown   nothing is known yet, or it is meant to be off
//
// A process that dies again and again is not well in between, however short the pauses are and
// whatever it says then: it must live for a while first.
//
// A platform that answers regularly (WorkerSpec::contact_every) and falls silent is degraded after
// gateway.health.degradedAfterMs without an answer, whatever its worker believes; a platform that
// speaks when it likes is believed.
#pragma once

#include "common/config/gateway.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::policy {

enum class Level : std::uint8_t { ok, degraded, down, unknown };
inline constexpr std::size_t level_count = 4;

// Why it is not ok, by what would help.
enum class Ailment : std::uint8_t {
    none,
    off,            // switched off in the configuration
    held,           // stopped or paused by the operator
    config,         // its configuration cannot be used
    needs_operator, // logged out, a refused token
    starting,       // it has not served yet
    process,        // its process died, or has been given up
    unresponsive,   // its process does not answer
    silence,        // the platform does not answer
    platform,       // the platform answers with errors
};

std::string_view name(Level level);
std::string_view name(Ailment ailment);

struct Evidence {
    bool is_enabled = true;
    std::string problem = {}; // of its configuration; empty: none
    bool is_held = false;
    bool needs_operator = false;

    enum class Process : std::uint8_t { none, starting, serving, given_up } process = Process::none;
    std::string process_reason = {};
    bool is_unresponsive = false;
    std::int64_t pong_ms = 0; // when the process last answered
    std::int64_t state_since_ms = 0;
    std::int64_t wanted_since_ms = 0;
    // It dies again and again since then, and what it is in between is no use to anybody until it
    // has lasted until `believed_at_ms`; 0: it does not.
    std::int64_t crashing_since_ms = 0;
    std::int64_t believed_at_ms = 0; // 0: it does not serve now

    enum class Said : std::uint8_t {
        nothing,
        connecting,
        connected,
        degraded,
        needs_operator
    } said = Said::nothing;
    bool has_platform = true;       // false: the agent, which calls when it is asked to
    bool speaks_regularly = false;  // its platform's silence means something
    std::string detail = {};        // what its worker said
    std::int64_t contact_ms = 0;    // last answer of the platform
    std::int64_t good_until_ms = 0; // when it last stopped being well; 0: it never was
};

struct HealthVerdict {
    Level level = Level::unknown;
    Ailment ailment = Ailment::none;
    std::string reason = {};        // one sentence, without ages: they are in the times
    std::int64_t since_ms = 0;      // degraded or down: since when it is not well; else 0
    std::string_view seen = {};     // "an answer of the platform", "an answer of its process"
    std::int64_t seen_ms = 0;       // when; 0: never
    std::int64_t changes_at_ms = 0; // judge again then, even when nothing happens; 0: no need

    // Is it meant to be well? What is switched off counts for nobody.
    bool counts() const {
        return ailment != Ailment::off && ailment != Ailment::held && ailment != Ailment::config;
    }

    bool operator==(const HealthVerdict&) const = default;
};

HealthVerdict judge_health(const Evidence& evidence, const config::HealthRule& rule,
                           std::int64_t now_ms);

// Somebody who was judged.
struct Judged {
    std::string id;      // "telegram:default", "agent"
    std::string label;   // "Telegram"
    std::string channel; // "telegram"; empty: no channel
    std::string account;
    HealthVerdict verdict;
};

// Of the whole gateway: the worst of those that count.
struct Health {
    Level level = Level::unknown;
    std::vector<std::string> down, degraded; // ids
    std::vector<std::string> failing;        // what /readyz names: channels, "agent", "storage"

    bool operator==(const Health&) const = default;
};

// `storage_problem`: why the ledger cannot write; empty: it can.
Health sum_up(std::span<const Judged> judged, std::string_view storage_problem);

// "down: telegram:default; degraded: agent, discord:default"; empty: nobody is ill.
std::string who_is_ill(const Health& health);

} // namespace openclaw::policy
