// config/environment.h — environment variables as a value, and their way into the configuration
// (CONFIG.md 2.2, 2.3).
#pragma once

#include "common/base/result.h"
#include "common/config/document.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::config {

using Environment = std::map<std::string, std::string, std::less<>>;

Environment process_environment();

// A variable that is set and not empty.
std::optional<std::string> variable(const Environment& environment, std::string_view name);
// "1 true yes on" / "0 false no off"; anything else is unset (OPS.md 3).
std::optional<bool> flag(const Environment& environment, std::string_view name);

// KEY=value lines; "export ", quotes and # comments understood. What does not parse is left out.
Environment parse_env_file(std::string_view text);
// Adds what is not set yet.
void add_missing(Environment& environment, const Environment& more);
// The same from the working directory's .env, which is untrusted: without our own names, provider
// keys and endpoints.
void add_untrusted(Environment& environment, const Environment& more);

// Replaces ${NAME} in every string below `node`; $${NAME} yields the literal. A name without a
// value stays as it is, the string is marked is_unresolved, and a note says so.
void substitute(Node& node, const Environment& environment, std::vector<Note>& notes);

} // namespace openclaw::config
