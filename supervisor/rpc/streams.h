// rpc/streams.h — what egress has carried for a worker, as the methods and /metrics show it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace openclaw::rpc {

struct Streams {                 // since the supervisor began
    std::uint64_t bytes_out = 0; // to the internet
    std::uint64_t bytes_in = 0;
    std::uint64_t connected = 0;
    std::uint64_t open = 0;    // now
    std::uint64_t waiting = 0; // being connected now
    std::uint64_t failed = 0;  // allowed, and not connected
    std::uint64_t refused = 0; // asked for what it may not reach
    std::string last_refused;  // "169.254.169.254:80"
};

using StreamsOf = std::function<Streams(const std::string& worker)>;

} // namespace openclaw::rpc
