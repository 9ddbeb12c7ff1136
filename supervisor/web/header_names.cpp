#include "supervisor/web/header_names.h"

#include "common/base/strings.h"

#include <libwebsockets.h>

#include <algorithm>
#include <string>
#include <vector>

namespace openclaw::web {

namespace {

// As the library has them: lower case, with the colon.
const std::vector<std::string_view>& known_names() {
    static const auto names = [] {
        std::vector<std::string_view> all;
        for (int token = 0; token < WSI_TOKEN_COUNT; ++token)
            if (const unsigned char* text =
                    lws_token_to_string(static_cast<lws_token_indexes>(token)))
                all.emplace_back(reinterpret_cast<const char*>(text));
        return all;
    }();
    return names;
}

bool is_misread(std::string_view name) {
    const std::string lower = to_lower(name);
    const auto& known = known_names();
    const bool is_known = std::ranges::find(known, lower + ":") != known.end();
    return !is_known &&
           std::ranges::any_of(known, [&](std::string_view one) { return one.starts_with(lower); });
}

} // namespace

std::optional<std::string_view> misread_header(std::string_view head) {
    auto rest = head.substr(std::min(head.find('\n'), head.size())); // without the request line
    while (!rest.empty()) {
        rest.remove_prefix(1);
        const auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(line.size());
        const auto name = line.substr(0, line.find(':'));
        if (name.size() < line.size() && is_misread(name)) return name;
    }
    return std::nullopt;
}

std::size_t head_length(std::string_view bytes) {
    const auto strict = bytes.find("\r\n\r\n");
    const auto loose = bytes.find("\n\n");
    if (strict < loose) return strict + 4;
    return loose == std::string_view::npos ? 0 : loose + 2;
}

} // namespace openclaw::web
