// config/json_schema.h — the field tables as JSON schema (draft 7), for editors of the
// configuration.
//
// What the tables check is all it says: types, words, bounds, defaults. Keys of the original that
// this build does not act on are there, without a type.
#pragma once

#include "common/base/result.h"
#include "common/config/reload.h"

#include <string>
#include <string_view>
#include <vector>

namespace openclaw::config {

// {"$schema":…,"type":"object","properties":…,"title":"OpenClawConfig"}
std::string json_schema();
// {"<key>":{"label":…,"order":…},…}: how a form shows the top level.
std::string form_hints();

struct SchemaChild {
    std::string key, path, type;
    bool has_children = false;
    Reload reload = Reload::none;
    bool is_secret = false;
};

struct SchemaLookup {
    std::string path;
    std::string schema = {}; // of this path alone; a section's without what is below its keys
    Reload reload = Reload::none;
    bool is_secret = false;
    std::vector<SchemaChild> children = {};
};

// One place, by its path (path.h). Errors: invalid (no path), not_found (no such key).
Result<SchemaLookup> look_up_schema(std::string_view path);

std::string_view word(Reload reload); // "none", "hot", "restart": the words of the wire

} // namespace openclaw::config
