// ipc/stream_counters.h — what egress has carried for whom, in memory that it and the supervisor
// share.
//
// Egress counts with a store for each read; the supervisor looks when somebody asks. No frames, no
// timers, and nothing is lost when egress is killed: the next life counts on in the same file. The
// file's size is sealed, so that neither can pull it away under the other; the supervisor takes the
// numbers for what they are, a worker's word.
#pragma once

#include "common/base/result.h"
#include "common/base/unique_fd.h"

#include <cstddef>
#include <cstdint>

namespace openclaw::ipc {

inline constexpr std::size_t counter_slots = 256; // workers; the last one is for those beyond

struct StreamCounts {
    std::uint64_t bytes_out = 0; // from the worker to the internet
    std::uint64_t bytes_in = 0;
    std::uint64_t streams = 0; // that were connected
    std::uint64_t open = 0;    // now
};

class StreamCounters {
  public:
    static Result<StreamCounters> make();                   // the supervisor's side
    static Result<StreamCounters> open(const UniqueFd& fd); // egress'; errors: invalid
    StreamCounters(StreamCounters&& other) noexcept;
    StreamCounters& operator=(StreamCounters&&) = delete;
    ~StreamCounters();

    int fd() const { return fd_.get(); } // to hand on; -1 on egress' side

    StreamCounts read(std::size_t slot) const;
    void add_out(std::size_t slot, std::uint64_t bytes);
    void add_in(std::size_t slot, std::uint64_t bytes);
    void opened(std::size_t slot);
    void closed(std::size_t slot);
    void close_all(); // egress is dead

  private:
    StreamCounters(UniqueFd fd, void* memory)
        : fd_(std::move(fd))
        , memory_(memory) {}

    StreamCounts& at(std::size_t slot) const;

    UniqueFd fd_;
    void* memory_;
};

} // namespace openclaw::ipc
