#include "common/sandbox/enter.h"

#include "common/sandbox/filter.h"
#include "common/sandbox/landlock.h"
#include "common/sandbox/namespaces.h"
#include "common/sandbox/privileges.h"
#include "common/sandbox/violation.h"

#include <time.h>

#include <cstring>

namespace openclaw::sandbox {

#if OPENCLAW_SANDBOX

namespace {

struct Outcome {
    const Profile& profile;
    NamespacesOutcome namespaces;
    PrivilegesOutcome privileges;
    LandlockOutcome landlock;
    int calls_refused = 0; // errno
};

std::string because(int error) {
    return std::string(": ") + strerror(error);
}

Layer privileges(const Outcome& outcome) {
    const auto& done = outcome.privileges;
    if (done.failed != nullptr)
        return {.name = "privileges",
                .detail = std::string("the kernel refused ") + done.failed + because(done.error)};
    return {.name = "privileges",
            .holds = true,
            .detail = "no capabilities and none to be had, memory closed to others, no core dump, "
                      "ends with the supervisor"};
}

std::string lands(const LandlockOutcome& landlock) {
    if (landlock.refused != 0) return "Landlock refused its rules" + because(landlock.refused);
    if (landlock.abi == 0) return "no Landlock in this kernel (5.13 or newer, lsm=landlock)";
    return "Landlock " + std::to_string(landlock.abi);
}

Layer files(const Outcome& outcome) {
    const Profile& profile = outcome.profile;
    const bool is_client = profile.net == Net::client_stream;
    const bool opens_none = !is_client && !profile.reads_certificates && outcome.calls_refused == 0;
    const bool has_root = outcome.namespaces.has_root;
    const std::string walls = lands(outcome.landlock) + (has_root ? ", own root" : "");
    if (!outcome.landlock.guards_files() && !has_root && !opens_none)
        return {.name = "files", .detail = walls};
    std::string reads = "opens none";
    if (profile.reads_certificates) reads = "reads certificates";
    if (is_client)
        reads += std::string(profile.reads_certificates ? " and" : ", but reads") +
                 " what name lookup needs";
    return {.name = "files", .holds = true, .detail = reads + "; " + walls};
}

Layer network(const Outcome& outcome) {
    if (outcome.calls_refused != 0)
        return {.name = "network", .detail = "the filter of calls does not stand"};
    if (outcome.profile.net == Net::client_stream)
        return {.name = "network",
                .holds = true,
                .detail = "connects to the internet; listens nowhere, no Unix or raw socket"};
    return {.name = "network",
            .holds = true,
            .detail = std::string("no socket but pairs of its own") +
                      (outcome.namespaces.has_network ? "; own empty network" : "") +
                      (outcome.landlock.guards_tcp() ? "; no TCP port" : "")};
}

Layer processes(const Outcome& outcome) {
    if (outcome.calls_refused != 0 && !outcome.landlock.guards_peers())
        return {.name = "processes", .detail = "the filter of calls does not stand"};
    return {.name = "processes",
            .holds = true,
            .detail = std::string("starts none, signals none, reads none") +
                      (outcome.landlock.guards_peers() ? "; Landlock says so too" : "")};
}

Layer calls(const Outcome& outcome) {
    if (outcome.calls_refused != 0)
        return {.name = "calls",
                .detail = "the kernel refused the filter of system calls" +
                          because(outcome.calls_refused)};
    return {.name = "calls",
            .holds = true,
            .detail = std::to_string(count_allowed(outcome.profile)) +
                      " system calls; any other ends it"};
}

Layer namespaces(const Outcome& outcome) {
    const auto& own = outcome.namespaces;
    if (!own.has_user)
        return {.name = "namespaces",
                .detail = "the system gives none to its users" + because(own.refused),
                .is_spare = true};
    std::string detail = "own user, IPC, host name";
    if (own.has_network) detail += ", network";
    if (own.has_root) detail += ", files";
    if (own.refused != 0) detail += "; no own files" + because(own.refused);
    return {.name = "namespaces", .holds = true, .detail = detail, .is_spare = true};
}

} // namespace

Level enter(const Profile& profile) {
    tzset(); // reads a file, and the first local time would
    Outcome outcome{.profile = profile};
    outcome.namespaces = enter_namespaces(profile);
    outcome.privileges = drop_privileges(profile.net == Net::client_stream);
    outcome.landlock = enter_landlock(profile);
    announce_violations();
    outcome.calls_refused = enter_filter(profile);
    return {{privileges(outcome), files(outcome), network(outcome), processes(outcome),
             calls(outcome), namespaces(outcome)}};
}

#else

Level enter(const Profile&) {
    return {};
}

#endif

} // namespace openclaw::sandbox
