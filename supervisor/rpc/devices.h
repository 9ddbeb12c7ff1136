// rpc/devices.h — device.pair.*, device.token.* and gateway.identity.get: operators and the devices
// that hold a key (PROTOCOL.md 7.4, 7.5).
#pragma once

#include "supervisor/rpc/device_desk.h"
#include "supervisor/rpc/method_table.h"

#include <string>

namespace openclaw::rpc {

// Where a phone finds this gateway, for setup codes. One object for the life of the process.
struct SetupRoute {
    std::string auth_mode = "token"; // or "password"
    std::string url;                 // "ws://192.0.2.2:18789"; empty: this machine only
    std::string url_source;          // "gateway.publicOrigin", "gateway.bind"
};

void add_devices(MethodTable& table, DeviceDesk& desk, const SetupRoute& route);

} // namespace openclaw::rpc
