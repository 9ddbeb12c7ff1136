#include "supervisor/rpc/params.h"

#include <algorithm>
#include <array>

namespace openclaw::rpc {

const KindWords& words_of(Kind kind) {
    static constexpr std::array<std::pair<Kind, KindWords>, 8> words = {{
        {Kind::string, {"string", "text"}},
        {Kind::integer, {"integer", "integer"}},
        {Kind::number, {"number", "number"}},
        {Kind::boolean, {"boolean", "boolean"}},
        {Kind::array, {"array", "list"}},
        {Kind::object, {"object", "object"}},
        {Kind::string_list, {"array", "texts"}},
        {Kind::any, {"anything", "any"}},
    }};
    return std::ranges::find(words, kind, &std::pair<Kind, KindWords>::first)->second;
}

namespace {

std::int64_t code_points(std::string_view text) {
    return std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
}

bool has_type(json::View value, Kind kind) {
    switch (kind) {
    case Kind::string:
        return value.is_string();
    case Kind::integer:
        return value.is_integer();
    case Kind::number:
        return value.is_number();
    case Kind::boolean:
        return value.type() == json::Type::boolean;
    case Kind::object:
        return value.is_object();
    case Kind::array:
    case Kind::string_list:
        return value.is_array();
    case Kind::any:
        return true;
    }
    return false;
}

// Collects complaints in the order they are found, joined as the reference joins them.
class Complaints {
  public:
    void add(std::string_view path, std::string_view what) {
        if (!text_.empty()) text_ += "; ";
        if (!path.empty()) text_.append("at ").append(path).append(": ");
        text_ += what;
    }

    std::optional<std::string> take() {
        if (text_.empty()) return std::nullopt;
        return std::move(text_);
    }

  private:
    std::string text_;
};

void check_object(json::View object, std::span<const Field> fields, Unknown unknown,
                  const std::string& path, Complaints& out);

void check_bounds(json::View value, const Field& field, const std::string& path, Complaints& out) {
    if (field.kind == Kind::string) {
        const auto length = code_points(value.text());
        if (length < field.min)
            out.add(path, "must not have fewer than " + std::to_string(field.min) + " characters");
        if (length > field.max)
            out.add(path, "must not have more than " + std::to_string(field.max) + " characters");
    }
    if (field.kind != Kind::integer) return;
    if (value.integer() < field.min) out.add(path, "must be >= " + std::to_string(field.min));
    if (value.integer() > field.max) out.add(path, "must be <= " + std::to_string(field.max));
}

void check_strings(json::View list, const std::string& path, Complaints& out) {
    for (std::size_t i = 0; i < list.size(); ++i)
        if (!list.at(i).is_string()) out.add(path + "/" + std::to_string(i), "must be string");
}

void check_field(json::View value, const Field& field, const std::string& path, Complaints& out) {
    if (value.is_null() && field.nullable) return;
    if (!has_type(value, field.kind))
        return out.add(path, "must be " + std::string(words_of(field.kind).wire));
    if (!field.one_of.empty() &&
        std::ranges::find(field.one_of, value.text()) == field.one_of.end())
        return out.add(path, "must be equal to one of the allowed values");
    check_bounds(value, field, path, out);
    if (field.kind == Kind::string_list) check_strings(value, path, out);
    if (field.kind == Kind::object && !field.fields.empty())
        check_object(value, field.fields, Unknown::refused, path, out);
}

void check_object(json::View object, std::span<const Field> fields, Unknown unknown,
                  const std::string& path, Complaints& out) {
    const auto missing = std::ranges::find_if(
        fields, [&](const Field& field) { return field.required && !object[field.name]; });
    if (missing != fields.end())
        out.add(path, "must have required property '" + std::string(missing->name) + "'");
    object.each_member([&](std::string_view name, json::View) {
        const bool is_known = std::ranges::find(fields, name, &Field::name) != fields.end();
        if (!is_known && unknown == Unknown::refused)
            out.add(path.empty() ? "root" : path,
                    "unexpected property '" + std::string(name) + "'");
        return true;
    });
    for (const Field& field : fields)
        if (const auto value = object[field.name])
            check_field(value, field, path + "/" + std::string(field.name), out);
}

} // namespace

std::optional<std::string> complaint(json::View value, std::span<const Field> fields,
                                     Unknown unknown) {
    Complaints out;
    if (!value.is_object())
        out.add("root", "must be object");
    else
        check_object(value, fields, unknown, {}, out);
    return out.take();
}

} // namespace openclaw::rpc
