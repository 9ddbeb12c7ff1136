// rpc/auth_rotation.h — gateway.auth.rotate: another token for the gateway, in one step. Ours.
#pragma once

#include "supervisor/rpc/config_changes.h"

namespace openclaw::rpc {

void add_auth_rotation(MethodTable& table, ConfigParts parts);

} // namespace openclaw::rpc
