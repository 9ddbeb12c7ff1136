// egress/stream.h — bytes between a worker and the internet, both ways, unread and unchanged.
//
// One buffer serves all streams of the process; what one side cannot take at once waits in the
// stream, at most one buffer each way, and nothing more is read for it meanwhile. The end of one
// direction is passed on (shutdown) and the other goes on. Nothing here blocks, whatever flags a
// worker sets on its end: every call says MSG_DONTWAIT.
#pragma once

#include "common/base/unique_fd.h"
#include "common/ipc/stream_counters.h"
#include "common/loop/fd_watch.h"

#include <cstddef>
#include <memory>
#include <string>

namespace openclaw::egress {

class Stream {
  public:
    // `counters` may be null. `over` is called once, from the loop, never from in here; it may
    // destroy the stream. `early`: the internet's first bytes, that came before.
    Stream(Loop& loop, UniqueFd worker, UniqueFd internet, std::string early,
           ipc::StreamCounters* counters, std::size_t slot, Task over);
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

  private:
    struct End {
        UniqueFd socket;
        std::unique_ptr<FdWatch> watch; // dies before the socket
        std::string waiting;            // came from the other end and is not written yet
        bool reads = true;              // it may still say something
        bool writes = true;             // it may still be told something
    };

    void on_ready(End& end, End& other, Ready ready);
    bool pump(End& from, End& to); // false: over
    bool write(End& to, std::string_view bytes);
    bool flush(End& to);
    void end_of(End& from, End& to);
    void forget_worker();
    void count(const End& from, std::size_t bytes);
    void watch();
    void finish();

    ipc::StreamCounters* counters_;
    std::size_t slot_;
    Task over_;
    End worker_;
    End internet_;
};

} // namespace openclaw::egress
