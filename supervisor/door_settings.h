// supervisor/door_settings.h — what the configuration means for those who come in: which secret,
// how often they may be wrong, whose headers and names count, where a phone finds us.
#pragma once

#include "supervisor/auth/attempt_limit.h"
#include "supervisor/http/api.h"
#include "supervisor/preparation.h"
#include "supervisor/rpc/devices.h"
#include "supervisor/rpc/front_door.h"
#include "supervisor/web/request_rules.h"

namespace openclaw {

auth::Gate gate_of(const Preparation& preparation);
auth::AttemptRule attempt_rule_of(const Preparation& preparation);
rpc::DoorSettings door_settings_of(const Preparation& preparation);
http::ApiSettings api_settings_of(const config::Config& config);
web::RequestRules request_rules_of(const Preparation& preparation);
rpc::SetupRoute setup_route_of(const Preparation& preparation, int port);

} // namespace openclaw
