// config/edit.h — changing the file: one path, whole or not at all (CONFIG.md 3.4, 3.5).
//
// Lock, read again and compare the hash, change, check the complete result, turn the ring of five
// backups, write beside, fsync, rename, fsync the directory. Comments survive a change of one
// scalar; otherwise they are lost and Edited::lost_comments says so.
#pragma once

#include "common/config/config.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::config {

struct Change {
    std::string path;
    std::optional<std::string> value; // JSON5 text, or any other text as a string; unset: remove
};

struct EditOptions {
    LoadOptions load;
    std::optional<std::string> expected_hash; // busy when the file's hash is another
    bool dry_run = false;
};

struct Edited {
    std::string hash;
    bool changed = false;
    bool lost_comments = false;
    std::vector<std::string> changed_paths;
    std::vector<Issue> warnings;
};

struct EditFailure {
    Error error;   // not_found: nothing at the path to remove; busy: somebody else wrote; invalid:
                   // see issues
    Issues issues; // what would be wrong with the result
};

std::expected<Edited, EditFailure> edit(const Change& change, const EditOptions& options);

// The ways into a path: keys and indexes. "a.b", a["b.c"], a[0].
struct Step {
    std::string key;
    std::optional<std::size_t> index; // set: an element of an array
};

Result<std::vector<Step>> parse_path(std::string_view path);

} // namespace openclaw::config
