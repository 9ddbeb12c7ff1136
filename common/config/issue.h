// config/issue.h — one thing that is wrong, or worth knowing, in a configuration: where, what, and
// the remedy.
//
// Never holds a secret value. Paths are dot-joined as people type them:
// agents.defaults.models["a/b.c"].alias, list[0].
#pragma once

#include "common/config/document.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::config {

struct Issue {
    std::string path; // of the object that holds the trouble; empty: the root
    Place place;
    std::string message; // `Unrecognized key: "nope"`, as the original words it (CONFIG.md 3.3)
    std::string remedy;  // `did you mean "node"?`; may be empty
};

// A key that is known and that this build does not act on.
struct InactiveKey {
    std::string path;
    Place place;
};

// "openclaw.json:2:5 — gateway: Unrecognized key: "nope" (did you mean "node"?)": one line.
std::string render(const Issue& issue, std::string_view file_name);
// One screen for a person: a heading, "  × <issue>" for each (at most 20, then how many more), and
// what to do.
std::string render_issues(std::span<const Issue> issues, std::string_view file);

// "a.b", a["b c"], a[0]: the path of a member or element.
std::string join_path(std::string_view path, std::string_view key);
std::string join_path(std::string_view path, std::size_t index);

} // namespace openclaw::config
