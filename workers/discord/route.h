// discord/route.h — which rate limit a REST request falls under (DISCORD.md 1.2). Pure.
//
// Discord limits by bucket: the server names a bucket by a hash for each route, and counts it for
// each major parameter (channel, guild, webhook) by itself. So a request is its route, with ids
// taken out, and its major parameter.
#pragma once

#include <string>
#include <string_view>

namespace openclaw::discord {

struct Route {
    std::string shape;     // "POST /channels/:id/messages"
    std::string major;     // "channels/123"; empty: none
    bool is_global = true; // counts against the bot's requests a second; interactions do not

    bool operator==(const Route&) const = default;
};

// `path` without its query: "/channels/123/messages/456". Ids that are no major parameter become
// ":id", emoji and tokens ":name".
Route route_of(std::string_view method, std::string_view path);

} // namespace openclaw::discord
