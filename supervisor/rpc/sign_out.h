// rpc/sign_out.h — taking credentials out of the configuration: channels.logout, models.authLogout;
// and web.login.*, the way in that begins with a picture.
//
// A credential is a setting here, so signing out is a change of the file like config.patch: told to
// everybody, in force at once. What the environment brings cannot be taken away, and is named.
#pragma once

#include "supervisor/rpc/config_changes.h"
#include "supervisor/rpc/health.h"

namespace openclaw::rpc {

struct SignOutParts {
    ConfigParts config;
    ReadConfig read_config;
    HealthSnapshot& health;
    WorkerDesk& workers;
};

void add_sign_out(MethodTable& table, const SignOutParts& parts);

} // namespace openclaw::rpc
