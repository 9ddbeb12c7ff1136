// rpc/table_page.h — the method table as a page for people: docs/protocol.md is this text.
#pragma once

#include "supervisor/rpc/method_table.h"

#include <string>

namespace openclaw::rpc {

std::string table_page(const MethodTable& table);

} // namespace openclaw::rpc
