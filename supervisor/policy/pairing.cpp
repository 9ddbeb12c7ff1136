#include "supervisor/policy/pairing.h"

#include <algorithm>

namespace openclaw::policy {

bool is_expired(const WaitingPairing& waiting, std::int64_t now_ms) {
    return now_ms - waiting.requested_at_ms >= pairing_life.count();
}

PairingStep begin_pairing(std::string_view sender_id, std::span<const WaitingPairing> waiting,
                          std::int64_t now_ms, const RandomBelow& random) {
    const auto is_alive = [&](const WaitingPairing& one) { return !is_expired(one, now_ms); };
    const auto is_senders = [&](const WaitingPairing& one) {
        return is_alive(one) && one.sender_id == sender_id;
    };
    if (std::ranges::any_of(waiting, is_senders))
        return {.code = std::nullopt, .silence = "already_waiting"};
    if (std::ranges::count_if(waiting, is_alive) >=
        static_cast<std::ptrdiff_t>(max_waiting_pairings))
        return {.code = std::nullopt, .silence = "too_many_waiting"};
    const auto is_taken = [&](const std::string& code) {
        return std::ranges::any_of(waiting,
                                   [&](const WaitingPairing& one) { return one.code == code; });
    };
    std::string code = make_pairing_code(random);
    while (is_taken(code))
        code = make_pairing_code(random); // one in 10^12 for each that waits
    return {.code = std::move(code), .silence = {}};
}

std::string make_pairing_code(const RandomBelow& random) {
    std::string code;
    for (std::size_t i = 0; i < pairing_code_length; ++i)
        code += pairing_alphabet[random(pairing_alphabet.size())];
    return code;
}

std::optional<std::string> read_pairing_code(std::string_view typed) {
    std::string code;
    for (const char c : typed) {
        if (c == ' ' || c == '-' || c == '\t') continue;
        const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
        if (!pairing_alphabet.contains(upper)) return std::nullopt;
        code += upper;
    }
    return code.size() == pairing_code_length ? std::optional(std::move(code)) : std::nullopt;
}

std::string pairing_message(const Facts& facts, std::string_view label, std::string_view code) {
    const std::string account = facts.account == "default" ? "" : " --account " + facts.account;
    const std::string command =
        "openclaw pairing approve " + facts.channel + " " + std::string(code) + account;
    return "OpenClaw: you do not have access yet.\n\n"
           "Your " +
           std::string(label) + " user id: " + facts.sender_id +
           "\n"
           "Pairing code:\n\n```\n" +
           std::string(code) +
           "\n```\n\n"
           "Ask the owner of this bot to approve it, within an hour, with:\n\n```\n" +
           command + "\n```";
}

std::string pairing_approved_message() {
    return "✅ OpenClaw access approved. Send a message to start chatting.";
}

} // namespace openclaw::policy
