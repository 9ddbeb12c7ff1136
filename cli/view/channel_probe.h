// view/channel_probe.h — what a platform says of an account when it is asked, and what the
// account's channel can do. Pure.
//
// Reads an account of channels.status, and the answer of channels.capabilities.
#pragma once

#include "cli/view/look.h"
#include "common/json/read.h"

#include <string>

namespace openclaw::cli {

// "Works: @my_bot, answered in 85ms.", its links and warnings; or why it does not.
std::string probe_view(json::View account, const Look& look);

std::string abilities_view(json::View capabilities, const Look& look);

} // namespace openclaw::cli
