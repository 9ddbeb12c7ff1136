// config/document.h — JSON5 text as a tree that remembers where everything stands.
//
// Accepted (JSON5, https://spec.json5.org): comments, trailing commas, unquoted keys, single
// quotes, line continuations, hexadecimal, leading and trailing dots, "+", Infinity and NaN; and a
// UTF-8 byte order mark. A key given twice: the last one counts, and a Note says so. Errors and
// notes name line and column, 1-based; columns count code points. parse() is pure and bounded: at
// most 64 levels, at most 8 MB. Lifetime: a Node owns everything below it; pointers into it die
// with it or with its next change.
#pragma once

#include "common/base/result.h"
#include "common/json/write.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::config {

inline constexpr std::size_t max_document_bytes = 8u << 20; // CONFIG.md 1: ours
inline constexpr int max_document_depth = 64;               // CONFIG.md 1

using FileName = std::shared_ptr<const std::string>;

struct Place {
    int line = 0; // 0: not from a file
    int column = 0;
    FileName file = nullptr; // null: the main file
};

struct Note { // something to tell a person about a place
    Place place;
    std::string sentence;
};

enum class Kind { null, boolean, number, string, array, object };

struct Member;

struct Node {
    Kind kind = Kind::null;
    bool boolean = false;
    double number = 0;
    std::int64_t integer = 0;   // when is_integer
    bool is_integer = false;    // written without fraction and exponent, and fits 64 bits
    bool is_unresolved = false; // a string whose ${NAME} has no value (environment.h)
    std::string text;
    std::vector<Node> elements;
    std::vector<Member> members;    // in document order, keys unique
    Place place;                    // of the value's first character
    std::size_t begin = 0, end = 0; // bytes in the source text; 0,0: not from a file

    const Node* find(
        std::string_view key) const; // a member's value; null when absent or when this is no object
    Node* find(std::string_view key);
    Node& set(std::string_view key,
              Node value); // adds or replaces; makes an object of what was none
    bool erase(std::string_view key);

    bool is_object() const { return kind == Kind::object; }

    bool is_array() const { return kind == Kind::array; }

    bool is_string() const { return kind == Kind::string; }
};

struct Member {
    std::string key;
    Place place; // of the key
    Node value;
};

struct Document {
    Node root;
    bool has_comments = false;
    std::vector<Note> notes;
};

struct ParseError {
    Place place;
    std::string sentence; // "expected a value, found end of input"
};

// `file`: what every place of the tree says of its file.
std::expected<Document, ParseError> parse(std::string_view text, FileName file = nullptr);

Node text_node(std::string_view text);
Node object_node();

void write(json::Writer& writer, const Node& node); // Infinity and NaN become null
std::string to_json(const Node& node);              // compact
std::string_view words_for(Kind kind);              // "a string", "an object"

} // namespace openclaw::config
