// ipc/permits.h — the permit tables, one per trade. Printed in docs/ipc.md; a test compares both.
#pragma once

#include "common/ipc/permit.h"

#include <array>

namespace openclaw::ipc {

namespace detail {

inline constexpr auto always =
    Phase::greeting | Phase::configuring | Phase::serving | Phase::draining;
inline constexpr auto working = Phase::serving | Phase::draining;

#define OPENCLAW_WORKER_PERMITS                                                                    \
    {wire::Frame::kHello, Side::worker, in(Phase::greeting), true},                                \
        {wire::Frame::kConfigure, Side::supervisor, in(Phase::configuring), true},                 \
        {wire::Frame::kReady, Side::worker, in(Phase::configuring), true},                         \
        {wire::Frame::kPing, Side::supervisor, detail::working},                                   \
        {wire::Frame::kPong, Side::worker, detail::working},                                       \
        {wire::Frame::kDrain, Side::supervisor, detail::working, true},                            \
        {wire::Frame::kDrained, Side::worker, in(Phase::draining), true},                          \
        {wire::Frame::kLog, Side::worker, Phase::configuring | Phase::serving | Phase::draining},  \
    {                                                                                              \
        wire::Frame::kFault, Side::worker, Phase::configuring | Phase::serving | Phase::draining,  \
            true                                                                                   \
    }

// Of every trade that reaches the internet.
#define OPENCLAW_DIAL_PERMITS                                                                      \
    {wire::Frame::kDial, Side::worker, detail::working, false, 1}, {                               \
        wire::Frame::kDialled, Side::supervisor, detail::working                                   \
    }

} // namespace detail

inline constexpr auto channel_permits = std::to_array<Permit>({
    OPENCLAW_WORKER_PERMITS,
    {wire::Frame::kStateWrite, Side::worker, detail::working},
    {wire::Frame::kStateWritten, Side::supervisor, detail::working},
    {wire::Frame::kInbound, Side::worker, detail::working, false, 1},
    {wire::Frame::kInboundAck, Side::supervisor, detail::working},
    {wire::Frame::kInFlightFile, Side::supervisor, detail::working, true, 1},
    {wire::Frame::kOutbound, Side::supervisor, detail::working, false, 1},
    {wire::Frame::kStreamUpdate, Side::supervisor, detail::working},
    {wire::Frame::kStreamCancel, Side::supervisor, detail::working},
    {wire::Frame::kDelivery, Side::worker, detail::working},
    {wire::Frame::kDeliveryAck, Side::supervisor, detail::working},
    {wire::Frame::kTyping, Side::supervisor, detail::working},
    {wire::Frame::kReaction, Side::supervisor, detail::working},
    {wire::Frame::kChannelEvent, Side::worker, detail::working},
    {wire::Frame::kChannelStatus, Side::worker, detail::working},
    {wire::Frame::kChannelQuery, Side::supervisor, in(Phase::serving)},
    {wire::Frame::kChannelAnswer, Side::worker, detail::working, false, 1},
    OPENCLAW_DIAL_PERMITS,
});

inline constexpr auto agent_permits = std::to_array<Permit>({
    OPENCLAW_WORKER_PERMITS,
    {wire::Frame::kRunStart, Side::supervisor, in(Phase::serving), false, 1},
    {wire::Frame::kRunAbort, Side::supervisor, detail::working},
    {wire::Frame::kRunDelta, Side::worker, detail::working},
    {wire::Frame::kRunEnd, Side::worker, detail::working, false, 1},
    {wire::Frame::kEmbed, Side::supervisor, in(Phase::serving), false, 1},
    {wire::Frame::kEmbedded, Side::worker, detail::working, false, 1},
    OPENCLAW_DIAL_PERMITS,
});

inline constexpr auto egress_permits = std::to_array<Permit>({
    OPENCLAW_WORKER_PERMITS,
    {wire::Frame::kStreamCountersFile, Side::supervisor, in(Phase::serving), false, 1},
    {wire::Frame::kDialOrder, Side::supervisor, in(Phase::serving), false, 1},
    {wire::Frame::kDialled, Side::worker, detail::working},
});

#undef OPENCLAW_WORKER_PERMITS
#undef OPENCLAW_DIAL_PERMITS

} // namespace openclaw::ipc
