// net/handed_stream.h — connected streams for libraries that call connect(2) themselves.
//
// A worker connects to nothing: its filter refuses the call, and its streams come connected, from
// egress. But neither libcurl nor libwebsockets' client (4.1.6) can be told to wait for such a
// stream: they call connect(2). So every program that links this room has a connect() of its own,
// which libraries find before the C library's: for an address below "/egress" it makes no system
// call, everything else goes to the kernel, and in a worker's sandbox no further. A socket(): while
// a stream waits to be fetched, a Unix socket for it is made without the call that the filter
// refuses (libcurl asks us for its sockets, libwebsockets does not). And a getpeername() that gives
// the nameless end of a pair that name: libcurl 7.88 takes a connection without one for unfinished
// and never uses it again.
#pragma once

#include "common/base/unique_fd.h"

#include <string>

namespace openclaw::net {

// For CURLOPT_UNIX_SOCKET_PATH: connecting to it is "in progress".
const char* unconnected_path();
// A socket that is not writable, like one that is being connected, until a stream takes its place
// (take_place). Empty: no descriptors.
UniqueFd unconnected_socket();
// The descriptor `socket` becomes one of `stream`; whatever it was is closed.
bool take_place(int stream, int socket);

// One stream that waits to be fetched. libwebsockets: lws_client_connect_info::address is
// "+" + path(), `host` stays the platform's name; its socket becomes this stream, once.
class HandedStream {
  public:
    explicit HandedStream(UniqueFd stream);
    ~HandedStream(); // closes the stream if nobody came
    HandedStream(const HandedStream&) = delete;
    HandedStream& operator=(const HandedStream&) = delete;

    const std::string& path() const { return path_; } // "/egress/7"

  private:
    std::string path_;
};

} // namespace openclaw::net
