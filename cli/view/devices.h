// cli/view/devices.h — devices that hold a key: who waits, who was let in. Pure. Reads
// device.pair.list.
#pragma once

#include "cli/view/look.h"
#include "common/json/read.h"

#include <string>

namespace openclaw::cli {

std::string devices_view(json::View list, const Look& look);
// One request, and the command that lets it in: what an operator should read before.
std::string device_request_view(json::View request, const Look& look);

} // namespace openclaw::cli
