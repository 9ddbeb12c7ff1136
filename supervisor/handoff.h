// supervisor/handoff.h — the facts one image of the supervisor gives to the next across exec.
//
// A value on both sides. Between them a sealed memfd (proto/handoff.proto) in which descriptors are
// numbers; every one of them survives exec, and none belongs to a secret of a worker: what workers
// were handed at birth they have.
#pragma once

#include "proto/handoff.pb.h"
#include "supervisor/flow/channel_facts.h"
#include "supervisor/preparation.h"
#include "supervisor/process/adoption.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw {

inline constexpr std::uint32_t handoff_version = 1;
// The memfd's number, for the next image.
inline constexpr const char* handoff_variable = "OPENCLAW_HANDOFF";

struct Handoff {
    std::string build;
    Fds listening;
    bool sockets_are_given = false;
    UniqueFd control, lock, program;
    GivenSecrets secrets;
    std::uint64_t generation = 0;
    std::int64_t upgrades = 0; // attempts that ended
    std::vector<process::WorkerFacts> workers;
    std::map<std::string, flow::ChannelFacts> channels; // by worker id
    std::map<std::string, std::string> in_flight_files; // by worker id
};

// A memfd that survives exec. Errors: internal.
Result<UniqueFd> write_handoff(const Handoff& handoff);

// Checks form and bounds; claims nothing. Errors: corrupt, invalid (another version).
Result<wire::Handoff> parse_handoff(std::string_view bytes);
// The same of what lies there. Errors: as above, and corrupt when a descriptor in it is not open.
Result<wire::Handoff> read_handoff(int memfd);
// Owns a duplicate of every descriptor. The numbers in the form stay open and survive exec:
// whatever becomes of the duplicates, they are there for the way back. Errors: internal.
Result<Handoff> claim(const wire::Handoff& form);
std::vector<int> descriptors_in(const wire::Handoff& form);
// The secrets alone, for a rehearsal: the descriptors are numbers of another process.
Result<GivenSecrets> read_handoff_secrets(int memfd);

// Closes every descriptor above 2 that is not among `kept`.
void close_all_but(const std::vector<int>& kept);

} // namespace openclaw
