// base/result.h — a value or an Error.
//
// Result<T> is std::expected<T, Error>. TRY(x) yields the value or returns the error
// from the enclosing function; never use it inside a coroutine (GCC 12 miscompiles that).
#pragma once

#include "common/base/error.h"

#include <expected>
#include <utility>

namespace openclaw {

template <class T>
using Result = std::expected<T, Error>;

using Failure = std::unexpected<Error>;

inline Failure fail(Code code, std::string sentence) {
    return Failure(Error{.code = code, .sentence = std::move(sentence)});
}

} // namespace openclaw

#define TRY(expression)                                                                            \
    __extension__({                                                                                \
        auto try_result_ = (expression);                                                           \
        if (!try_result_) return ::openclaw::Failure(std::move(try_result_).error());              \
        *std::move(try_result_);                                                                   \
    })

#define TRY_VOID(expression)                                                                       \
    do {                                                                                           \
        if (auto try_result_ = (expression); !try_result_)                                         \
            return ::openclaw::Failure(std::move(try_result_).error());                            \
    } while (false)
