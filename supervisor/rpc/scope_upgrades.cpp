#include "supervisor/rpc/scope_upgrades.h"

#include "common/json/write.h"
#include "common/loop/timer.h"
#include "supervisor/rpc/device_row.h"

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace openclaw::rpc {

namespace {

constexpr std::size_t max_upgrades = 64, max_waiters = 8;

struct Upgrade {
    std::string device_id;
    std::string decision; // "approved", "rejected", "expired"; empty: not yet
    std::vector<Reply> waiters;
    std::unique_ptr<Timer> end; // of its life, decided or not
};

class ScopeUpgrades {
  public:
    ScopeUpgrades(Loop& loop, DeviceDesk& desk)
        : loop_(loop)
        , desk_(desk) {}

    void request(Call& call);
    void wait(Call& call);
    void on_resolved(const std::string& request_id, std::string_view decision);

  private:
    void remember(const std::string& request_id, const std::string& device_id);
    void end(const std::string& request_id);
    void answer(const Reply& reply, const std::string& request_id, const Upgrade& upgrade) const;

    Loop& loop_;
    DeviceDesk& desk_;
    std::map<std::string, Upgrade> by_request_;
};

policy::Scopes scopes_in(json::View params) {
    policy::Scopes wanted;
    params["scopes"].each_element(
        [&](json::View scope) { return wanted.emplace_back(scope.text()), true; });
    return policy::intersect(wanted, policy::operator_scopes());
}

void ScopeUpgrades::request(Call& call) {
    const auto* device = desk_.book().find(call.peer.device_id);
    if (device == nullptr)
        return call.reply.fail(invalid_request("only a paired device can ask for more scopes; "
                                               "connect with a device identity"));
    const auto wanted = scopes_in(call.params);
    if (policy::missing(device->scopes, wanted).empty())
        return call.reply.fail(invalid_request("this device holds the scopes already: connect "
                                               "again and ask for them"));
    if (by_request_.size() >= max_upgrades)
        return call.reply.fail(
            unavailable("too many devices ask for more scopes; try again later"));
    const std::string id =
        desk_.ask({.visitor = {.device_id = device->id,
                               .face = device->face,
                               .role = std::string(policy::word(policy::Role::operator_role)),
                               .scopes = wanted},
                   .need = policy::PairingNeed::scope_upgrade});
    remember(id, device->id);
    call.reply.ok(json::Writer().begin_object().member("requestId", id).end_object().text());
}

void ScopeUpgrades::remember(const std::string& request_id, const std::string& device_id) {
    if (by_request_.contains(request_id)) return; // the same question again
    Upgrade& upgrade = by_request_[request_id];
    upgrade.device_id = device_id;
    upgrade.end = std::make_unique<Timer>(loop_);
    upgrade.end->start(device_request_life, [this, request_id] { end(request_id); });
}

void ScopeUpgrades::wait(Call& call) {
    const std::string id(call.params["requestId"].text());
    const auto found = by_request_.find(id);
    if (found == by_request_.end() || found->second.device_id != call.peer.device_id)
        return call.reply.fail(invalid_request("unknown requestId"));
    if (!found->second.decision.empty()) return answer(call.reply, id, found->second);
    if (found->second.waiters.size() >= max_waiters)
        return call.reply.fail(unavailable("8 callers wait for this decision already"));
    found->second.waiters.push_back(call.reply);
}

void ScopeUpgrades::on_resolved(const std::string& request_id, std::string_view decision) {
    const auto found = by_request_.find(request_id);
    if (found == by_request_.end() || !found->second.decision.empty()) return;
    found->second.decision = decision;
    for (const auto& reply : std::exchange(found->second.waiters, {}))
        answer(reply, request_id, found->second);
}

void ScopeUpgrades::end(const std::string& request_id) {
    on_resolved(request_id, "expired");
    loop_.defer([this, request_id] { by_request_.erase(request_id); }); // not inside its own timer
}

void ScopeUpgrades::answer(const Reply& reply, const std::string& request_id,
                           const Upgrade& upgrade) const {
    json::Writer out;
    out.begin_object().member("requestId", request_id);
    const auto token = upgrade.decision == "approved"
                           ? desk_.token_of(upgrade.device_id, policy::Role::operator_role)
                           : std::nullopt;
    // Approved, and taken away again before anybody asked: that is a no.
    const bool is_lost = upgrade.decision == "approved" && !token;
    out.member("status", is_lost ? "rejected" : upgrade.decision);
    if (token) {
        out.member("deviceToken", token->value.reveal());
        write_words(out, "scopes", token->scopes);
    }
    reply.ok(out.end_object().text());
}

constexpr std::array request_params = {
    Field{.name = "scopes", .kind = Kind::string_list, .required = true}};
constexpr std::array wait_params = {required_text("requestId")};

} // namespace

void add_scope_upgrades(MethodTable& table, Loop& loop, DeviceDesk& desk) {
    const auto upgrades = std::make_shared<ScopeUpgrades>(loop, desk);
    desk.on_resolved([known = std::weak_ptr(upgrades)](const std::string& request_id,
                                                       std::string_view decision) {
        if (const auto open = known.lock()) open->on_resolved(request_id, decision);
    });
    table.add({.name = "device.scopes.requestUpgrade",
               .scope = policy::scope::read,
               .params = request_params,
               .is_rationed = true,
               .handler = [upgrades](Call& call) { upgrades->request(call); }});
    table.add({.name = "device.scopes.waitUpgrade",
               .scope = policy::scope::read,
               .params = wait_params,
               .handler = [upgrades](Call& call) { upgrades->wait(call); }});
}

} // namespace openclaw::rpc
