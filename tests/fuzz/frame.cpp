// A sibling process sends any bytes it likes: the link takes the frame or ends itself, and nothing
// else happens.
#include "common/ipc/link.h"
#include "common/ipc/permits.h"
#include "common/ipc/protocol.h"
#include "common/ipc/socket.h"

#include <cstdlib>

using namespace openclaw;

namespace {

struct Counter : ipc::LinkHandler {
    int frames = 0, ends = 0;

    void on_frame(const wire::Frame&, Fds) override { ++frames; }

    void on_closed(const ipc::LinkEnd&) override { ++ends; }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Loop loop;
    if (size == 0 || size > ipc::max_frame_bytes)
        return 0; // an empty datagram is the end of the socket
    auto pair = ipc::make_socket_pair();
    if (!pair) std::abort();
    Counter counter;
    ipc::Link link(loop, std::move(pair->first), ipc::Side::supervisor, ipc::channel_permits,
                   counter);
    link.enter(ipc::Phase::serving);
    if (!ipc::send_datagram(pair->second.get(), {data, size}, {})) std::abort();
    for (int i = 0; i < 3; ++i)
        loop.turn(false);
    if (counter.frames + counter.ends > 1 || counter.ends > 1) std::abort();
    return 0;
}
