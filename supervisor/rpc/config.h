// rpc/config.h — config.get: the configuration with its secrets replaced (METHODS.md).
#pragma once

#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/sources.h"

namespace openclaw::rpc {

void add_config(MethodTable& table, ReadConfig read);

} // namespace openclaw::rpc
