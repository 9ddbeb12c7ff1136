// rpc/params.h — a method's parameters as a table of fields, and the check that reads it.
//
// The message grammar is that of PROTOCOL.md 2, which several clients show to their users word by
// word:
//   must have required property 'x' · at root: unexpected property 'x' · at /x: must be string · …
//   joined with "; ".
// As in the reference only the first missing property of an object is named.
#pragma once

#include "common/json/read.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace openclaw::rpc {

enum class Kind { string, integer, number, boolean, array, object, string_list, any };

// How a kind is called: in complaints, and on our own page.
struct KindWords {
    std::string_view wire, page;
};

const KindWords& words_of(Kind kind);

struct Field {
    std::string_view name;
    Kind kind = Kind::any;
    bool required = false;
    std::int64_t min =
        std::numeric_limits<std::int64_t>::min(); // of an integer; of a string: its characters
    std::int64_t max = std::numeric_limits<std::int64_t>::max();
    std::span<const std::string_view> one_of = {};
    std::span<const Field> fields = {}; // of an object; empty: anything inside
    bool nullable = false;
};

enum class Unknown { refused, ignored }; // what becomes of properties the table does not have

// What is wrong with `value`, in the grammar above; nothing when it fits.
std::optional<std::string> complaint(json::View value, std::span<const Field> fields,
                                     Unknown unknown = Unknown::refused);

// A parameter that is text, as a string of its own; empty: it is not there.
inline std::string text_in(json::View params, std::string_view name) {
    return std::string(params[name].text());
}

// Rows for tables, short to write and read.
constexpr Field required_text(std::string_view name, std::int64_t min = 1,
                              std::int64_t max = std::numeric_limits<std::int64_t>::max()) {
    return {.name = name, .kind = Kind::string, .required = true, .min = min, .max = max};
}

constexpr Field text(std::string_view name, std::int64_t min = 0,
                     std::int64_t max = std::numeric_limits<std::int64_t>::max()) {
    return {.name = name, .kind = Kind::string, .min = min, .max = max};
}

constexpr Field integer(std::string_view name, std::int64_t min,
                        std::int64_t max = std::numeric_limits<std::int64_t>::max()) {
    return {.name = name, .kind = Kind::integer, .min = min, .max = max};
}

constexpr Field flag(std::string_view name) {
    return {.name = name, .kind = Kind::boolean};
}

constexpr Field anything(std::string_view name) {
    return {.name = name};
}

} // namespace openclaw::rpc
