#include "workers/discord/route.h"

#include "common/base/strings.h"

#include <algorithm>

namespace openclaw::discord {

namespace {

bool is_id(std::string_view piece) {
    return piece.size() >= 4 &&
           std::ranges::all_of(piece, [](char c) { return c >= '0' && c <= '9'; });
}

bool has_major(std::string_view first) { // Discord API reference, "Rate Limits"
    return first == "channels" || first == "guilds" || first == "webhooks";
}

// A webhook is counted with its token; the token of an interaction is one of those.
bool is_name(const std::vector<std::string_view>& pieces, std::size_t at) {
    const auto first = pieces[1];
    if ((first == "webhooks" || first == "interactions") && at == 3) return true;
    return at > 0 && pieces[at - 1] == "reactions";
}

} // namespace

Route route_of(std::string_view method, std::string_view path) {
    path = path.substr(0, path.find('?'));
    const auto pieces = split(path, '/'); // the first is empty
    Route route{.shape = std::string(method) + " ", .major = {}};
    if (pieces.size() < 2) return route;
    for (std::size_t i = 1; i < pieces.size(); ++i) {
        route.shape += '/';
        if (is_name(pieces, i))
            route.shape += ":name";
        else if (is_id(pieces[i]))
            route.shape += ":id";
        else
            route.shape += pieces[i];
    }
    const auto first = pieces[1];
    if (has_major(first) && pieces.size() > 2)
        route.major = std::string(first) + "/" + std::string(pieces[2]);
    const bool has_token = (first == "webhooks" || first == "interactions") && pieces.size() > 3;
    if (has_token) {
        route.is_global = false;
        // A webhook is counted with its token. An interaction is answered once: none waits for
        // another's.
        route.major = std::string(first) + "/" + std::string(pieces[2]);
        if (first == "webhooks") route.major += "/" + std::string(pieces[3]);
    }
    return route;
}

} // namespace openclaw::discord
