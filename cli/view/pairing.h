// cli/view/pairing.h — strangers who asked to be let in. Pure. Reads pairing.list.
#pragma once

#include "cli/view/look.h"
#include "common/json/read.h"

#include <string>
#include <string_view>

namespace openclaw::cli {

std::string pairing_view(json::View list, std::string_view channel, const Look& look);
// The request with this code; absent when there is none. Codes are compared as people read them
// aloud: any case.
json::View pairing_request(json::View list, std::string_view code);

} // namespace openclaw::cli
