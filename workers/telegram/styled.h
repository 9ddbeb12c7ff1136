// telegram/styled.h — a text and its marks: the form between Markdown and Telegram's HTML.
//
// Offsets are bytes into `text`. Marks may nest and touch; they need not be in order. Values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::telegram {

struct Mark {
    enum class Kind : std::uint8_t {
        bold,
        italic,
        underline,
        strike,
        spoiler,
        code,  // inline
        pre,   // a block; argument: its language, may be empty
        link,  // argument: the URL
        quote, // a block
    };
    Kind kind = Kind::bold;
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string argument{};

    friend bool operator==(const Mark&, const Mark&) = default;
};

struct Styled {
    std::string text;
    std::vector<Mark> marks;

    friend bool operator==(const Styled&, const Styled&) = default;
};

// The part [begin, end), with the marks that reach into it.
Styled slice(const Styled& whole, std::size_t begin, std::size_t end);

// Removes [begin, end) and moves the marks along.
void erase(Styled& styled, std::size_t begin, std::size_t end);
// Inserts `piece` at `at`; marks that begin or end exactly there do not grow.
void insert(Styled& styled, std::size_t at, std::string_view piece);

} // namespace openclaw::telegram
