#include "supervisor/rpc/message_row.h"

#include "common/base/strings.h"

namespace openclaw::rpc {

namespace {

// What every row carries about itself.
void write_record(json::Writer& out, const ledger::TranscriptRow& row) {
    out.key("__openclaw").begin_object();
    if (row.role == "user") out.member("senderIsOwner", true);
    if (!row.run_id.empty()) out.member("runId", row.run_id);
    out.member("id", row.id).member("seq", row.sequence).member("recordTimestampMs", row.at_ms);
    if (!row.idempotency_key.empty()) out.member("idempotencyKey", row.idempotency_key);
    out.key("transcriptPosition")
        .begin_object()
        .member("source", "ledger")
        .member("rawSeq", row.sequence)
        .end_object()
        .end_object();
}

void write_answer(json::Writer& out, const ledger::TranscriptRow& row, std::string_view text) {
    out.key("content").begin_array();
    if (!text.empty()) out.begin_object().member("type", "text").member("text", text).end_object();
    out.end_array().member("provider", row.provider).member("model", row.model);
    out.key("usage")
        .begin_object()
        .member("input", row.input_tokens)
        .member("output", row.output_tokens);
    out.member("totalTokens", row.input_tokens + row.output_tokens).end_object();
    if (!row.stop_reason.empty()) out.member("stopReason", row.stop_reason);
}

} // namespace

void write_message(json::Writer& out, const ledger::TranscriptRow& row, std::size_t max_chars) {
    const std::string_view text = utf8_prefix(row.text, max_chars);
    out.begin_object().member("role", row.role);
    if (row.role == "assistant")
        write_answer(out, row, text);
    else
        out.member("content", text); // user rows have a plain string (PROTOCOL.md 12.6)
    if (text.size() < row.text.size()) out.member("truncated", true);
    out.member("timestamp", row.at_ms);
    if (!row.idempotency_key.empty()) out.member("idempotencyKey", row.idempotency_key);
    write_record(out, row);
    out.end_object();
}

} // namespace openclaw::rpc
