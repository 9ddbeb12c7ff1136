// Reading a config from a literal.
#pragma once

#include "common/config/config.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

inline openclaw::config::Config loaded(std::string_view text,
                                       openclaw::config::LoadOptions options = {}) {
    if (options.home.empty()) options.home = "/home/op";
    auto config = openclaw::config::load_text(text, options);
    if (!config) FAIL(openclaw::config::render_issues(config.error(), "openclaw.json"));
    return std::move(*config);
}

// The first issue as one line, or "loaded".
inline std::string refusal(std::string_view text, openclaw::config::LoadOptions options = {}) {
    const auto config = openclaw::config::load_text(text, options);
    return config ? "loaded" : openclaw::config::render(config.error().front(), "openclaw.json");
}

inline bool warns(const openclaw::config::Config& config, std::string_view words) {
    for (const auto& warning : config.warnings)
        if (openclaw::config::render(warning, "openclaw.json").contains(words)) return true;
    return false;
}

inline bool is_inactive(const openclaw::config::Config& config, std::string_view path) {
    for (const auto& key : config.inactive)
        if (key.path == path) return true;
    return false;
}
