// ledger/devices.h — devices that hold a key: those let in with their tokens, those who ask, and
// the setup codes that let one in.
//
// All of it is in memory and changes there at once; the write that goes with a change always
// carries the whole record, so a change that a full disk refused is caught up by the next one. Of
// tokens and codes only a hash is kept. Judges nobody: policy/device_pairing does.
#pragma once

#include "common/base/clock.h"
#include "supervisor/ledger/store.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::ledger {

// The one token of a (device, role).
struct DeviceToken {
    std::string role;
    std::string salt; // what the value was made from, with a key that is not in the ledger
    std::string hash; // of the value
    std::vector<std::string> scopes;
    std::int64_t created_at_ms = 0;
    std::int64_t rotated_at_ms = 0;   // 0: never
    std::int64_t last_used_at_ms = 0; // 0: never

    std::int64_t issued_at_ms() const { return rotated_at_ms > 0 ? rotated_at_ms : created_at_ms; }
};

// What a device says about itself.
struct DeviceFace {
    std::string public_key; // base64url
    std::string display_name, platform, device_family, client_id, client_mode;
};

struct Device {
    std::string id;
    DeviceFace face;
    std::string label;              // given by an operator
    std::string role;               // of the last approval
    std::vector<std::string> roles; // approved
    std::vector<std::string> scopes;
    std::string approved_via; // "silent", "owner", "bootstrap", "trusted-proxy"
    std::int64_t created_at_ms = 0, approved_at_ms = 0, last_seen_at_ms = 0;
    std::string last_seen_reason;
    std::vector<DeviceToken> tokens; // one for a role

    const DeviceToken* token_of(std::string_view of_role) const;
    DeviceToken* token_of(std::string_view of_role);
};

// Somebody who waits for an operator. One for a device: a new one takes the old one's place.
struct DeviceRequest {
    std::string request_id;
    std::string device_id;
    DeviceFace face;
    std::string role; // asked for last
    std::vector<std::string> roles, scopes;
    bool is_repair = false; // the device is known already
    std::int64_t requested_at_ms = 0, expires_at_ms = 0;
};

// A code that lets one device in, once.
struct SetupCode {
    std::string setup_id;
    std::string hash;   // of the bootstrap token in it
    std::string access; // "full", "limited", "node"
    std::int64_t expires_at_ms = 0;
    std::int64_t used_at_ms = 0; // 0: not yet
    std::string device_id, device_name;
};

class Devices {
  public:
    static constexpr std::size_t max_waiting = 64;
    static constexpr std::size_t max_setup_codes = 32;

    // Knows nobody.
    explicit Devices(const Clock& clock)
        : clock_(&clock) {}

    static Result<Devices> load(Store& store, const Clock& clock);

    const Device* find(std::string_view id) const;
    std::vector<const Device*> all() const; // last approved first

    std::vector<const DeviceRequest*> waiting() const; // not expired, newest first
    const DeviceRequest* request(std::string_view request_id) const;
    const DeviceRequest* request_of(std::string_view device_id) const;

    // Not used and not expired.
    const SetupCode* setup_code_with(std::string_view hash) const;
    const SetupCode* setup_code(std::string_view setup_id) const;

    // Whole records, new or changed.
    Write put(Device device);
    Write remove(std::string_view id); // and what it asks for
    Write
    put(DeviceRequest request); // instead of the device's old one; the oldest of too many goes
    Write drop_request(std::string_view request_id);
    Write put(SetupCode code);
    // Losing the last of these costs nothing but an older date: note() it.
    Write seen(std::string_view id, std::string reason, std::int64_t at_ms,
               std::string_view token_role);

  private:
    Result<void> load_devices(Store& store);
    Result<void> load_requests(Store& store);
    Result<void> load_setup_codes(Store& store);
    bool is_live(const DeviceRequest& request) const;

    const Clock* clock_;
    std::map<std::string, Device, std::less<>> devices_;
    std::map<std::string, DeviceRequest, std::less<>> requests_; // by device
    std::map<std::string, SetupCode, std::less<>> setup_codes_;  // by setup id
};

} // namespace openclaw::ledger
