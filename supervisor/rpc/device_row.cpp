#include "supervisor/rpc/device_row.h"

namespace openclaw::rpc {

namespace {

void write_optional(json::Writer& out, std::string_view name, const std::string& text) {
    if (!text.empty()) out.member(name, text);
}

void write_optional(json::Writer& out, std::string_view name, std::int64_t at_ms) {
    if (at_ms > 0) out.member(name, at_ms);
}

void write_face(json::Writer& out, const std::string& id, const ledger::DeviceFace& face) {
    out.member("deviceId", id).member("publicKey", face.public_key);
    write_optional(out, "displayName", face.display_name);
    write_optional(out, "platform", face.platform);
    write_optional(out, "deviceFamily", face.device_family);
    write_optional(out, "clientId", face.client_id);
    write_optional(out, "clientMode", face.client_mode);
}

void write_tokens(json::Writer& out, const std::vector<ledger::DeviceToken>& tokens) {
    out.key("tokens").begin_array();
    for (const auto& token : tokens) {
        out.begin_object().member("role", token.role);
        write_words(out, "scopes", token.scopes);
        out.member("createdAtMs", token.created_at_ms);
        write_optional(out, "rotatedAtMs", token.rotated_at_ms);
        write_optional(out, "lastUsedAtMs", token.last_used_at_ms);
        out.end_object();
    }
    out.end_array();
}

void write_standing(json::Writer& out, const ledger::Device& device) {
    write_face(out, device.id, device.face);
    write_optional(out, "operatorLabel", device.label);
    out.member("role", device.role);
    write_words(out, "roles", device.roles);
    write_words(out, "scopes", device.scopes);
    out.member("approvedVia", device.approved_via);
    out.member("createdAtMs", device.created_at_ms).member("approvedAtMs", device.approved_at_ms);
}

} // namespace

void write_words(json::Writer& out, std::string_view name, const std::vector<std::string>& words) {
    out.key(name).begin_array();
    for (const auto& word : words)
        out.value(word);
    out.end_array();
}

void write_device_row(json::Writer& out, const ledger::Device& device, bool is_connected) {
    out.begin_object();
    write_standing(out, device);
    write_optional(out, "lastSeenAtMs", device.last_seen_at_ms);
    write_optional(out, "lastSeenReason", device.last_seen_reason);
    out.member("connected", is_connected);
    write_tokens(out, device.tokens);
    out.end_object();
}

void write_approved_row(json::Writer& out, const ledger::Device& device) {
    out.begin_object();
    write_standing(out, device);
    write_tokens(out, device.tokens);
    out.end_object();
}

void write_request_row(json::Writer& out, const ledger::DeviceRequest& request) {
    out.begin_object().member("requestId", request.request_id);
    write_face(out, request.device_id, request.face);
    out.member("role", request.role);
    write_words(out, "roles", request.roles);
    write_words(out, "scopes", request.scopes);
    out.member("silent", false).member("isRepair", request.is_repair);
    out.member("ts", request.requested_at_ms).end_object();
}

void write_completion(json::Writer& out, const ledger::SetupCode& code) {
    out.begin_object().member("setupId", code.setup_id).member("deviceId", code.device_id);
    write_optional(out, "deviceName", code.device_name);
    out.member("access", code.access).member("ts", code.used_at_ms).end_object();
}

} // namespace openclaw::rpc
