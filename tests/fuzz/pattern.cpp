// A mention pattern and the text it is searched in, separated by the first zero byte.
#include "supervisor/policy/pattern.h"

#include <string>

using namespace openclaw;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto border = input.find('\0');
    const auto pattern = policy::Pattern::compile(input.substr(0, border));
    if (pattern && border != std::string_view::npos)
        (void)pattern->found_in(input.substr(border + 1));
    return 0;
}
