// base/error.h — what went wrong, as a value.
//
// A Code for programs, one sentence for a person (it names the place and the remedy),
// the system errno when there was one, and whether a retry can help.
// Errors never carry secrets. Values copy and compare by content.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw {

enum class Code {
    invalid,     // the input is wrong; asking again with the same input is useless
    denied,      // the caller may not do this
    not_found,   // no such thing
    busy,        // a limit is reached; later it may work
    timeout,     // a deadline passed; the outcome may be unknown
    unavailable, // the peer or service is not there now; nothing was done
    corrupt,     // stored or received bytes contradict themselves
    internal,    // the fault is ours
};

std::string_view name(Code code);

struct Error {
    Code code = Code::internal;
    std::string sentence;
    int system_errno = 0;
    bool retryable = false;
    std::optional<std::chrono::milliseconds> retry_after = std::nullopt;
};

// "cannot open /x: No such file or directory": the errno's text is appended.
Error system_error(Code code, std::string_view what, int error_number);

inline Error invalid(std::string sentence) {
    return {.code = Code::invalid, .sentence = std::move(sentence)};
}

} // namespace openclaw
