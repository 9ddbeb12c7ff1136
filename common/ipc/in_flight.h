// ipc/in_flight.h — what a channel's worker has on the wire, noted where no kill takes it back.
//
// A send that a crash interrupts may or may not have happened. The worker notes each part in a
// shared mapping of a small file in the moment before its bytes leave, and adds the platform's id
// when the answer comes; the supervisor reads the file when the worker, or it itself, has died. The
// kernel keeps the page when both are killed. So what is not noted was not sent, what has an id
// arrived, and only what lies between may stand in the chat twice. (A power cut may lose it:
// ledger/boots tells.) Costs a store to memory: no call, no sync.
//
// One file for each life of a worker, made by the supervisor at its full size: a mapping with holes
// would end in SIGBUS on a full disk. The reader trusts nothing: it reads, it does not map, and a
// file of another shape is an error. Actions are known by a hash; two with the same one are at
// worst taken for each other's repeat.
#pragma once

#include "common/base/result.h"
#include "common/base/unique_fd.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::ipc {

inline constexpr std::uint32_t preview_part = 0xffff'ffff; // the first message of a preview

std::uint64_t action_hash(std::string_view action_id); // FNV-1a; never 0

// --- the supervisor's side ---

struct InFlightPart {
    std::uint64_t action = 0; // its hash
    std::uint32_t part = 0;
    std::uint32_t parts = 0;               // with an id: how many there are
    std::optional<std::string> message_id; // it arrived
};

// Gives an empty file its size and shape. Errors: unavailable (the disk is full).
Result<void> shape_in_flight_file(int fd);
// Errors: corrupt (not such a file, or cut short).
Result<std::vector<InFlightPart>> read_in_flight_file(int fd);
Result<std::vector<InFlightPart>> parse_in_flight(std::string_view bytes);

// --- the worker's side ---

struct InFlightSlot;

class InFlight {
  public:
    InFlight() = default; // nothing can be noted before open()
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;
    ~InFlight();

    // Errors: invalid (not such a file), internal (mmap).
    Result<void> open(const UniqueFd& file);
    // False: no place is left (more are on their way than a worker is given), so it must not leave.
    [[nodiscard]] bool note(std::string_view action_id, std::uint32_t part, std::uint32_t attempt);
    // The platform's answer came. An id of more than 40 bytes is not kept.
    void arrived(std::string_view action_id, std::uint32_t part, std::uint32_t parts,
                 std::string_view message_id);
    // The platform has not taken it, or its outcome is on record. A later attempt stays.
    void strike(std::string_view action_id, std::uint32_t part, std::uint32_t attempt);
    std::size_t size() const;

  private:
    std::span<InFlightSlot> slots() const;
    InFlightSlot* find(std::uint64_t action, std::uint32_t part) const;

    void* memory_ = nullptr;
};

} // namespace openclaw::ipc
