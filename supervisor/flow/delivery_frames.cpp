#include "supervisor/flow/delivery_frames.h"

#include "common/base/strings.h"
#include "common/ipc/attached_files.h"
#include "supervisor/flow/wire_form.h"

namespace openclaw::flow {

namespace {
constexpr std::size_t shown_bytes = 16 * 1024; // more than any platform shows in one message
}

Result<OutboundFrame> outbound_frame(const ledger::OutboxRow& row, const AttachedFiles& files) {
    OutboundFrame made;
    made.frame.set_trace(row.trace);
    auto& out = *made.frame.mutable_outbound();
    out.set_action_id(row.action_id);
    out.set_attempt(row.attempts);
    put_chat(*out.mutable_chat(), row.to.chat);
    made.blob = TRY(ipc::put_text_and_files(*out.mutable_markdown(), row.markdown,
                                            *out.mutable_files(), files));
    out.set_reply_to_message_id(row.reply_to_message_id);
    out.set_retry_class(static_cast<wire::RetryClass>(row.retry_class));
    out.set_first_part(static_cast<std::uint32_t>(row.receipts.size()));
    out.set_stream_message_id(row.stream_message_id);
    out.set_expires_at_ms(row.expires_at_ms);
    out.set_notice(row.notice);
    return made;
}

wire::Frame stream_update_frame(const ledger::OutboxRow& row, std::string_view markdown) {
    wire::Frame frame;
    frame.set_trace(row.trace);
    auto& update = *frame.mutable_stream_update();
    update.set_action_id(row.action_id);
    put_chat(*update.mutable_chat(), row.to.chat);
    update.set_markdown(std::string(utf8_prefix(markdown, shown_bytes)));
    update.set_reply_to_message_id(row.reply_to_message_id);
    update.set_stream_message_id(row.stream_message_id);
    return frame;
}

wire::Frame stream_cancel_frame(const ledger::OutboxRow& row) {
    wire::Frame frame;
    frame.set_trace(row.trace);
    auto& cancel = *frame.mutable_stream_cancel();
    cancel.set_action_id(row.action_id);
    put_chat(*cancel.mutable_chat(), row.to.chat);
    cancel.set_stream_message_id(row.stream_message_id);
    return frame;
}

wire::Frame delivery_ack_frame(const wire::Delivery& report) {
    wire::Frame frame;
    auto& ack = *frame.mutable_delivery_ack();
    ack.set_action_id(report.action_id());
    ack.set_part(report.part());
    ack.set_attempt(report.attempt());
    ack.set_preview(report.preview());
    return frame;
}

wire::Frame in_flight_file_frame() {
    wire::Frame frame;
    frame.mutable_in_flight_file();
    return frame;
}

} // namespace openclaw::flow
