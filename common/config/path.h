// config/path.h — the way to a value, as people type it: a.b, a["b.c"], a[0], list.0.
#pragma once

#include "common/base/result.h"
#include "common/config/document.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::config {

struct Step {
    std::string key;
    std::optional<std::size_t> index; // set: written as [0]
};

// Errors: invalid, when it is no path.
Result<std::vector<Step>> parse_path(std::string_view path);

// Null when nothing is there.
const Node* find(const Node& root, const std::vector<Step>& path);

// Puts `value` there, making objects on the way. Errors: invalid, when something that holds no keys
// is in the way.
Result<void> put(Node& root, const std::vector<Step>& path, Node value);

// False when nothing was there.
bool remove(Node& root, const std::vector<Step>& path);

} // namespace openclaw::config
