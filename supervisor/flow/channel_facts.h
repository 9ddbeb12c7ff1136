// flow/channel_facts.h — the last thing each channel account said about its connection, and when it
// was used.
#pragma once

#include "common/base/sighting.h"
#include "proto/channel.pb.h"

#include <cstdint>
#include <string>
#include <unordered_map>

namespace openclaw::flow {

struct ChannelFacts {
    wire::ChannelStatus::State state =
        wire::ChannelStatus::STATE_UNSPECIFIED; // unspecified: it has said nothing
    std::string detail, identity, identity_id, error_code;
    wire::Cause cause = wire::CAUSE_UNSPECIFIED;
    std::int64_t said_at_ms = 0;
    Instant good_until{}; // when it last ceased to be connected; Instant{}: it never was, or is
    Sighting contact;     // the platform's last answer
    std::int64_t last_inbound_ms = 0;
    std::int64_t last_outbound_ms = 0;
};

using ChannelFactsTable = std::unordered_map<std::string, ChannelFacts>; // by worker id

} // namespace openclaw::flow
