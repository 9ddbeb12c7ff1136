// cli/view/gateway_status.h — `gateway status` as text and as JSON (CLI.md 5.6). Pure.
#pragma once

#include "cli/survey.h"
#include "cli/view/look.h"

#include <string>

namespace openclaw::cli {

std::string gateway_status_view(const Survey& survey, const Look& look, std::string_view program);
// What goes to stderr when the gateway cannot be reached; empty when it can.
std::string gateway_status_failure(const Survey& survey, const Look& look);
std::string gateway_status_json(const Survey& survey, std::string_view program);

} // namespace openclaw::cli
