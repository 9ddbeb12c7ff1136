#include "common/config/channels/echo.h"

namespace openclaw::config {

// Whatever else a test writes is for the worker.
constinit const Section echo_section{
    .fields = {}, .also = &common_channel_section, .is_open = true};

} // namespace openclaw::config
