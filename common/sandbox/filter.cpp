#include "common/sandbox/filter.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <set>

namespace openclaw::sandbox {

namespace {

#if defined(__x86_64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_AARCH64;
#else
#error "the sandbox knows no call numbers of this machine: build with -Dsandbox=false"
#endif

using Code = std::vector<sock_filter>;

sock_filter load(std::size_t offset) {
    return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}

sock_filter answer(std::uint32_t verdict) {
    return BPF_STMT(BPF_RET | BPF_K, verdict);
}

// Goes on with the next line when equal, else `otherwise` lines further.
sock_filter expect(std::uint32_t value, std::size_t otherwise) {
    return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, static_cast<std::uint8_t>(otherwise));
}

std::uint32_t verdict_of(const CallShape& shape) {
    if (shape.refused_with == 0) return SECCOMP_RET_ALLOW;
    return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(shape.refused_with);
}

bool has_line(const Profile& profile, Who who) {
    const bool is_client = profile.net == Net::client_stream;
    if (who == Who::internet_client) return is_client;
    return who == Who::everyone || is_client || profile.reads_certificates;
}

// One half of an argument; both machines keep the low half first.
struct Half {
    std::size_t offset;
    std::uint32_t mask, value;
};

std::vector<Half> halves_of(const CallShape& shape, std::uint32_t own_process) {
    std::vector<Half> halves;
    for (const Condition& condition : shape.when) {
        const std::uint64_t value = condition.is_own_process ? own_process : condition.value;
        const std::size_t offset =
            offsetof(seccomp_data, args) + condition.argument * sizeof(std::uint64_t);
        if (const auto mask = static_cast<std::uint32_t>(condition.mask); mask != 0)
            halves.push_back({offset, mask, static_cast<std::uint32_t>(value)});
        if (const auto mask = static_cast<std::uint32_t>(condition.mask >> 32); mask != 0)
            halves.push_back({offset + 4, mask, static_cast<std::uint32_t>(value >> 32)});
    }
    return halves;
}

// Three lines for each half, then the answer; a half that does not fit jumps behind the answer.
void add_shape(Code& code, const CallShape& shape, std::uint32_t own_process) {
    const auto halves = halves_of(shape, own_process);
    std::size_t left = halves.size() * 3 + 1;
    for (const Half& half : halves) {
        code.push_back(load(half.offset));
        code.push_back(BPF_STMT(BPF_ALU | BPF_AND | BPF_K, half.mask));
        left -= 3;
        code.push_back(expect(half.value, left));
    }
    code.push_back(answer(verdict_of(shape)));
}

// Every line of the table for one call. Not one of them fits: a violation.
Code block_for(int number, std::span<const CallShape> table, const Profile& profile,
               std::uint32_t own_process) {
    Code block;
    for (const CallShape& shape : table)
        if (shape.number == number && has_line(profile, shape.who))
            add_shape(block, shape, own_process);
    if (!block.empty()) block.push_back(answer(SECCOMP_RET_TRAP));
    return block;
}

} // namespace

std::vector<sock_filter> compile_filter(std::span<const CallShape> shapes, const Profile& profile,
                                        std::uint32_t own_process) {
    // Another machine's numbers mean other calls.
    Code code{load(offsetof(seccomp_data, arch)),
              BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0),
              answer(SECCOMP_RET_KILL_PROCESS), load(offsetof(seccomp_data, nr))};
    std::set<int> done;
    for (const CallShape& shape : shapes) {
        if (!done.insert(shape.number).second) continue;
        const Code block = block_for(shape.number, shapes, profile, own_process);
        if (block.empty()) continue;
        code.push_back(expect(static_cast<std::uint32_t>(shape.number), block.size()));
        code.insert(code.end(), block.begin(), block.end());
    }
    code.push_back(answer(SECCOMP_RET_TRAP));
    return code;
}

std::size_t count_allowed(const Profile& profile) {
    std::set<int> numbers;
    for (const CallShape& shape : call_shapes())
        if (shape.refused_with == 0 && has_line(profile, shape.who)) numbers.insert(shape.number);
    return numbers.size();
}

int enter_filter(const Profile& profile) {
    Code code = compile_filter(call_shapes(), profile, static_cast<std::uint32_t>(getpid()));
    const sock_fprog program{.len = static_cast<unsigned short>(code.size()),
                             .filter = code.data()};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0 ? 0 : errno;
}

} // namespace openclaw::sandbox
