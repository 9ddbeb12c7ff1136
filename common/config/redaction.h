// config/redaction.h — the configuration as it may be shown: every secret replaced by one sentinel.
//
// Secret is what is named like one (token, secret, password, apiKey, …), every value below
// `headers`, and what stands before the @ of an address. References to secrets ("${NAME}", "$NAME",
// SecretRefs) are none and stay.
#pragma once

#include "common/base/result.h"
#include "common/config/document.h"

#include <string>
#include <string_view>

namespace openclaw::config {

inline constexpr std::string_view redacted = "__OPENCLAW_REDACTED__"; // METHODS.md config.get

bool is_secret_name(std::string_view key);

// The tree as compact JSON, secrets replaced. "{}" for an empty tree.
std::string redacted_json(const Node& tree);

// The file's own text, comments and all, with the secret values replaced in place. Of a text that
// does not parse only the sentinel is left: where its secrets are cannot be known.
std::string redacted_text(std::string_view text);

// The other way round: a text that came back with sentinels in it, with the secrets that stand in
// the same places of `present`. Invalid: a sentinel where no secret was; it names the place.
Result<std::string> restore_redacted(std::string_view text, std::string_view present);

// One value by its path (path.h) as JSON text, secrets replaced.
// not_found: the path is well formed and holds nothing; invalid: it is no path.
Result<std::string> redacted_value(const Node& tree, std::string_view path);

} // namespace openclaw::config
