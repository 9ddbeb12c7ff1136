// rpc/device_desk.h — what is remembered of devices, and who is told: tokens are issued here,
// requests wait here, operators decide here (PROTOCOL.md 7).
//
// The handshake judges and operators decide; this changes the ledger, sends the events
// (device.pair.*) and closes the live sockets of a device that lost something (4001). An answer
// that promises something comes when the ledger has it on disk. All references outlive it.
#pragma once

#include "supervisor/auth/gateway_identity.h"
#include "supervisor/ledger/ledger.h"
#include "supervisor/rpc/events.h"
#include "supervisor/rpc/handshake.h"
#include "supervisor/rpc/sources.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::rpc {

inline constexpr Milliseconds device_request_life = std::chrono::minutes(5);
inline constexpr Milliseconds setup_code_life = std::chrono::minutes(10);
inline constexpr std::size_t max_device_label = 64; // characters

// One token, as hello-ok tells it.
struct GrantedToken {
    Secret value;
    std::string role;
    std::vector<std::string> scopes;
    std::int64_t issued_at_ms = 0;
};

// The first is the one of the role that connected; a setup code may bring more.
using Grant = std::vector<GrantedToken>;

struct NewSetupCode {
    std::string setup_id;
    Secret bootstrap_token;
    std::int64_t expires_at_ms = 0;
};

class DeviceDesk {
  public:
    struct Parts {
        Loop& loop;
        ledger::Ledger& ledger;
        Events& events;
        const auth::GatewayIdentity& identity;
    };

    explicit DeviceDesk(Parts parts);

    const ledger::Devices& book() const { return parts_.ledger.devices; }

    const auth::GatewayIdentity& identity() const { return parts_.identity; }

    const Clock& clock() const { return parts_.loop.clock(); }

    // The same for the same caller at every start: keys a browser's recovery data.
    std::string recovery_scope(std::string_view principal) const;

    // At the door. `enter` ends later, or at once when nothing has to be written.
    void enter(const Admitted& who, Done<Grant> done);
    // The request's id: a new one, or that of the same question asked before.
    std::string ask(const Asking& asking);

    // For operators. Errors: not_found ("unknown requestId"), and what the ledger says.
    std::vector<std::string> scopes_to_approve(const ledger::DeviceRequest& request) const;
    void approve(const std::string& request_id, Done<std::string> device_id);
    void reject(const std::string& request_id, Done<std::string> device_id);
    void remove(const std::string& device_id, Done<void> done);
    void rename(const std::string& device_id, std::string label, Done<void> done);
    // `scopes`: nothing: as before. The device's sockets are closed with 4001.
    void rotate(const std::string& device_id, const std::string& role,
                std::optional<std::vector<std::string>> scopes, Done<GrantedToken> done);
    void revoke(const std::string& device_id, const std::string& role, Done<void> done);
    void make_setup_code(std::string access, Done<NewSetupCode> done);

    bool is_connected(std::string_view device_id) const;

    // What the device would be told at the door. Nothing: it holds none for this role.
    std::optional<GrantedToken> token_of(std::string_view device_id, policy::Role role) const;

    // Told of every request that was decided: "approved" or "rejected".
    using OnResolved =
        std::function<void(const std::string& request_id, std::string_view decision)>;

    void on_resolved(OnResolved tell) { on_resolved_ = std::move(tell); }

  private:
    ledger::Device known_or_new(const std::string& id) const;
    GrantedToken issue(ledger::Device& device, const std::string& role,
                       std::vector<std::string> scopes) const;
    std::optional<GrantedToken> known_token(const ledger::Device& device,
                                            const std::string& role) const;
    Grant let_in(ledger::Device& device, const Visitor& visitor, std::string via) const;
    Grant redeem(const Admitted& who, ledger::Writes& writes);
    void keep(ledger::Writes writes, Done<void> done);
    void tell_resolved(const std::string& request_id, std::string_view device_id,
                       std::string_view decision);
    void tell_changed();
    void tell_setup_completed(const ledger::SetupCode& code);
    void cut_off(std::string_view device_id);

    std::int64_t now_ms() const { return parts_.loop.clock().unix_ms(); }

    Parts parts_;
    Secret token_key_;
    OnResolved on_resolved_;
};

} // namespace openclaw::rpc
