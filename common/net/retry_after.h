// net/retry_after.h — the value of a Retry-After header as a pause.
#pragma once

#include "common/base/clock.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace openclaw::net {

// RFC 9110 §10.2.3: a number of seconds (fractions are accepted, some servers send them) or an HTTP
// date in any of the three forms of §5.6.7. A date that has passed is a pause of zero. Nothing: the
// value is malformed.
std::optional<Milliseconds> parse_retry_after(std::string_view value, std::int64_t now_unix_ms);

} // namespace openclaw::net
