// policy/pairing.h — codes for strangers: eight clear characters, one hour, at most three waiting
// (BEHAVIOUR.md A1).
//
// Pure: time and random numbers are handed in. The ledger keeps what is decided here.
#pragma once

#include "common/base/clock.h"
#include "supervisor/policy/facts.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace openclaw::policy {

inline constexpr std::string_view pairing_alphabet =
    "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; // without 0 O 1 I
inline constexpr std::size_t pairing_code_length = 8;
inline constexpr std::size_t max_waiting_pairings = 3; // for each (channel, account)
inline constexpr Milliseconds pairing_life = std::chrono::hours(1);

struct WaitingPairing {
    std::string sender_id;
    std::string code;
    std::int64_t requested_at_ms = 0;
};

bool is_expired(const WaitingPairing& waiting, std::int64_t now_ms);

struct PairingStep {
    std::optional<std::string>
        code;                 // set: record this and send pairing_message(); unset: say nothing
    std::string_view silence; // why nothing is said: "already_waiting", "too_many_waiting"
};

// A number below its argument, uniformly: random_below() of common/base, or the tests' own.
using RandomBelow = std::function<std::uint64_t(std::uint64_t)>;

// `waiting`: this account's requests; expired ones do not count.
PairingStep begin_pairing(std::string_view sender_id, std::span<const WaitingPairing> waiting,
                          std::int64_t now_ms, const RandomBelow& random);

std::string make_pairing_code(const RandomBelow& random);
// What a person typed, as a code: upper case, spaces and dashes removed. Nothing when it cannot be
// one.
std::optional<std::string> read_pairing_code(std::string_view typed);

// Markdown. `label` is the channel's name for people: "Telegram".
std::string pairing_message(const Facts& facts, std::string_view label, std::string_view code);
std::string pairing_approved_message();

} // namespace openclaw::policy
