#include "common/config/json_schema.h"

#include "common/config/channels/all.h"
#include "common/config/issue.h"
#include "common/config/path.h"
#include "common/config/redaction.h"
#include "common/config/tables.h"
#include "common/json/write.h"

#include <cmath>

namespace openclaw::config {

namespace {

std::string_view json_type(Type type) {
    switch (type) {
    case Type::boolean:
        return "boolean";
    case Type::integer:
    case Type::duration:
        return "integer";
    case Type::number:
        return "number";
    case Type::text:
    case Type::word:
        return "string";
    case Type::texts:
    case Type::ids:
    case Type::list:
        return "array";
    case Type::section:
    case Type::map:
        return "object";
    case Type::any:
    case Type::custom:
    case Type::secret: // text, or a reference to one
        break;
    }
    return {};
}

// "maxAttempts" → "Max Attempts"
std::string label_of(std::string_view key) {
    std::string label;
    for (const char c : key) {
        const bool is_upper = c >= 'A' && c <= 'Z';
        if (is_upper && !label.empty()) label += ' ';
        label += label.empty() && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    }
    return label;
}

enum class Depth { whole, shallow };

void write_section(json::Writer& out, const Section& section, Depth depth);

void write_bounds(json::Writer& out, const Field& field) {
    const auto write = [&](std::string_view name, double bound) {
        if (!std::isfinite(bound)) return;
        if (field.type == Type::number)
            out.member(name, bound);
        else
            out.member(name, static_cast<std::int64_t>(bound));
    };
    write("minimum", field.low);
    write("maximum", field.high);
}

void write_field(json::Writer& out, const Field& field, Depth depth);

// What stands below the keys of a map, or in a list.
void write_entry(json::Writer& out, const Field& field, Depth depth) {
    out.begin_object();
    if (field.section != nullptr && depth == Depth::whole)
        write_section(out, *field.section, depth);
    else if (field.section != nullptr)
        out.member("type", "object");
    else if (field.each != nullptr)
        write_field(out, *field.each, depth);
    out.end_object();
}

// The members of the schema of one key.
void write_field(json::Writer& out, const Field& field, Depth depth) {
    if (field.type == Type::section && field.section != nullptr)
        return write_section(out, *field.section, depth);
    if (const auto type = json_type(field.type); !type.empty()) out.member("type", type);
    if (!field.words.empty()) {
        out.key("enum").begin_array();
        for (const auto one : field.words)
            out.value(one);
        out.end_array();
    }
    write_bounds(out, field);
    if (!field.otherwise.empty()) out.raw_member("default", field.otherwise);
    if (field.type == Type::map) {
        out.key("additionalProperties");
        write_entry(out, field, depth);
    } else if (field.type == Type::list) {
        out.key("items");
        write_entry(out, field, depth);
    } else if (field.type == Type::texts) {
        out.key("items").begin_object().member("type", "string").end_object();
    }
    if (!field.name.empty()) out.member("title", label_of(field.name));
}

template <class Visit>
void each_field(const Section& section, Visit visit) {
    for (const Section* rows = &section; rows != nullptr; rows = rows->also)
        for (const Field& field : rows->fields)
            visit(field);
}

void write_section(json::Writer& out, const Section& section, Depth depth) {
    out.member("type", "object").key("properties").begin_object();
    if (depth == Depth::whole)
        each_field(section, [&](const Field& field) {
            out.key(field.name).begin_object();
            write_field(out, field, depth);
            out.end_object();
        });
    out.end_object().member("additionalProperties", section.is_open);
}

// channels: one key for each kind there is; others may come with the original's file.
void write_channels(json::Writer& out) {
    out.key("channels").begin_object().member("type", "object").key("properties").begin_object();
    for (const auto& row : channel_rows) {
        out.key(row.spec->name).begin_object();
        write_section(out, *row.fields, Depth::whole);
        out.member("title", row.spec->label).end_object();
    }
    out.end_object().member("additionalProperties", true).end_object();
}

// Lookup

struct Found {
    const Section* section = nullptr; // what is below; null: nothing that has names
    const Field* field = nullptr; // the row itself; null: an entry of a map or list, or the root
    Reload reload = Reload::none;
};

const ChannelRow* channel_row(std::string_view name) {
    for (const auto& row : channel_rows)
        if (row.spec->name == name) return &row;
    return nullptr;
}

Result<Found> find_below(const Section& root, const std::vector<Step>& steps, std::size_t from) {
    Found found{.section = &root};
    for (std::size_t i = from; i < steps.size(); ++i) {
        const bool is_container = found.field != nullptr && (found.field->type == Type::map ||
                                                             found.field->type == Type::list);
        if (is_container) { // a key or index of the operator's own
            found = {.section = found.field->section,
                     .field = found.field->each,
                     .reload = found.field->reload};
            continue;
        }
        const Field* next =
            found.section == nullptr ? nullptr : find_field(*found.section, steps[i].key);
        if (next == nullptr) return fail(Code::not_found, "unknown config path");
        const bool has_names = next->type == Type::section;
        found = {
            .section = has_names ? next->section : nullptr, .field = next, .reload = next->reload};
    }
    return found;
}

Result<Found> find_schema(const std::vector<Step>& steps) {
    if (steps.front().key != "channels" || steps.size() == 1)
        return find_below(root_section, steps, 0);
    const ChannelRow* row = channel_row(steps[1].key);
    if (row == nullptr) return fail(Code::not_found, "unknown config path");
    const bool is_account = steps.size() > 3 && steps[2].key == "accounts";
    return find_below(*row->fields, steps, is_account ? 4 : 2);
}

SchemaChild child_of(const Field& field, const std::string& path) {
    return {.key = std::string(field.name),
            .path = join_path(path, field.name),
            .type = std::string(json_type(field.type)),
            .has_children = field.section != nullptr,
            .reload = field.reload,
            .is_secret = field.type == Type::secret || is_secret_name(field.name)};
}

} // namespace

std::string json_schema() {
    json::Writer out;
    out.begin_object()
        .member("$schema", "http://json-schema.org/draft-07/schema#")
        .member("type", "object")
        .key("properties")
        .begin_object();
    each_field(root_section, [&](const Field& field) {
        if (field.name == "channels") return;
        out.key(field.name).begin_object();
        write_field(out, field, Depth::whole);
        out.end_object();
    });
    write_channels(out);
    return out.end_object()
        .member("additionalProperties", false)
        .member("title", "OpenClawConfig")
        .end_object()
        .take();
}

std::string form_hints() {
    json::Writer out;
    out.begin_object();
    int order = 0;
    each_field(root_section, [&](const Field& field) {
        out.key(field.name).begin_object().member("label", label_of(field.name));
        out.member("order", order++).member("advanced", field.use == Use::inactive).end_object();
    });
    return out.end_object().take();
}

Result<SchemaLookup> look_up_schema(std::string_view path) {
    const auto steps = TRY(parse_path(path));
    const Found found = TRY(find_schema(steps));
    SchemaLookup result{.path = std::string(path), .reload = cost_of(path)};
    json::Writer out;
    out.begin_object();
    if (found.field != nullptr)
        write_field(out, *found.field, Depth::shallow);
    else if (found.section != nullptr)
        write_section(out, *found.section, Depth::shallow);
    result.schema = out.end_object().take();
    result.is_secret = found.field != nullptr &&
                       (found.field->type == Type::secret || is_secret_name(steps.back().key));
    if (found.section != nullptr)
        each_field(*found.section, [&](const Field& field) {
            result.children.push_back(child_of(field, result.path));
        });
    return result;
}

std::string_view word(Reload reload) {
    switch (reload) {
    case Reload::none:
        return "none";
    case Reload::hot:
    case Reload::channel: // its worker alone is begun anew
        return "hot";
    case Reload::restart:
        break;
    }
    return "restart";
}

} // namespace openclaw::config
