// discord/payload.h — what is said over the gateway, as JSON (DISCORD.md 3.1). Pure.
#pragma once

#include "common/base/secret.h"
#include "common/json/read.h"

#include <cstdint>
#include <optional>
#include <string>

namespace openclaw::discord {

enum class Op : std::int64_t {
    dispatch = 0,
    heartbeat = 1,
    identify = 2,
    presence = 3,
    resume = 6,
    reconnect = 7,
    invalid_session = 9,
    hello = 10,
    heartbeat_ack = 11,
};

struct Presence {
    std::string status = "online"; // online, idle, dnd, invisible
    std::string activity{};        // empty: none
    int activity_type = 4; // 0 playing, 1 streaming, 2 listening, 3 watching, 4 custom, 5 competing
    std::string activity_url{}; // with 1

    bool operator==(const Presence&) const = default;
};

struct Identify {
    const Secret& token;
    std::uint32_t intents;
    const Presence& presence;
};

// These hold the token: they are for the connection only.
std::string identify_payload(const Identify& who);
std::string resume_payload(const Secret& token, const std::string& session_id, std::int64_t seq);

std::string heartbeat_payload(std::optional<std::int64_t> seq);
std::string presence_payload(const Presence& presence);

// "wss://gateway.discord.gg" → "wss://gateway.discord.gg/?v=10&encoding=json"; a query the URL has
// already is kept.
std::string gateway_address(std::string url, bool compressed);

} // namespace openclaw::discord
