#include "common/base/error.h"

#include <cstring>

namespace openclaw {

std::string_view name(Code code) {
    switch (code) {
    case Code::invalid:
        return "invalid";
    case Code::denied:
        return "denied";
    case Code::not_found:
        return "not_found";
    case Code::busy:
        return "busy";
    case Code::timeout:
        return "timeout";
    case Code::unavailable:
        return "unavailable";
    case Code::corrupt:
        return "corrupt";
    case Code::internal:
        return "internal";
    }
    return "internal";
}

Error system_error(Code code, std::string_view what, int error_number) {
    char text[128];
    std::string sentence(what);
    sentence += ": ";
    sentence += strerror_r(error_number, text, sizeof text);
    return {.code = code, .sentence = std::move(sentence), .system_errno = error_number};
}

} // namespace openclaw
