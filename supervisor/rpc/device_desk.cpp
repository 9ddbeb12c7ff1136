#include "supervisor/rpc/device_desk.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "common/log/log.h"
#include "supervisor/auth/device_token.h"
#include "supervisor/auth/digest.h"
#include "supervisor/policy/device_pairing.h"
#include "supervisor/rpc/device_row.h"

#include <algorithm>

namespace openclaw::rpc {

namespace {

constexpr std::uint16_t device_removed = 4001; // PROTOCOL.md 9: a private code of the protocol
constexpr std::string_view operator_role = "operator";

bool holds(const std::vector<std::string>& words, std::string_view wanted) {
    return std::ranges::find(words, wanted) != words.end();
}

std::vector<std::string> sorted(std::vector<std::string> words) {
    std::ranges::sort(words);
    return words;
}

// A node's token carries no scopes.
std::vector<std::string> scopes_of(const ledger::Device& device, std::string_view role) {
    return role == operator_role ? sorted(device.scopes) : std::vector<std::string>();
}

bool is_same_question(const ledger::DeviceRequest& old, const ledger::DeviceRequest& now) {
    return old.role == now.role && old.roles == now.roles && old.scopes == now.scopes &&
           old.is_repair == now.is_repair && old.face.platform == now.face.platform &&
           old.face.device_family == now.face.device_family;
}

} // namespace

DeviceDesk::DeviceDesk(Parts parts)
    : parts_(parts)
    , token_key_(parts.identity.derive("device-tokens")) {}

std::string DeviceDesk::recovery_scope(std::string_view principal) const {
    const auto digest = auth::hmac_sha256(parts_.identity.derive("recovery-scopes"), principal);
    return to_base64url(std::span(digest).first(16));
}

ledger::Device DeviceDesk::known_or_new(const std::string& id) const {
    if (const auto* known = book().find(id)) return *known;
    ledger::Device device;
    device.id = id;
    return device;
}

// Tokens.

GrantedToken DeviceDesk::issue(ledger::Device& device, const std::string& role,
                               std::vector<std::string> scopes) const {
    const auto* old = device.token_of(role);
    ledger::DeviceToken token;
    token.role = role;
    token.salt = auth::new_salt();
    token.scopes = std::move(scopes);
    token.created_at_ms = old == nullptr ? now_ms() : old->created_at_ms;
    token.rotated_at_ms = old == nullptr ? 0 : now_ms();
    GrantedToken granted{.value = auth::make_device_token(token_key_, device.id, role, token.salt),
                         .role = role,
                         .scopes = token.scopes,
                         .issued_at_ms = token.issued_at_ms()};
    token.hash = auth::token_hash(granted.value.reveal());
    std::erase_if(device.tokens, [&](const auto& known) { return known.role == role; });
    device.tokens.push_back(std::move(token));
    return granted;
}

// Nothing when the gateway has another key than when the token was made: then a new one is due.
std::optional<GrantedToken> DeviceDesk::known_token(const ledger::Device& device,
                                                    const std::string& role) const {
    const auto* token = device.token_of(role);
    if (token == nullptr) return std::nullopt;
    GrantedToken granted{.value = auth::make_device_token(token_key_, device.id, role, token->salt),
                         .role = role,
                         .scopes = token->scopes,
                         .issued_at_ms = token->issued_at_ms()};
    if (!auth::is_token(token->hash, granted.value.reveal())) return std::nullopt;
    return granted;
}

// At the door.

Grant DeviceDesk::let_in(ledger::Device& device, const Visitor& visitor, std::string via) const {
    device.face = visitor.face;
    device.role = visitor.role;
    if (!holds(device.roles, visitor.role)) device.roles.push_back(visitor.role);
    if (visitor.role == operator_role)
        device.scopes = policy::joined(device.scopes, visitor.scopes);
    device.approved_via = std::move(via);
    device.approved_at_ms = now_ms();
    if (device.created_at_ms == 0) device.created_at_ms = now_ms();
    Grant grant;
    grant.push_back(issue(device, visitor.role, scopes_of(device, visitor.role)));
    return grant;
}

void DeviceDesk::enter(const Admitted& who, Done<Grant> done) {
    auto& devices = parts_.ledger.devices;
    const auto* known = devices.find(who.device_id);
    const bool by_token = who.auth_method == "device-token";
    const std::string token_role = by_token ? who.visitor.role : "";
    const std::string seen = by_token ? "device-token-auth" : "connect";
    if (who.entry == Entry::known && known != nullptr)
        if (auto token = known_token(*known, who.visitor.role)) {
            parts_.ledger.store->note(devices.seen(who.device_id, seen, now_ms(), token_role));
            Grant grant;
            grant.push_back(*std::move(token));
            return done(std::move(grant));
        }
    ledger::Writes writes;
    Grant grant;
    if (who.entry == Entry::redeem) {
        grant = redeem(who, writes);
    } else {
        ledger::Device device = known_or_new(who.device_id);
        grant = let_in(device, who.visitor, who.approved_via);
        writes.push_back(devices.put(std::move(device)));
    }
    writes.push_back(devices.seen(who.device_id, seen, now_ms(), token_role));
    log::info("device.approved",
              {{"device", who.device_id}, {"role", who.visitor.role}, {"via", who.approved_via}});
    keep(std::move(writes), [this, grant = std::move(grant), done = std::move(done),
                             setup_id = who.setup_id](Result<void> kept) mutable {
        if (!kept) return done(Failure(kept.error()));
        done(std::move(grant));
        tell_changed();
        if (const auto* code = book().setup_code(setup_id)) tell_setup_completed(*code);
    });
}

// The role that connected comes first; the other one the code grants rides along.
Grant DeviceDesk::redeem(const Admitted& who, ledger::Writes& writes) {
    auto& devices = parts_.ledger.devices;
    ledger::SetupCode code = *devices.setup_code(who.setup_id);
    const auto access = policy::setup_access(code.access).value_or(policy::SetupAccess{});
    ledger::Device device = known_or_new(who.device_id);
    Visitor visitor = who.visitor;
    visitor.scopes = access.operator_scopes;
    Grant grant = let_in(device, visitor, who.approved_via);
    const std::string other = visitor.role == operator_role ? "node" : std::string(operator_role);
    if (other == "node" ? access.node : !access.operator_scopes.empty()) {
        visitor.role = other;
        std::ranges::move(let_in(device, visitor, who.approved_via), std::back_inserter(grant));
        device.role = who.visitor.role;
    }
    code.used_at_ms = now_ms();
    code.device_id = device.id;
    code.device_name = device.face.display_name;
    writes.push_back(devices.put(std::move(code)));
    writes.push_back(devices.put(std::move(device)));
    return grant;
}

std::string DeviceDesk::ask(const Asking& asking) {
    auto& devices = parts_.ledger.devices;
    const Visitor& visitor = asking.visitor;
    const auto* old = devices.request_of(visitor.device_id);
    ledger::DeviceRequest request;
    request.device_id = visitor.device_id;
    request.face = visitor.face;
    request.role = visitor.role;
    request.roles = {visitor.role};
    request.scopes = visitor.scopes;
    request.is_repair = devices.find(visitor.device_id) != nullptr;
    if (old != nullptr) {
        request.roles = policy::joined(old->roles, request.roles);
        request.scopes = policy::joined(old->scopes, request.scopes);
        if (is_same_question(*old, request)) return old->request_id;
        tell_resolved(old->request_id, old->device_id, "rejected");
    }
    request.request_id = uuid_v4();
    request.requested_at_ms = now_ms();
    request.expires_at_ms = now_ms() + device_request_life.count();
    json::Writer row;
    write_request_row(row, request);
    log::info("device.waits", {{"device", visitor.device_id},
                               {"request", request.request_id},
                               {"reason", policy::words(asking.need).reason}});
    std::string id = request.request_id;
    parts_.ledger.store->note(devices.put(std::move(request)));
    parts_.events.send({.name = "device.pair.requested", .payload = row.take()});
    return id;
}

bool DeviceDesk::is_connected(std::string_view device_id) const {
    return std::ranges::any_of(parts_.events.peers(),
                               [&](const Peer* peer) { return peer->device_id == device_id; });
}

std::optional<GrantedToken> DeviceDesk::token_of(std::string_view device_id,
                                                 policy::Role role) const {
    const auto* device = book().find(device_id);
    if (device == nullptr) return std::nullopt;
    return known_token(*device, std::string(policy::word(role)));
}

void DeviceDesk::keep(ledger::Writes writes, Done<void> done) {
    parts_.ledger.store->commit(std::move(writes), std::move(done));
}

void DeviceDesk::tell_resolved(const std::string& request_id, std::string_view device_id,
                               std::string_view decision) {
    json::Writer payload;
    payload.begin_object().member("requestId", request_id).member("deviceId", device_id);
    payload.member("decision", decision).member("ts", now_ms()).end_object();
    parts_.events.send({.name = "device.pair.resolved", .payload = payload.take()});
    if (on_resolved_) on_resolved_(request_id, decision);
}

void DeviceDesk::tell_changed() {
    parts_.events.send({.name = "device.pair.changed", .payload = "{}"});
}

void DeviceDesk::tell_setup_completed(const ledger::SetupCode& code) {
    json::Writer payload;
    write_completion(payload, code);
    parts_.events.send({.name = "device.pair.setup.completed", .payload = payload.take()});
}

void DeviceDesk::cut_off(std::string_view device_id) {
    for (Peer* peer : parts_.events.peers())
        if (peer->device_id == device_id) peer->close(device_removed, "device removed");
}

} // namespace openclaw::rpc
