// discord/snowflake.h — Discord's ids: 64 bits, written as decimal strings, in order of creation.
//
// Source: Discord API reference, "Snowflakes" (DISCORD.md 1).
#pragma once

#include <charconv>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::discord {

struct Snowflake {
    std::uint64_t value = 0; // 0: none

    auto operator<=>(const Snowflake&) const = default;

    explicit operator bool() const { return value != 0; }

    // Digits only, and not zero; else nothing.
    static std::optional<Snowflake> parse(std::string_view text) {
        Snowflake id;
        const auto* end = text.data() + text.size();
        const auto [stop, problem] = std::from_chars(text.data(), end, id.value);
        if (problem != std::errc() || stop != end || id.value == 0) return std::nullopt;
        return id;
    }

    std::string text() const { return std::to_string(value); }

    std::int64_t unix_ms() const {
        constexpr std::int64_t epoch_ms = 1'420'070'400'000; // 2015-01-01
        return static_cast<std::int64_t>(value >> 22) + epoch_ms;
    }
};

// Strings are compared as the numbers they are: "9" is older than "10".
inline bool is_newer(std::string_view left, std::string_view right) {
    return left.size() != right.size() ? left.size() > right.size() : left > right;
}

} // namespace openclaw::discord
