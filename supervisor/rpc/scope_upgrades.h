// rpc/scope_upgrades.h — a device that is in and wants to be allowed more, without hanging up:
// device.scopes.requestUpgrade and .waitUpgrade.
//
// The question waits with the other pairing requests and is decided there. Who asked hears the
// decision, and with a yes its new token, over the connection it holds. Answers are remembered
// until the request would have expired.
#pragma once

#include "supervisor/rpc/device_desk.h"
#include "supervisor/rpc/method_table.h"

namespace openclaw::rpc {

void add_scope_upgrades(MethodTable& table, Loop& loop, DeviceDesk& desk);

} // namespace openclaw::rpc
