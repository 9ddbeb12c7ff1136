// config/secrets.h — where a secret in the configuration comes from (CONFIG.md 2.4).
//
// Written as text, as "$NAME", or as a SecretRef { source, provider, id }. This build knows the
// sources env and file; exec and store are refused in words. Sentences name the reference, never
// the value.
#pragma once

#include "common/base/result.h"
#include "common/base/secret.h"
#include "common/config/document.h"
#include "common/config/environment.h"
#include "common/config/issue.h"

#include <optional>
#include <string>
#include <string_view>

namespace openclaw::config {

class SecretSource {
  public:
    // `providers`: the tree at secrets.providers, or null. Everything given must outlive the
    // source.
    SecretSource(const Environment& environment, const Node* providers, std::string home)
        : environment_(environment)
        , providers_(providers)
        , home_(std::move(home)) {}

    // An empty text is an empty Secret. Errors: invalid (no secret can be written like this),
    // not_found (nothing there), denied (a file others may read or replace).
    Result<Secret> resolve(const Node& written) const;

    // The first line of a regular file: tokenFile. Who else may read it is the operator's affair
    // (mounted secrets are often readable by all inside a container), and worth a warning.
    Result<Secret> from_file(std::string_view path) const;
    std::optional<Issue> warning_of_file(std::string_view path) const;

  private:
    Result<Secret> from_environment(std::string_view name) const;
    Result<Secret> from_reference(const Node& reference) const;
    Result<Secret> from_file_provider(std::string_view alias, std::string_view id) const;
    const Node* provider(std::string_view alias) const;

    const Environment& environment_;
    const Node* providers_;
    std::string home_;
};

} // namespace openclaw::config
