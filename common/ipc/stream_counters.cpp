#include "common/ipc/stream_counters.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <utility>

namespace openclaw::ipc {

namespace {

constexpr std::size_t counters_bytes = counter_slots * sizeof(StreamCounts);
constexpr int fixed_size = F_SEAL_SHRINK | F_SEAL_GROW;

Result<void*> map(int fd) {
    void* memory = mmap(nullptr, counters_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED)
        return Failure(system_error(Code::internal, "cannot map the stream counters", errno));
    return memory;
}

// One writer; the other process may look at any moment.
void add(std::uint64_t& counter, std::uint64_t amount) {
    std::atomic_ref<std::uint64_t> shared(counter);
    shared.store(shared.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

std::uint64_t look(std::uint64_t& counter) {
    return std::atomic_ref<std::uint64_t>(counter).load(std::memory_order_relaxed);
}

} // namespace

Result<StreamCounters> StreamCounters::make() {
    UniqueFd fd(memfd_create("stream-counters", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!fd || ftruncate(fd.get(), counters_bytes) != 0 ||
        fcntl(fd.get(), F_ADD_SEALS, fixed_size | F_SEAL_SEAL) != 0)
        return Failure(system_error(Code::internal, "cannot make the stream counters", errno));
    void* memory = TRY(map(fd.get()));
    return StreamCounters(std::move(fd), memory);
}

Result<StreamCounters> StreamCounters::open(const UniqueFd& fd) {
    struct stat facts {};

    if ((fcntl(fd.get(), F_GET_SEALS) & fixed_size) != fixed_size || fstat(fd.get(), &facts) != 0 ||
        facts.st_size != static_cast<off_t>(counters_bytes))
        return fail(Code::invalid, "the stream counters' file is not one");
    return StreamCounters(UniqueFd(), TRY(map(fd.get())));
}

StreamCounters::StreamCounters(StreamCounters&& other) noexcept
    : fd_(std::move(other.fd_))
    , memory_(std::exchange(other.memory_, nullptr)) {}

StreamCounters::~StreamCounters() {
    if (memory_ != nullptr) munmap(memory_, counters_bytes);
}

StreamCounts& StreamCounters::at(std::size_t slot) const {
    return static_cast<StreamCounts*>(memory_)[std::min(slot, counter_slots - 1)];
}

StreamCounts StreamCounters::read(std::size_t slot) const {
    auto& counts = at(slot);
    return {.bytes_out = look(counts.bytes_out),
            .bytes_in = look(counts.bytes_in),
            .streams = look(counts.streams),
            .open = look(counts.open)};
}

void StreamCounters::add_out(std::size_t slot, std::uint64_t bytes) {
    add(at(slot).bytes_out, bytes);
}

void StreamCounters::add_in(std::size_t slot, std::uint64_t bytes) {
    add(at(slot).bytes_in, bytes);
}

void StreamCounters::opened(std::size_t slot) {
    add(at(slot).streams, 1);
    add(at(slot).open, 1);
}

void StreamCounters::closed(std::size_t slot) {
    auto& open = at(slot).open;
    if (look(open) > 0) add(open, ~std::uint64_t{0}); // minus one; 0: it began before this file
}

void StreamCounters::close_all() {
    for (std::size_t slot = 0; slot < counter_slots; ++slot)
        std::atomic_ref(at(slot).open).store(0, std::memory_order_relaxed);
}

} // namespace openclaw::ipc
