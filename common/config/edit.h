// config/edit.h — changing the file: one path, whole or not at all (CONFIG.md 3.4, 3.5).
//
// Lock, read again and compare the hash, change, check the complete result, write beside it, fsync,
// turn the ring of five backups, rename, fsync the directory, note it in the audit log. Comments
// survive the change of one scalar and the addition of one key; otherwise they are lost and
// Edited::lost_comments says so. Blocks for the lock (at most two seconds) and for the disk: for
// command lines, not for a loop.
#pragma once

#include "common/config/config.h"
#include "common/config/path.h"
#include "common/config/reload.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::config {

struct Change {
    std::string path;
    std::optional<std::string> value =
        {}; // JSON5 text, or any other text as a string; unset: remove
};

struct EditOptions {
    LoadOptions load = {};
    std::optional<std::string> expected_hash = {}; // busy when the file's hash is another
    bool dry_run = false;
};

struct Edited {
    std::string hash;
    bool changed = false;
    bool lost_comments = false;
    Reload cost = Reload::none; // what a running gateway must do about it (CONFIG.md 9)
    std::vector<std::string> changed_paths;
    std::vector<Issue> warnings;
};

struct EditFailure {
    Error error;   // not_found: nothing to remove; busy: somebody else wrote; denied: read-only;
                   // invalid: see issues
    Issues issues; // what would be wrong with the result
};

std::expected<Edited, EditFailure> edit(const Change& change, const EditOptions& options);
// The whole file: `text` stands in its place. A text that shows secrets as redacted.h does gets
// back those that are there now.
std::expected<Edited, EditFailure> replace_text(std::string_view text, const EditOptions& options);
// Many paths in one turn: `patch` is an object in JSON5; what it names is set, null removes
// (RFC 7386).
std::expected<Edited, EditFailure> merge(std::string_view patch, const EditOptions& options);

// The new text of a file after a change. Pure.
struct Rewritten {
    std::string text;
    bool lost_comments = false;
};

Result<Rewritten> rewrite(std::string_view text, const Change& change);
Result<Rewritten> rewrite_merged(std::string_view text, std::string_view patch);

// Where two texts or trees say something else: at most 200 paths, in the order of the second; the
// cost is that of all of them.
struct Difference {
    std::vector<std::string> paths;
    Reload cost = Reload::none;
};

Difference difference(std::string_view before, std::string_view after);
Difference difference(const Node& before, const Node& after);

} // namespace openclaw::config
