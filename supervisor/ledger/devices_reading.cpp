// What a start reads of devices, requests and setup codes: all of it, once.
#include "common/json/read.h"
#include "supervisor/ledger/database.h"
#include "supervisor/ledger/devices.h"

namespace openclaw::ledger {

namespace {

std::vector<std::string> unpacked(const std::string& text) {
    std::vector<std::string> words;
    const auto document = json::Document::parse(text);
    if (!document) return words;
    document->root().each_element(
        [&](json::View word) { return words.emplace_back(word.text()), true; });
    return words;
}

DeviceFace read_face(Rows& rows) {
    DeviceFace face;
    for (auto* field : {&face.public_key, &face.display_name, &face.platform, &face.device_family,
                        &face.client_id, &face.client_mode})
        *field = rows.text();
    return face;
}

// role, roles_json, scopes_json: what a device has, or a request asks for.
template <class Holder>
void read_rights(Rows& rows, Holder& holder) {
    holder.role = rows.text();
    holder.roles = unpacked(rows.text());
    holder.scopes = unpacked(rows.text());
}

} // namespace

Result<Devices> Devices::load(Store& store, const Clock& clock) {
    Devices devices(clock);
    TRY_VOID(devices.load_devices(store));
    TRY_VOID(devices.load_requests(store));
    TRY_VOID(devices.load_setup_codes(store));
    return devices;
}

Result<void> Devices::load_devices(Store& store) {
    auto rows = store.at_start()->query(
        "select device_id, public_key, display_name, platform, device_family, client_id, "
        "client_mode, label, role, roles_json, scopes_json, approved_via, created_at_ms, "
        "approved_at_ms, last_seen_at_ms, last_seen_reason from devices");
    while (rows.next()) {
        Device device;
        device.id = rows.text();
        device.face = read_face(rows);
        device.label = rows.text();
        read_rights(rows, device);
        device.approved_via = rows.text();
        device.created_at_ms = rows.integer();
        device.approved_at_ms = rows.integer();
        device.last_seen_at_ms = rows.integer();
        device.last_seen_reason = rows.text();
        devices_.emplace(device.id, device);
    }
    TRY_VOID(rows.end());
    auto tokens = store.at_start()->query(
        "select device_id, role, salt, hash, scopes_json, created_at_ms, rotated_at_ms, "
        "last_used_at_ms from device_tokens");
    while (tokens.next()) {
        const auto owner = devices_.find(tokens.text());
        if (owner == devices_.end()) continue;
        DeviceToken token;
        token.role = tokens.text();
        token.salt = tokens.text();
        token.hash = tokens.text();
        token.scopes = unpacked(tokens.text());
        token.created_at_ms = tokens.integer();
        token.rotated_at_ms = tokens.integer();
        token.last_used_at_ms = tokens.integer();
        owner->second.tokens.push_back(std::move(token));
    }
    return tokens.end();
}

Result<void> Devices::load_requests(Store& store) {
    auto rows = store.at_start()->query(
        "select device_id, public_key, display_name, platform, device_family, client_id, "
        "client_mode, request_id, role, roles_json, scopes_json, is_repair, requested_at_ms, "
        "expires_at_ms from device_requests where expires_at_ms > ?",
        clock_->unix_ms());
    while (rows.next()) {
        DeviceRequest request;
        request.device_id = rows.text();
        request.face = read_face(rows);
        request.request_id = rows.text();
        read_rights(rows, request);
        request.is_repair = rows.flag();
        request.requested_at_ms = rows.integer();
        request.expires_at_ms = rows.integer();
        requests_.emplace(request.device_id, request);
    }
    return rows.end();
}

Result<void> Devices::load_setup_codes(Store& store) {
    auto rows = store.at_start()->query("select setup_id, hash, access, expires_at_ms, used_at_ms, "
                                        "device_id, device_name from setup_codes");
    while (rows.next()) {
        SetupCode code;
        code.setup_id = rows.text();
        code.hash = rows.text();
        code.access = rows.text();
        code.expires_at_ms = rows.integer();
        code.used_at_ms = rows.integer();
        code.device_id = rows.text();
        code.device_name = rows.text();
        setup_codes_.emplace(code.setup_id, code);
    }
    return rows.end();
}

} // namespace openclaw::ledger
