// flow/delivery_frames.h — what a channel's worker is told about an answer.
#pragma once

#include "common/base/result.h"
#include "common/base/unique_fd.h"
#include "proto/frame.pb.h"
#include "supervisor/ledger/outbox.h"

#include <string_view>

namespace openclaw::flow {

inline constexpr std::string_view deliveries_room = "flow/deliveries"; // in traces

// The Outbound frame for a row, and the blob that goes along when the text is long or it has files.
struct OutboundFrame {
    wire::Frame frame;
    UniqueFd blob;
};

Result<OutboundFrame> outbound_frame(const ledger::OutboxRow& row, const AttachedFiles& files);

// `markdown` is the text so far; what no message can show is cut off.
wire::Frame stream_update_frame(const ledger::OutboxRow& row, std::string_view markdown);
wire::Frame stream_cancel_frame(const ledger::OutboxRow& row);
// What `report` said is on record.
wire::Frame delivery_ack_frame(const wire::Delivery& report);
wire::Frame in_flight_file_frame();

} // namespace openclaw::flow
