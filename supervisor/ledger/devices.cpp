#include "supervisor/ledger/devices.h"

#include "common/json/write.h"
#include "supervisor/ledger/database.h"

#include <algorithm>

namespace openclaw::ledger {

namespace {

// Lists of words as JSON text: a scope may hold any character, so no separator would do.
std::string packed(const std::vector<std::string>& words) {
    json::Writer out;
    out.begin_array();
    for (const auto& word : words)
        out.value(word);
    return out.end_array().take();
}

Result<void> insert_token(Database& database, const std::string& device_id,
                          const DeviceToken& token) {
    return database.run("insert into device_tokens (device_id, role, salt, hash, scopes_json, "
                        "created_at_ms, rotated_at_ms, last_used_at_ms) values (?, ?, ?, ?, ?, ?, "
                        "?, ?)",
                        device_id, token.role, token.salt, token.hash, packed(token.scopes),
                        token.created_at_ms, token.rotated_at_ms, token.last_used_at_ms);
}

Result<void> write_device(Database& database, const Device& device) {
    const DeviceFace& face = device.face;
    TRY_VOID(database.run(
        "insert or replace into devices (device_id, public_key, display_name, platform, "
        "device_family, client_id, client_mode, label, role, roles_json, scopes_json, "
        "approved_via, created_at_ms, approved_at_ms, last_seen_at_ms, last_seen_reason) "
        "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        device.id, face.public_key, face.display_name, face.platform, face.device_family,
        face.client_id, face.client_mode, device.label, device.role, packed(device.roles),
        packed(device.scopes), device.approved_via, device.created_at_ms, device.approved_at_ms,
        device.last_seen_at_ms, device.last_seen_reason));
    TRY_VOID(database.run("delete from device_tokens where device_id = ?", device.id));
    for (const auto& token : device.tokens)
        TRY_VOID(insert_token(database, device.id, token));
    return {};
}

Result<void> write_request(Database& database, const DeviceRequest& request) {
    const DeviceFace& face = request.face;
    return database.run(
        "insert or replace into device_requests (device_id, public_key, display_name, platform, "
        "device_family, client_id, client_mode, request_id, role, roles_json, scopes_json, "
        "is_repair, requested_at_ms, expires_at_ms) "
        "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        request.device_id, face.public_key, face.display_name, face.platform, face.device_family,
        face.client_id, face.client_mode, request.request_id, request.role, packed(request.roles),
        packed(request.scopes), request.is_repair, request.requested_at_ms, request.expires_at_ms);
}

template <class Map, class Value>
typename Map::iterator oldest_of(Map& map, Value member) {
    return std::ranges::min_element(map, {},
                                    [member](const auto& entry) { return entry.second.*member; });
}

} // namespace

const DeviceToken* Device::token_of(std::string_view of_role) const {
    const auto found = std::ranges::find(tokens, of_role, &DeviceToken::role);
    return found == tokens.end() ? nullptr : &*found;
}

DeviceToken* Device::token_of(std::string_view of_role) {
    const auto found = std::ranges::find(tokens, of_role, &DeviceToken::role);
    return found == tokens.end() ? nullptr : &*found;
}

// Looking.

bool Devices::is_live(const DeviceRequest& request) const {
    return request.expires_at_ms > clock_->unix_ms();
}

const Device* Devices::find(std::string_view id) const {
    const auto found = devices_.find(id);
    return found == devices_.end() ? nullptr : &found->second;
}

std::vector<const Device*> Devices::all() const {
    std::vector<const Device*> list;
    for (const auto& [id, device] : devices_)
        list.push_back(&device);
    std::ranges::stable_sort(list, std::greater<>{}, &Device::approved_at_ms);
    return list;
}

std::vector<const DeviceRequest*> Devices::waiting() const {
    std::vector<const DeviceRequest*> list;
    for (const auto& [id, request] : requests_)
        if (is_live(request)) list.push_back(&request);
    std::ranges::stable_sort(list, std::greater<>{}, &DeviceRequest::requested_at_ms);
    return list;
}

const DeviceRequest* Devices::request(std::string_view request_id) const {
    const auto found = std::ranges::find_if(
        requests_, [&](const auto& entry) { return entry.second.request_id == request_id; });
    return found == requests_.end() || !is_live(found->second) ? nullptr : &found->second;
}

const DeviceRequest* Devices::request_of(std::string_view device_id) const {
    const auto found = requests_.find(device_id);
    return found == requests_.end() || !is_live(found->second) ? nullptr : &found->second;
}

const SetupCode* Devices::setup_code_with(std::string_view hash) const {
    for (const auto& [id, code] : setup_codes_)
        if (code.used_at_ms == 0 && code.expires_at_ms > clock_->unix_ms() && code.hash == hash)
            return &code;
    return nullptr;
}

const SetupCode* Devices::setup_code(std::string_view setup_id) const {
    const auto found = setup_codes_.find(setup_id);
    return found == setup_codes_.end() ? nullptr : &found->second;
}

// Changing.

Write Devices::put(Device device) {
    devices_.insert_or_assign(device.id, device);
    return {.apply = [device = std::move(device)](Database* database) {
        return write_device(*database, device);
    }};
}

Write Devices::remove(std::string_view id) {
    std::string gone(id); // `id` may lie in what goes now
    devices_.erase(gone);
    requests_.erase(gone);
    return {.apply = [gone](Database* database) -> Result<void> {
        TRY_VOID(database->run("delete from device_tokens where device_id = ?", gone));
        TRY_VOID(database->run("delete from device_requests where device_id = ?", gone));
        return database->run("delete from devices where device_id = ?", gone);
    }};
}

Write Devices::put(DeviceRequest request) {
    std::erase_if(requests_, [&](const auto& entry) { return !is_live(entry.second); });
    std::string crowded_out;
    if (requests_.size() >= max_waiting && !requests_.contains(request.device_id)) {
        const auto oldest = oldest_of(requests_, &DeviceRequest::requested_at_ms);
        crowded_out = oldest->first;
        requests_.erase(oldest);
    }
    requests_.insert_or_assign(request.device_id, request);
    const auto now_ms = clock_->unix_ms();
    return {.apply = [request = std::move(request), crowded_out,
                      now_ms](Database* database) -> Result<void> {
        TRY_VOID(
            database->run("delete from device_requests where expires_at_ms <= ? or device_id = ?",
                          now_ms, crowded_out));
        return write_request(*database, request);
    }};
}

Write Devices::drop_request(std::string_view request_id) {
    std::string gone(request_id);
    std::erase_if(requests_, [&](const auto& entry) { return entry.second.request_id == gone; });
    return {.apply = [gone](Database* database) {
        return database->run("delete from device_requests where request_id = ?", gone);
    }};
}

Write Devices::put(SetupCode code) {
    std::string crowded_out;
    if (setup_codes_.size() >= max_setup_codes && !setup_codes_.contains(code.setup_id)) {
        const auto oldest = oldest_of(setup_codes_, &SetupCode::expires_at_ms);
        crowded_out = oldest->first;
        setup_codes_.erase(oldest);
    }
    setup_codes_.insert_or_assign(code.setup_id, code);
    return {.apply = [code = std::move(code), crowded_out](Database* database) -> Result<void> {
        TRY_VOID(database->run("delete from setup_codes where setup_id = ?", crowded_out));
        return database->run("insert or replace into setup_codes (setup_id, hash, access, "
                             "expires_at_ms, used_at_ms, device_id, device_name) "
                             "values (?, ?, ?, ?, ?, ?, ?)",
                             code.setup_id, code.hash, code.access, code.expires_at_ms,
                             code.used_at_ms, code.device_id, code.device_name);
    }};
}

Write Devices::seen(std::string_view id, std::string reason, std::int64_t at_ms,
                    std::string_view token_role) {
    const auto found = devices_.find(id);
    if (found != devices_.end()) {
        found->second.last_seen_at_ms = at_ms;
        found->second.last_seen_reason = reason;
        if (auto* token = found->second.token_of(token_role)) token->last_used_at_ms = at_ms;
    }
    return {.apply = [id = std::string(id), reason = std::move(reason), at_ms,
                      role = std::string(token_role)](Database* database) -> Result<void> {
        TRY_VOID(database->run("update devices set last_seen_at_ms = ?, last_seen_reason = ? where "
                               "device_id = ?",
                               at_ms, reason, id));
        if (role.empty()) return {};
        return database->run("update device_tokens set last_used_at_ms = ? where device_id = ? and "
                             "role = ?",
                             at_ms, id, role);
    }};
}

} // namespace openclaw::ledger
