// An entry of an allowlist (pattern, argPattern) and the command line it is held against, separated
// by the first two zero bytes.
#include "supervisor/rpc/exec_pattern.h"

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace openclaw;

namespace {

// Whatever the line is, a program of it is one word without anything a shell would act on.
void require_plain(const rpc::ProgramCall& call) {
    if (call.program.empty() || call.program.find_first_of("=*?[]~") != std::string::npos)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto first = input.find('\0');
    if (first == input.npos) return 0;
    const auto second = input.find('\0', first + 1);
    if (second == input.npos) return 0;
    const auto pattern = input.substr(0, first),
               expression = input.substr(first + 1, second - first - 1);
    const auto programs = rpc::programs_in(input.substr(second + 1));
    if (!programs) return 0;
    if (programs->empty()) std::abort();
    for (const auto& call : *programs) {
        require_plain(call);
        (void)rpc::pattern_means(pattern, call, rpc::place_of(call, "/work", {}));
        (void)rpc::arguments_match(expression, call);
    }
    return 0;
}
