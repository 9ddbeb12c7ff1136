// cli/rpc/stream.h — a connected socket, read and written with deadlines by blocking in poll().
//
// The command line is a process of its own, with one conversation: waiting is all it has to do.
// Every wait has a deadline. An interrupt by the operator (interrupt.h) ends a wait at once with
// errno EINTR.
#pragma once

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/base/unique_fd.h"

#include <string>
#include <string_view>

namespace openclaw::cli {

class Stream {
  public:
    explicit Stream(UniqueFd socket)
        : socket_(std::move(socket)) {}

    // Errors of all three: timeout; unavailable (the other side closed, or was interrupted);
    // corrupt (over the limit).
    Result<void> write(std::string_view bytes, Instant deadline);
    Result<std::string> read_line(std::size_t limit, Instant deadline); // without "\n" or "\r\n"
    Result<std::string> read_exactly(std::size_t count, Instant deadline);

  private:
    Result<void> wait(short events, Instant deadline) const;
    Result<void> fill(Instant deadline); // reads at least one byte into the buffer

    UniqueFd socket_;
    std::string buffer_;
};

// Errors: unavailable with the errno; invalid (the path is longer than a socket address holds).
Result<Stream> connect_unix(const std::string& path);
// `host` is "localhost" or a numeric loopback address.
Result<Stream> connect_tcp(const std::string& host, int port, Instant deadline);

} // namespace openclaw::cli
