// The JSON5 reader: recursive descent, one function for each production of the grammar.
#include "common/base/strings.h"
#include "common/config/document.h"
#include "common/config/scanner.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace openclaw::config {

namespace {

// A tree costs about 200 bytes a value: a file of eight million commas must not become gigabytes.
constexpr std::size_t max_values = 250'000;

// How many bytes are valid UTF-8, of a text that is not.
std::size_t valid_bytes(std::string_view text) {
    const std::string mended = to_valid_utf8(text);
    auto bytes = static_cast<std::size_t>(std::ranges::mismatch(text, mended).in1 - text.begin());
    // A cut sequence may begin as U+FFFD does, which stands in its place: EF BF BD.
    while (!is_valid_utf8(text.substr(0, bytes)))
        --bytes;
    return bytes;
}

class Parser {
  public:
    Parser(std::string_view text, FileName file)
        : scan_(text, std::move(file)) {}

    std::expected<Document, ParseError> run();

  private:
    bool value(Node& out, int depth);
    bool value_body(Node& out, int depth);
    bool object(Node& out, int depth);
    bool member(Node& out, int depth);
    bool array(Node& out, int depth);
    bool key(std::string& out);
    bool literal(Node& out);
    void keep_last(Node& object);

    Scanner scan_;
    std::size_t values_ = 0;
    Document document_;
};

std::expected<Document, ParseError> Parser::run() {
    scan_.take("\xEF\xBB\xBF");
    if (value(document_.root, 1) && scan_.skip_space() && scan_.peek() != Scanner::end_of_text)
        scan_.fail_unexpected("end of input after the value");
    if (scan_.error()) return std::unexpected(*scan_.error());
    document_.has_comments = scan_.has_comments();
    return std::move(document_);
}

bool Parser::value(Node& out, int depth) {
    if (!scan_.skip_space()) return false;
    if (depth > max_document_depth) return scan_.fail("nested deeper than 64 levels");
    if (++values_ > max_values) return scan_.fail("more than 250000 values");
    out.place = scan_.here();
    out.begin = scan_.offset();
    if (!value_body(out, depth)) return false;
    out.end = scan_.offset();
    return true;
}

bool Parser::value_body(Node& out, int depth) {
    switch (const char32_t c = scan_.peek()) {
    case '{':
        return object(out, depth);
    case '[':
        return array(out, depth);
    case '"':
    case '\'':
        out.kind = Kind::string;
        return scan_.string(out.text);
    default:
        if (Scanner::is_digit(c) || c == '+' || c == '-' || c == '.') return scan_.number(out);
        return literal(out);
    }
}

bool Parser::literal(Node& out) {
    const std::size_t start = scan_.offset();
    const std::string_view word = scan_.plain_word();
    if (word.empty()) return scan_.fail_unexpected("a value");
    if (word == "null") return true;
    if (word == "Infinity" || word == "NaN") {
        out.kind = Kind::number;
        out.number = word == "NaN" ? std::numeric_limits<double>::quiet_NaN()
                                   : std::numeric_limits<double>::infinity();
        return true;
    }
    out.kind = Kind::boolean;
    out.boolean = word == "true";
    if (out.boolean || word == "false") return true;
    return scan_.fail_at(start, "expected a value, found '" + std::string(utf8_prefix(word, 40)) +
                                    "': put text in quotes");
}

bool Parser::object(Node& out, int depth) {
    out.kind = Kind::object;
    scan_.next();
    for (;;) {
        if (!scan_.skip_space()) return false;
        if (scan_.take("}")) break;
        if (!member(out, depth) || !scan_.skip_space()) return false;
        if (scan_.take("}")) break;
        if (!scan_.take(",")) return scan_.fail_unexpected("',' or '}'");
    }
    keep_last(out);
    return true;
}

bool Parser::member(Node& out, int depth) {
    Member& made = out.members.emplace_back();
    made.place = scan_.here();
    if (!key(made.key) || !scan_.skip_space()) return false;
    if (!scan_.take(":")) return scan_.fail_unexpected("':' after the key");
    return value(made.value, depth + 1);
}

// Of keys given twice the last one counts; the others go, with a note. Sorting keeps it fast for
// any number of keys.
void Parser::keep_last(Node& object) {
    auto& members = object.members;
    std::vector<std::size_t> order(members.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {},
                             [&](std::size_t i) -> const std::string& { return members[i].key; });
    std::vector<bool> dropped(members.size());
    bool any = false;
    for (std::size_t i = 1; i < order.size(); ++i) {
        if (members[order[i - 1]].key != members[order[i]].key) continue;
        dropped[order[i - 1]] = any = true;
        document_.notes.push_back(
            {members[order[i]].place,
             "Duplicate key " + json::quoted(members[order[i]].key) + ": the last one counts"});
    }
    if (!any) return;
    std::vector<Member> kept;
    for (std::size_t i = 0; i < members.size(); ++i)
        if (!dropped[i]) kept.push_back(std::move(members[i]));
    members = std::move(kept);
}

bool Parser::array(Node& out, int depth) {
    out.kind = Kind::array;
    scan_.next();
    for (;;) {
        if (!scan_.skip_space()) return false;
        if (scan_.take("]")) return true;
        if (!value(out.elements.emplace_back(), depth + 1) || !scan_.skip_space()) return false;
        if (scan_.take("]")) return true;
        if (!scan_.take(",")) return scan_.fail_unexpected("',' or ']'");
    }
}

bool Parser::key(std::string& out) {
    const char32_t c = scan_.peek();
    if (c == '"' || c == '\'') return scan_.string(out);
    if (Scanner::starts_name(c)) return scan_.name(out);
    return scan_.fail_unexpected("a key");
}

ParseError error_at_end(std::string_view text, std::string sentence, FileName file) {
    Scanner scanner(text, std::move(file));
    return {.place = scanner.place_of(text.size()), .sentence = std::move(sentence)};
}

} // namespace

std::expected<Document, ParseError> parse(std::string_view text, FileName file) {
    if (text.size() > max_document_bytes)
        return std::unexpected(error_at_end("", "the file is larger than 8 MB", std::move(file)));
    // What lies behind malformed bytes cannot be counted in code points.
    if (!is_valid_utf8(text))
        return std::unexpected(error_at_end(text.substr(0, valid_bytes(text)),
                                            "the text is not valid UTF-8", std::move(file)));
    return Parser(text, std::move(file)).run();
}

} // namespace openclaw::config
