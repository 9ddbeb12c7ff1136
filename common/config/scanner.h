// config/scanner.h — the words of JSON5: a place in a text, and what is read there.
//
// Every function that reads answers false once something is wrong; error() then says what and
// where. Only parse.cpp uses this. The text must outlive the scanner, and be valid UTF-8.
#pragma once

#include "common/config/document.h"

#include <optional>
#include <string>
#include <string_view>

namespace openclaw::config {

class Scanner {
  public:
    Scanner(std::string_view text, FileName file)
        : text_(text)
        , counted_place_{.line = 1, .column = 1, .file = std::move(file)} {}

    static constexpr char32_t end_of_text = 0xFFFFFFFF;
    char32_t peek() const;
    char32_t next();
    bool take(std::string_view word);

    std::size_t offset() const { return at_; }

    // Cheap when asked for in growing order.
    Place place_of(std::size_t offset);

    Place here() { return place_of(at_); }

    bool skip_space(); // and comments

    bool has_comments() const { return has_comments_; }

    bool string(std::string& out); // at a quote
    bool number(Node& out);
    bool name(std::string& out);   // an identifier, escapes resolved
    std::string_view plain_word(); // letters and digits; may be empty

    bool fail(std::string sentence) { return fail_at(at_, std::move(sentence)); }

    bool fail_at(std::size_t offset, std::string sentence);
    bool fail_unexpected(std::string_view wanted); // "expected …, found …"

    const std::optional<ParseError>& error() const { return error_; }

    static bool starts_name(char32_t c);
    static bool continues_name(char32_t c);

    static bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }

    static int hex_value(char32_t c); // -1: no hexadecimal digit

  private:
    // `length` receives the bytes of the code point.
    char32_t decode(std::size_t at, std::size_t& length) const;
    bool skip_block_comment();
    bool escape(std::string& out);
    bool unicode_escape(std::string& out);
    std::optional<char32_t> hex_digits(int count);
    bool hexadecimal(Node& out, bool negative);
    bool decimal(Node& out, bool negative);
    std::size_t digits();

    std::string_view text_;
    std::size_t at_ = 0;
    bool has_comments_ = false;
    std::size_t counted_ = 0; // how far counted_place_ has been counted
    Place counted_place_;
    std::optional<ParseError> error_;
};

} // namespace openclaw::config
