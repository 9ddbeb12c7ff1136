#include "common/sandbox/landlock.h"

#include "common/base/unique_fd.h"
#include "common/sandbox/paths.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace openclaw::sandbox {

namespace {

// Linux 6.18, include/uapi/linux/landlock.h: the headers of a distribution are older than the
// kernels it meets. Which version of the interface has what: Documentation/userspace-api/landlock.
namespace uapi {

struct RulesetAttributes {
    std::uint64_t handled_access_fs = 0;
    std::uint64_t handled_access_net = 0; // ABI 4
    std::uint64_t scoped = 0;             // ABI 6
};

struct [[gnu::packed]] PathBeneath {
    std::uint64_t allowed_access = 0;
    std::int32_t parent_fd = -1;
};

constexpr std::uint32_t create_ruleset_version = 1;
constexpr int rule_path_beneath = 1;

constexpr std::uint64_t read_file = 1ull << 2;
constexpr std::uint64_t read_folder = 1ull << 3;
constexpr std::uint64_t fs_abi_1 = (1ull << 13) - 1;  // execute … make_sym
constexpr std::uint64_t fs_refer = 1ull << 13;        // ABI 2
constexpr std::uint64_t fs_truncate = 1ull << 14;     // ABI 3
constexpr std::uint64_t fs_ioctl_device = 1ull << 15; // ABI 5

constexpr std::uint64_t net_bind_tcp = 1ull << 0;
constexpr std::uint64_t net_connect_tcp = 1ull << 1;

constexpr std::uint64_t scope_abstract_unix_socket = 1ull << 0;
constexpr std::uint64_t scope_signal = 1ull << 1;

constexpr long create_ruleset = 444, add_rule = 445, restrict_self = 446; // the same on all

} // namespace uapi

int kernel_abi() {
    const long abi = syscall(uapi::create_ruleset, nullptr, 0, uapi::create_ruleset_version);
    return abi < 0 ? 0 : static_cast<int>(abi);
}

std::uint64_t file_rights(int abi) {
    std::uint64_t rights = uapi::fs_abi_1;
    if (abi >= 2) rights |= uapi::fs_refer;
    if (abi >= 3) rights |= uapi::fs_truncate;
    if (abi >= 5) rights |= uapi::fs_ioctl_device;
    return rights;
}

std::size_t attribute_bytes(int abi) {
    if (abi >= 6) return 24;
    return abi >= 4 ? 16 : 8;
}

UniqueFd make_ruleset(const Profile& profile, int abi) {
    uapi::RulesetAttributes attributes{.handled_access_fs = file_rights(abi)};
    if (abi >= 4) {
        attributes.handled_access_net = uapi::net_bind_tcp;
        if (profile.net != Net::client_stream)
            attributes.handled_access_net |= uapi::net_connect_tcp;
    }
    if (abi >= 6) attributes.scoped = uapi::scope_abstract_unix_socket | uapi::scope_signal;
    return UniqueFd(
        static_cast<int>(syscall(uapi::create_ruleset, &attributes, attribute_bytes(abi), 0U)));
}

bool allow_reading(int ruleset, const std::string& path) {
    const UniqueFd place(open(path.c_str(), O_PATH | O_CLOEXEC));

    struct stat kind {};

    if (!place || fstat(place.get(), &kind) != 0) return true; // gone: nothing to allow
    uapi::PathBeneath rule{.allowed_access = uapi::read_file, .parent_fd = place.get()};
    if (S_ISDIR(kind.st_mode)) rule.allowed_access |= uapi::read_folder;
    return syscall(uapi::add_rule, ruleset, uapi::rule_path_beneath, &rule, 0U) == 0;
}

} // namespace

LandlockOutcome enter_landlock(const Profile& profile) {
    LandlockOutcome outcome{.abi = kernel_abi()};
    if (outcome.abi == 0) return outcome;
    const UniqueFd ruleset = make_ruleset(profile, outcome.abi);
    bool is_complete = static_cast<bool>(ruleset);
    for (const auto& path : readable_paths(profile))
        is_complete = is_complete && allow_reading(ruleset.get(), path);
    if (!is_complete || syscall(uapi::restrict_self, ruleset.get(), 0U) != 0)
        outcome.refused = errno;
    return outcome;
}

} // namespace openclaw::sandbox
