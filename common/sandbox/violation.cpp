#include "common/sandbox/violation.h"

#include "common/sandbox/calls.h"

#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdint>

namespace openclaw::sandbox {

namespace {

// A line on the handler's own stack: no memory is asked for, nothing of ours is touched.
class Line {
  public:
    void add(std::string_view text) {
        text = text.substr(0, text_.size() - size_);
        std::ranges::copy(text, text_.data() + size_);
        size_ += text.size();
    }

    void add_number(std::uint64_t number, int base) {
        std::array<char, 20> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base);
        add({digits.data(), static_cast<std::size_t>(end.ptr - digits.data())});
    }

    void say() const { (void)!write(STDERR_FILENO, text_.data(), size_); }

  private:
    std::array<char, 160> text_{};
    std::size_t size_ = 0;
};

std::array<std::uint64_t, 3> arguments_in(const ucontext_t& context) {
#if defined(__x86_64__)
    const auto& registers = context.uc_mcontext.gregs;
    return {static_cast<std::uint64_t>(registers[REG_RDI]),
            static_cast<std::uint64_t>(registers[REG_RSI]),
            static_cast<std::uint64_t>(registers[REG_RDX])};
#else
    const auto& registers = context.uc_mcontext.regs;
    return {registers[0], registers[1], registers[2]};
#endif
}

void on_violation(int, siginfo_t* info, void* context) {
    Line line;
    line.add(violation_mark);
    if (const auto name = call_name(info->si_syscall); !name.empty()) {
        line.add(name);
    } else {
        line.add("number ");
        line.add_number(static_cast<std::uint64_t>(info->si_syscall), 10);
    }
    const char* separator = "(0x";
    for (const auto argument : arguments_in(*static_cast<ucontext_t*>(context))) {
        line.add(separator);
        line.add_number(argument, 16);
        separator = ", 0x";
    }
    line.add(")\n");
    line.say();
    for (;;)
        syscall(SYS_ptrace, 0, 0, 0, 0); // forbidden to all, and nobody listens any more
}

} // namespace

bool announce_violations() {
    struct sigaction action {};

    action.sa_sigaction = on_violation;
    action.sa_flags = SA_SIGINFO | static_cast<int>(SA_RESETHAND);
    sigfillset(&action.sa_mask);
    return sigaction(SIGSYS, &action, nullptr) == 0;
}

} // namespace openclaw::sandbox
