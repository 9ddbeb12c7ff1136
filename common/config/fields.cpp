#include "common/config/fields.h"

#include "common/base/strings.h"

#include <algorithm>
#include <cmath>

namespace openclaw::config {

namespace {

std::string listed(std::span<const std::string_view> words) {
    std::string out;
    for (const auto word : words)
        out += (out.empty() ? "" : ", ") + json::quoted(word);
    return out;
}

std::string number_text(double number) {
    return json::Writer().value(number).take();
}

void add_error(const Reading& reading, const std::string& path, const Place& place,
               std::string message, std::string remedy = "") {
    reading.report.errors.push_back(
        {.path = path, .place = place, .message = std::move(message), .remedy = std::move(remedy)});
}

void refuse_unknown(const Section& section, const Member& member, const std::string& path,
                    const Reading& reading) {
    const auto known = names_in(section);
    const auto near = nearest(member.key, known);
    add_error(reading, path, member.place, "Unrecognized key: " + json::quoted(member.key),
              near.empty() ? "" : "did you mean " + json::quoted(near) + "?");
}

bool matches(Type type, const Node& node) {
    switch (type) {
    case Type::boolean:
        return node.kind == Kind::boolean;
    case Type::integer:
    case Type::duration:
        return node.kind == Kind::number && node.is_integer;
    case Type::number:
        return node.kind == Kind::number && std::isfinite(node.number);
    case Type::text:
    case Type::word:
        return node.is_string();
    case Type::section:
    case Type::map:
        return node.is_object();
    case Type::list:
    case Type::texts:
    case Type::ids:
        return node.is_array();
    case Type::any:
    case Type::secret:
    case Type::custom:
        return true;
    }
    return false;
}

std::string_view wanted(Type type) {
    switch (type) {
    case Type::boolean:
        return "true or false";
    case Type::integer:
        return "a whole number";
    case Type::duration:
        return "a whole number of milliseconds";
    case Type::number:
        return "a number";
    case Type::text:
    case Type::word:
        return "a string";
    case Type::section:
    case Type::map:
        return "an object";
    case Type::list:
    case Type::texts:
    case Type::ids:
        return "an array";
    case Type::any:
    case Type::secret:
    case Type::custom:
        break;
    }
    return "a value";
}

bool is_within_bounds(const Field& field, const Node& node, const std::string& path,
                      const Reading& reading) {
    if (node.kind != Kind::number || (node.number >= field.low && node.number <= field.high))
        return true;
    const std::string range = std::isinf(field.high)  ? "at least " + number_text(field.low)
                              : std::isinf(field.low) ? "at most " + number_text(field.high)
                                                      : "from " + number_text(field.low) + " to " +
                                                            number_text(field.high);
    add_error(reading, path, node.place,
              "Invalid input: expected a number " + range + ", found " + number_text(node.number));
    return false;
}

bool holds_only(const Node& list, const std::string& path, bool numbers_too,
                const Reading& reading) {
    for (std::size_t i = 0; i < list.elements.size(); ++i) {
        const Node& element = list.elements[i];
        if (element.is_string() || (numbers_too && id_text(element))) continue;
        expect(reading, join_path(path, i), element,
               numbers_too ? "a string or a whole number" : "a string");
        return false;
    }
    return true;
}

void read_secret(const Field& field, const Node& node, void* target, const std::string& path,
                 const Reading& reading) {
    if (field.store_secret == nullptr || target == nullptr) return;
    auto secret = reading.secrets.resolve(node);
    if (!secret) return add_error(reading, path, node.place, secret.error().sentence);
    field.store_secret(target, std::move(*secret));
}

void read_word(const Field& field, const Node& node, void* target, const std::string& path,
               const Reading& reading) {
    const auto found = std::ranges::find(field.words, std::string_view(node.text));
    if (found == field.words.end())
        return add_error(reading, path, node.place,
                         "Invalid input (allowed: " + listed(field.words) + ")");
    if (field.store != nullptr && target != nullptr)
        field.store(target, node, static_cast<std::size_t>(found - field.words.begin()));
}

void read_entry(const Field& field, const Node& node, void* entry, const std::string& path,
                const Reading& reading) {
    if (field.each != nullptr) return read_field(*field.each, node, entry, path, reading);
    if (!node.is_object()) return expect(reading, path, node, "an object");
    read_section(*field.section, node, entry, path, reading);
}

void read_map(const Field& field, const Node& node, void* target, const std::string& path,
              const Reading& reading) {
    for (const Member& member : node.members) {
        void* entry =
            target != nullptr && field.enter != nullptr ? field.enter(target, member.key) : nullptr;
        read_entry(field, member.value, entry, join_path(path, member.key), reading);
    }
}

void read_list(const Field& field, const Node& node, void* target, const std::string& path,
               const Reading& reading) {
    for (std::size_t i = 0; i < node.elements.size(); ++i) {
        void* entry =
            target != nullptr && field.enter != nullptr ? field.enter(target, "") : nullptr;
        read_entry(field, node.elements[i], entry, join_path(path, i), reading);
    }
}

// An inactive block is looked through for unknown keys, and for nothing else.
void read_inactive(const Field& field, const Member& member, const std::string& path,
                   const Reading& reading) {
    if (!reading.quiet) reading.report.inactive.push_back({path, member.place});
    if (field.section == nullptr || !member.value.is_object()) return;
    read_section(*field.section, member.value, nullptr, path,
                 {reading.secrets, reading.report, true});
}

void visit_rows(const Section& section, auto&& visit) {
    for (const Section* rows = &section; rows != nullptr; rows = rows->also)
        for (const Field& field : rows->fields)
            visit(field);
}

} // namespace

void expect(const Reading& reading, const std::string& path, const Node& node,
            std::string_view what) {
    std::string found(words_for(node.kind));
    if (node.kind == Kind::number) found += " (" + number_text(node.number) + ")";
    add_error(reading, path, node.place,
              "Invalid input: expected " + std::string(what) + ", found " + found);
}

void read_section(const Section& section, const Node& node, void* target, const std::string& path,
                  const Reading& reading) {
    for (const Member& member : node.members) {
        const Field* field = find_field(section, member.key);
        if (field == nullptr) {
            if (!section.is_open) refuse_unknown(section, member, path, reading);
            continue;
        }
        const std::string here = join_path(path, member.key);
        if (field->use == Use::inactive)
            read_inactive(*field, member, here, reading);
        else
            read_field(*field, member.value, target, here, reading);
    }
}

void read_field(const Field& field, const Node& node, void* target, const std::string& path,
                const Reading& reading) {
    if (!matches(field.type, node)) return expect(reading, path, node, wanted(field.type));
    if (!is_within_bounds(field, node, path, reading)) return;
    switch (field.type) {
    case Type::any:
        return;
    case Type::custom:
        return field.read(target, node, path, reading);
    case Type::secret:
        return read_secret(field, node, target, path, reading);
    case Type::word:
        return read_word(field, node, target, path, reading);
    case Type::map:
        return read_map(field, node, target, path, reading);
    case Type::list:
        return read_list(field, node, target, path, reading);
    case Type::section:
        if (target != nullptr && field.enter != nullptr) target = field.enter(target, field.name);
        return read_section(*field.section, node, target, path, reading);
    case Type::texts:
    case Type::ids:
        if (!holds_only(node, path, field.type == Type::ids, reading)) return;
        break;
    case Type::boolean:
    case Type::integer:
    case Type::number:
    case Type::text:
    case Type::duration:
        break;
    }
    if (field.store != nullptr && target != nullptr) field.store(target, node, 0);
}

const Field* find_field(const Section& section, std::string_view key) {
    const Field* found = nullptr;
    visit_rows(section, [&](const Field& field) {
        if (found == nullptr && field.name == key) found = &field;
    });
    return found;
}

std::vector<std::string_view> names_in(const Section& section) {
    std::vector<std::string_view> names;
    visit_rows(section, [&](const Field& field) { names.push_back(field.name); });
    return names;
}

bool has_active_field(const Section& section) {
    bool active = false;
    visit_rows(section, [&](const Field& field) { active = active || field.use != Use::inactive; });
    return active;
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
    // Half the word may differ, at most three letters: "nope" is near "node", "x" is near nothing.
    const std::size_t limit = std::min<std::size_t>(3, word.size() / 2);
    std::string_view best;
    std::size_t best_distance = limit + 1;
    for (const auto candidate : known) {
        const std::size_t distance = edit_distance(to_lower(word), to_lower(candidate), limit);
        if (distance < best_distance) best = candidate, best_distance = distance;
    }
    return best;
}

std::string print_defaults(const Section& section, std::string_view path) {
    std::string out;
    visit_rows(section, [&](const Field& field) {
        const std::string here = join_path(path, field.name);
        if (!field.otherwise.empty()) out += here + " = " + std::string(field.otherwise) + "\n";
        if (field.section == nullptr) return;
        const bool is_one = field.type == Type::section;
        out += print_defaults(*field.section, is_one ? here : here + ".*");
    });
    return out;
}

std::optional<std::string> id_text(const Node& node) {
    if (node.is_string()) return node.text;
    if (node.kind == Kind::number && node.is_integer) return std::to_string(node.integer);
    return std::nullopt;
}

std::vector<std::string> id_list(const Node& node) {
    std::vector<std::string> ids;
    for (const Node& element : node.elements)
        if (auto id = id_text(element)) ids.push_back(std::move(*id));
    return ids;
}

} // namespace openclaw::config
