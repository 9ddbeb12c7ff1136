#include "common/ipc/in_flight.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>

namespace openclaw::ipc {

// Fields are written before the word that makes them valid: whoever reads after a kill finds a slot
// whole or not at all.
struct InFlightSlot {
    static constexpr std::size_t max_id_bytes = 40;

    std::uint64_t action; // its hash; 0: free
    std::uint32_t part;
    std::uint32_t attempt;
    std::uint32_t parts;
    std::uint32_t id_bytes; // 0: on its way
    std::array<char, max_id_bytes> id;
};

namespace {

struct Shape {
    std::array<char, 8> mark;
    std::uint64_t slots;
    std::array<char, 48> rest;
};

constexpr Shape shape{.mark = {'O', 'C', 'F', 'L', 'I', 'G', 'H', '1'}, .slots = 511, .rest = {}};
constexpr std::size_t file_bytes = sizeof(Shape) + shape.slots * sizeof(InFlightSlot);
static_assert(file_bytes == 32'768); // eight pages; touched are those in use

using Slots = std::array<InFlightSlot, shape.slots>;

bool has_shape(const void* bytes) {
    return std::memcmp(bytes, &shape, sizeof shape) == 0;
}

template <typename Word>
void publish(Word& word, Word value) {
    std::atomic_ref(word).store(value, std::memory_order_release);
}

InFlightPart part_of(const InFlightSlot& slot) {
    InFlightPart part{.action = slot.action, .part = slot.part, .parts = 0, .message_id = {}};
    if (slot.id_bytes == 0 || slot.id_bytes > InFlightSlot::max_id_bytes) return part;
    part.parts = slot.parts;
    part.message_id.emplace(slot.id.data(), slot.id_bytes);
    return part;
}

} // namespace

std::uint64_t action_hash(std::string_view action_id) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : action_id) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3;
    }
    return hash == 0 ? 1 : hash;
}

Result<void> shape_in_flight_file(int fd) {
    if (const int error = posix_fallocate(fd, 0, file_bytes); error != 0)
        return Failure(system_error(Code::unavailable, "room for the in-flight file", error));
    if (pwrite(fd, &shape, sizeof shape, 0) != static_cast<ssize_t>(sizeof shape))
        return Failure(system_error(Code::unavailable, "write of the in-flight file", errno));
    return {};
}

Result<std::vector<InFlightPart>> read_in_flight_file(int fd) {
    std::string bytes(file_bytes + 1, '\0'); // one more: longer is wrong as well
    const auto got = pread(fd, bytes.data(), bytes.size(), 0);
    if (got < 0) return Failure(system_error(Code::corrupt, "read of the in-flight file", errno));
    return parse_in_flight(std::string_view(bytes).substr(0, static_cast<std::size_t>(got)));
}

Result<std::vector<InFlightPart>> parse_in_flight(std::string_view bytes) {
    if (bytes.size() != file_bytes || !has_shape(bytes.data()))
        return fail(Code::corrupt, "an in-flight file that was cut short or overwritten");
    std::vector<InFlightPart> noted;
    for (std::size_t at = sizeof shape; at < file_bytes; at += sizeof(InFlightSlot)) {
        InFlightSlot slot;
        std::memcpy(&slot, bytes.data() + at, sizeof slot);
        if (slot.action != 0) noted.push_back(part_of(slot));
    }
    return noted;
}

InFlight::~InFlight() {
    if (memory_ != nullptr) munmap(memory_, file_bytes);
}

Result<void> InFlight::open(const UniqueFd& file) {
    struct stat info {};

    if (memory_ != nullptr || fstat(file.get(), &info) != 0 ||
        info.st_size != static_cast<off_t>(file_bytes))
        return fail(Code::invalid, "a second in-flight file, or one of another size");
    void* memory = mmap(nullptr, file_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (memory == MAP_FAILED)
        return Failure(system_error(Code::internal, "mmap of the in-flight file", errno));
    memory_ = memory;
    return has_shape(memory) ? Result<void>() : fail(Code::invalid, "not an in-flight file");
}

std::span<InFlightSlot> InFlight::slots() const {
    if (memory_ == nullptr) return {};
    return *reinterpret_cast<Slots*>(static_cast<char*>(memory_) + sizeof shape);
}

InFlightSlot* InFlight::find(std::uint64_t action, std::uint32_t part) const {
    const auto all = slots();
    const auto found = std::ranges::find_if(all, [&](const InFlightSlot& slot) {
        return slot.action == action && (action == 0 || slot.part == part);
    });
    return found == all.end() ? nullptr : &*found;
}

bool InFlight::note(std::string_view action_id, std::uint32_t part, std::uint32_t attempt) {
    const auto action = action_hash(action_id);
    InFlightSlot* slot = find(action, part);
    if (slot == nullptr) slot = find(0, 0);
    if (slot == nullptr) return false;
    publish(slot->id_bytes, 0U);
    slot->part = part;
    slot->attempt = attempt;
    publish(slot->action, action);
    return true;
}

void InFlight::arrived(std::string_view action_id, std::uint32_t part, std::uint32_t parts,
                       std::string_view message_id) {
    InFlightSlot* slot = find(action_hash(action_id), part);
    if (slot == nullptr || message_id.size() > InFlightSlot::max_id_bytes) return;
    slot->parts = parts;
    std::ranges::copy(message_id, slot->id.begin());
    publish(slot->id_bytes, static_cast<std::uint32_t>(message_id.size()));
}

void InFlight::strike(std::string_view action_id, std::uint32_t part, std::uint32_t attempt) {
    InFlightSlot* slot = find(action_hash(action_id), part);
    if (slot != nullptr && slot->attempt == attempt) publish(slot->action, std::uint64_t{0});
}

std::size_t InFlight::size() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(slots(), [](const auto& slot) { return slot.action != 0; }));
}

} // namespace openclaw::ipc
