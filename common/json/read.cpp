#include "common/json/read.h"

#include "common/json/number_reader.h"

#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <charconv>
#include <optional>

namespace openclaw::json {

namespace {

constexpr std::size_t max_nesting = 64;

const rapidjson::Value& value(const void* node) {
    return *static_cast<const rapidjson::Value*>(node);
}

// RapidJSON recurses for each level of nesting: a stranger's "[[[[…" must not reach our stack.
bool is_nested_too_deep(std::string_view text) {
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                in_string = false;
        } else if (c == '"')
            in_string = true;
        else if ((c == '[' || c == '{') && ++depth > max_nesting)
            return true;
        else if ((c == ']' || c == '}') && depth > 0)
            --depth;
    }
    return false;
}

// The code unit of an escape such as "\u00e9" at `at`, or -1.
int escaped_unit(std::string_view text, std::size_t at) {
    unsigned unit = 0;
    if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return -1;
    const char* end = text.data() + at + 6;
    const auto [stop, error] = std::from_chars(text.data() + at + 2, end, unit, 16);
    return error == std::errc{} && stop == end ? static_cast<int>(unit) : -1;
}

bool is_high_half(int unit) {
    return unit >= 0xD800 && unit < 0xDC00;
}

bool is_low_half(int unit) {
    return unit >= 0xDC00 && unit < 0xE000;
}

// Half a surrogate pair as an escape is legal JSON and what a sender in JavaScript makes when it
// cuts a text. It is no character: RapidJSON refuses the first half and turns the second into bytes
// that are no UTF-8. Makes each half the replacement character; nothing when there is none, which
// is nearly always.
std::optional<std::string> mend_half_pairs(std::string_view text) {
    std::optional<std::string> mended;
    for (auto at = text.find('\\'); at < text.size(); at = text.find('\\', at)) {
        const int unit = escaped_unit(text, at);
        if (is_high_half(unit) && is_low_half(escaped_unit(text, at + 6))) {
            at += 12;
            continue;
        }
        if (is_high_half(unit) || is_low_half(unit)) {
            if (!mended) mended.emplace(text);
            mended->replace(at, 6, "\\ufffd");
        }
        at += 2;
    }
    return mended;
}

rapidjson::ParseResult read_into(rapidjson::Document& document, std::string_view text) {
    rapidjson::Reader reader;
    auto parse = [&](rapidjson::Document& into) {
        NumberReader handler(into);
        rapidjson::MemoryStream bytes(text.data(), text.size());
        rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(bytes);
        constexpr auto flags =
            rapidjson::kParseValidateEncodingFlag | rapidjson::kParseNumbersAsStringsFlag;
        return !reader.Parse<flags>(stream, handler).IsError();
    };
    document.Populate(parse);
    return {reader.GetParseErrorCode(), reader.GetErrorOffset()};
}

const char* sentence_of(rapidjson::ParseErrorCode code) {
    if (code == rapidjson::kParseErrorTermination) code = rapidjson::kParseErrorNumberTooBig;
    return rapidjson::GetParseError_En(code);
}

} // namespace

struct Document::State {
    rapidjson::Document document;
};

Document::Document(std::unique_ptr<State> state)
    : state_(std::move(state)) {}

Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Result<Document> Document::parse(std::string_view text) {
    if (is_nested_too_deep(text)) return fail(Code::invalid, "JSON nested deeper than 64 levels");
    auto state = std::make_unique<State>();
    const auto mended = mend_half_pairs(text);
    if (mended) text = *mended;
    const auto outcome = read_into(state->document, text);
    if (outcome.IsError())
        return fail(Code::invalid, std::string(sentence_of(outcome.Code())) + " (byte " +
                                       std::to_string(outcome.Offset()) + ")");
    return Document(std::move(state));
}

View Document::root() const {
    return View(static_cast<const rapidjson::Value*>(&state_->document));
}

Type View::type() const {
    if (node_ == nullptr) return Type::absent;
    switch (value(node_).GetType()) {
    case rapidjson::kNullType:
        return Type::null;
    case rapidjson::kFalseType:
    case rapidjson::kTrueType:
        return Type::boolean;
    case rapidjson::kObjectType:
        return Type::object;
    case rapidjson::kArrayType:
        return Type::array;
    case rapidjson::kStringType:
        return Type::string;
    case rapidjson::kNumberType:
        return Type::number;
    }
    return Type::absent;
}

bool View::is_integer() const {
    return node_ != nullptr && value(node_).IsInt64();
}

View View::operator[](std::string_view key) const {
    if (!is_object()) return {};
    const auto& object = value(node_);
    const auto found =
        object.FindMember(rapidjson::Value(rapidjson::StringRef(key.data(), key.size())));
    return found == object.MemberEnd() ? View() : View(&found->value);
}

View View::at(std::size_t index) const {
    if (!is_array() || index >= value(node_).Size()) return {};
    return View(&value(node_)[static_cast<rapidjson::SizeType>(index)]);
}

std::size_t View::size() const {
    if (is_array()) return value(node_).Size();
    return is_object() ? value(node_).MemberCount() : 0;
}

std::string_view View::text(std::string_view otherwise) const {
    return is_string() ? std::string_view(value(node_).GetString(), value(node_).GetStringLength())
                       : otherwise;
}

std::int64_t View::integer(std::int64_t otherwise) const {
    return is_integer() ? value(node_).GetInt64() : otherwise;
}

double View::number(double otherwise) const {
    return is_number() ? value(node_).GetDouble() : otherwise;
}

bool View::boolean(bool otherwise) const {
    return type() == Type::boolean ? value(node_).GetBool() : otherwise;
}

void View::each_member(const std::function<bool(std::string_view, View)>& visit) const {
    if (!is_object()) return;
    for (const auto& member : value(node_).GetObject())
        if (!visit({member.name.GetString(), member.name.GetStringLength()}, View(&member.value)))
            return;
}

void View::each_element(const std::function<bool(View)>& visit) const {
    if (!is_array()) return;
    for (const auto& element : value(node_).GetArray())
        if (!visit(View(&element))) return;
}

std::string View::dump() const {
    if (node_ == nullptr) return "null";
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    value(node_).Accept(writer);
    return {buffer.GetString(), buffer.GetSize()};
}

} // namespace openclaw::json
