// supervisor/gateway_log.h — where the log goes and how much of it, and what it says of a
// configuration. Opening again closes what was open: at SIGHUP, for logrotate(8). From then on the
// words that open the gateway are masked in it; those of a configuration are its generation's.
#pragma once

#include "supervisor/preparation.h"

namespace openclaw {

Result<void> open_log(const Preparation& preparation);
void report_configuration(const Preparation& preparation);

} // namespace openclaw
