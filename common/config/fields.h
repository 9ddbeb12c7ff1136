// config/fields.h — a struct described by a field table: what may be written, what it means, where
// it goes.
//
// A table is constexpr data: one row for each key. A row that names a member fills it; a row
// without one is a key of the original that this build knows and does not act on: it is accepted
// whole and reported once as inactive. Keys in no table are errors, with the nearest known one.
// read_section() checks and fills in one pass and never throws.
//
//   constexpr std::array auth_fields = {
//       set<&GatewayAuth::mode>("mode", Reload::restart, words_of(auth_modes)),
//       set<&GatewayAuth::token>("token", Reload::restart), // a Secret: SecretRefs are understood
//       known("identityScopes", Reload::hot),
//   };
//   constexpr Section auth_section{auth_fields};
//
// Rows are made with the functions of field_rows.h. Lifetime: tables are static; a Field keeps
// views of what it was made from.
#pragma once

#include "common/base/secret.h"
#include "common/config/document.h"
#include "common/config/issue.h"
#include "common/config/reload.h"
#include "common/config/secrets.h"

#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::config {

enum class Use {
    active,   // fills a member, or a worker acts on it
    inactive, // known, and not acted on
};

enum class Type {
    any,
    boolean,
    integer,
    number,
    text,
    word,
    secret,
    texts,
    ids,
    duration,
    section,
    map,
    list,
    custom
};

struct Field;

struct Section {
    std::span<const Field> fields;
    const Section* also = nullptr; // more rows, shared with other sections
    bool is_open = false;          // keys in no row are accepted without a word
};

// What is collected while reading.
struct Report {
    std::vector<Issue> errors;
    std::vector<Issue> warnings;
    std::vector<InactiveKey> inactive;
};

struct Reading {
    const SecretSource& secrets;
    Report& report;
    bool quiet = false; // inside an inactive block: nothing more is reported as inactive
};

// `target` is the struct the row's section fills, or null when only checking.
struct Field {
    using Store = void (*)(void* target, const Node& node, std::size_t word);
    using StoreSecret = void (*)(void* target, Secret secret);
    using Enter = void* (*)(void* target,
                            std::string_view key); // the place for a map's or list's next entry
    using Read = void (*)(void* target, const Node& node, const std::string& path,
                          const Reading& reading);

    std::string_view name;
    Type type = Type::any;
    Use use = Use::inactive;
    bool is_for_worker = false; // handed to the channel worker, whatever the gateway does with it
    Reload reload = Reload::restart;
    std::string_view otherwise = ""; // the default as JSON text; empty: none
    std::span<const std::string_view> words{};
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
    const Section* section = nullptr; // of a section; of each entry of a map or list of sections
    const Field* each = nullptr;      // of each entry of a map of plain values
    Store store = nullptr;
    StoreSecret store_secret = nullptr;
    Enter enter = nullptr;
    Read read = nullptr;

    constexpr Field bounds(double least, double most) const {
        Field field = *this;
        field.low = least;
        field.high = most;
        return field;
    }

    constexpr Field and_worker() const {
        Field field = *this;
        field.is_for_worker = true;
        return field;
    }

    constexpr Field by_default(std::string_view json) const {
        Field field = *this;
        field.otherwise = json;
        return field;
    }
};

// Checks `node` against `section` and fills `target`, when there is one.
void read_section(const Section& section, const Node& node, void* target, const std::string& path,
                  const Reading& reading);
void read_field(const Field& field, const Node& node, void* target, const std::string& path,
                const Reading& reading);

const Field* find_field(const Section& section, std::string_view key);
std::vector<std::string_view> names_in(const Section& section);
bool has_active_field(const Section& section);
// "node" for "nope" among known names; empty when none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);
// Every row as "path = default" lines, depth first, for people.
std::string print_defaults(const Section& section, std::string_view path);

// A number, or a text, as the text of an id: 5001 and "5001" are the same.
std::optional<std::string> id_text(const Node& node);
std::vector<std::string> id_list(const Node& node);
void expect(const Reading& reading, const std::string& path, const Node& node,
            std::string_view wanted);

} // namespace openclaw::config
