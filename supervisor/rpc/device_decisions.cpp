// What operators decide about devices: the second half of DeviceDesk.
#include "common/base/strings.h"
#include "common/json/write.h"
#include "common/log/log.h"
#include "supervisor/auth/device_token.h"
#include "supervisor/policy/device_pairing.h"
#include "supervisor/rpc/device_desk.h"

#include <algorithm>

namespace openclaw::rpc {

namespace {

constexpr std::string_view operator_role = "operator";

bool holds(const std::vector<std::string>& words, std::string_view wanted) {
    return std::ranges::find(words, wanted) != words.end();
}

std::vector<std::string> ordered(std::vector<std::string> words) {
    std::ranges::sort(words);
    return words;
}

Failure unknown_request() {
    return fail(Code::not_found, "unknown requestId");
}

Failure unknown_device() {
    return fail(Code::not_found, "unknown deviceId");
}

Failure rotation_denied() {
    return fail(Code::not_found, "device token rotation denied");
}

} // namespace

std::vector<std::string> DeviceDesk::scopes_to_approve(const ledger::DeviceRequest& request) const {
    std::vector<std::string> needed;
    const bool is_operator_only = request.roles.size() == 1 && holds(request.roles, operator_role);
    if (!is_operator_only) needed.emplace_back(policy::scope::admin);
    if (holds(request.roles, operator_role)) needed = policy::joined(needed, request.scopes);
    return needed;
}

void DeviceDesk::approve(const std::string& request_id, Done<std::string> done) {
    auto& devices = parts_.ledger.devices;
    const auto* found = devices.request(request_id);
    if (found == nullptr) return done(unknown_request());
    const ledger::DeviceRequest request = *found;
    ledger::Device device = known_or_new(request.device_id);
    for (const auto& role : request.roles) {
        const auto* token = device.token_of(role);
        const auto before = token == nullptr ? std::nullopt : std::optional(*token);
        let_in(device, {request.device_id, request.face, role, request.scopes}, "owner");
        // Only what changes needs a new token: a device that merely looks different keeps its own.
        auto& now = *device.token_of(role);
        if (before && before->scopes == now.scopes) now = *before;
    }
    device.role = request.role;
    ledger::Writes writes;
    writes.push_back(devices.put(std::move(device)));
    writes.push_back(devices.drop_request(request_id));
    log::info("device.approved",
              {{"device", request.device_id}, {"role", request.role}, {"via", "owner"}});
    keep(std::move(writes), [this, request, done = std::move(done)](Result<void> kept) mutable {
        if (!kept) return done(Failure(kept.error()));
        tell_resolved(request.request_id, request.device_id, "approved");
        done(request.device_id);
    });
}

void DeviceDesk::reject(const std::string& request_id, Done<std::string> done) {
    const auto* found = book().request(request_id);
    if (found == nullptr) return done(unknown_request());
    const std::string device_id = found->device_id;
    ledger::Writes writes;
    writes.push_back(parts_.ledger.devices.drop_request(request_id));
    keep(std::move(writes),
         [this, request_id, device_id, done = std::move(done)](Result<void> kept) mutable {
             if (!kept) return done(Failure(kept.error()));
             tell_resolved(request_id, device_id, "rejected");
             done(device_id);
         });
}

void DeviceDesk::remove(const std::string& device_id, Done<void> done) {
    if (book().find(device_id) == nullptr) return done(unknown_device());
    const auto* waiting = book().request_of(device_id);
    const std::string request_id = waiting == nullptr ? "" : waiting->request_id;
    ledger::Writes writes;
    writes.push_back(parts_.ledger.devices.remove(device_id));
    cut_off(device_id); // also when the disk refuses: what was taken away is gone at once
    log::info("device.removed", {{"device", device_id}});
    keep(std::move(writes),
         [this, device_id, request_id, done = std::move(done)](Result<void> kept) mutable {
             if (!request_id.empty()) tell_resolved(request_id, device_id, "rejected");
             tell_changed();
             done(std::move(kept));
         });
}

void DeviceDesk::rename(const std::string& device_id, std::string label, Done<void> done) {
    const auto* known = book().find(device_id);
    if (known == nullptr) return done(unknown_device());
    ledger::Device device = *known;
    device.label = std::move(label);
    ledger::Writes writes;
    writes.push_back(parts_.ledger.devices.put(std::move(device)));
    keep(std::move(writes), [this, done = std::move(done)](Result<void> kept) mutable {
        tell_changed();
        done(std::move(kept));
    });
}

void DeviceDesk::rotate(const std::string& device_id, const std::string& role,
                        std::optional<std::vector<std::string>> scopes, Done<GrantedToken> done) {
    const auto* known = book().find(device_id);
    const auto* old = known == nullptr ? nullptr : known->token_of(role);
    if (old == nullptr) return done(rotation_denied());
    const auto wanted = scopes ? ordered(*std::move(scopes)) : old->scopes;
    if (!policy::missing(known->scopes, wanted).empty()) return done(rotation_denied());
    ledger::Device device = *known;
    GrantedToken granted = issue(device, role, wanted);
    ledger::Writes writes;
    writes.push_back(parts_.ledger.devices.put(std::move(device)));
    log::info("device.token_rotated", {{"device", device_id}, {"role", role}});
    keep(std::move(writes), [this, device_id, granted = std::move(granted),
                             done = std::move(done)](Result<void> kept) mutable {
        if (!kept) return done(Failure(kept.error()));
        done(std::move(granted)); // before the socket that asked is closed
        cut_off(device_id);
        tell_changed();
    });
}

void DeviceDesk::revoke(const std::string& device_id, const std::string& role, Done<void> done) {
    const auto* known = book().find(device_id);
    if (known == nullptr || known->token_of(role) == nullptr)
        return done(fail(Code::not_found, "device token revocation denied"));
    ledger::Device device = *known;
    std::erase_if(device.tokens, [&](const auto& token) { return token.role == role; });
    ledger::Writes writes;
    writes.push_back(parts_.ledger.devices.put(std::move(device)));
    log::info("device.token_revoked", {{"device", device_id}, {"role", role}});
    keep(std::move(writes), [this, device_id, done = std::move(done)](Result<void> kept) mutable {
        done(std::move(kept)); // before the socket that asked is closed
        cut_off(device_id);
        tell_changed();
    });
}

void DeviceDesk::make_setup_code(std::string access, Done<NewSetupCode> done) {
    NewSetupCode made{.setup_id = uuid_v4(),
                      .bootstrap_token = auth::new_random_token(),
                      .expires_at_ms = now_ms() + setup_code_life.count()};
    ledger::SetupCode code;
    code.setup_id = made.setup_id;
    code.hash = auth::token_hash(made.bootstrap_token.reveal());
    code.access = std::move(access);
    code.expires_at_ms = made.expires_at_ms;
    ledger::Writes writes;
    writes.push_back(parts_.ledger.devices.put(std::move(code)));
    keep(std::move(writes),
         [made = std::move(made), done = std::move(done)](Result<void> kept) mutable {
             if (!kept) return done(Failure(kept.error()));
             done(std::move(made));
         });
}

} // namespace openclaw::rpc
