// config/include.h — files inside the file: { $include: "./x.json5" } (CONFIG.md 2.1).
//
// An object that holds $include becomes the file's content, or several files' merged in order; its
// other keys merge after and win. Bounded: ten levels, 2 MB a file, below the directory of the
// config or OPENCLAW_INCLUDE_ROOTS.
#pragma once

#include "common/config/document.h"
#include "common/config/environment.h"
#include "common/config/issue.h"

#include <optional>
#include <string>
#include <vector>

namespace openclaw::config {

struct Includes {
    std::vector<std::string> files; // canonical paths, each once: to be watched
    std::vector<Note> notes;        // of the included files
};

// Resolves everything below `root`, which stands in `file`. Fails with the first issue.
std::expected<Includes, Issue> resolve_includes(Node& root, const std::string& file,
                                                const Environment& environment);

// The object on the way that takes its content from elsewhere, or null.
const Member* find_include(const Node& node);

} // namespace openclaw::config
