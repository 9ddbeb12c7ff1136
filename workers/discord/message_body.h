// discord/message_body.h — the JSON bodies of what we send (DISCORD.md 2). Pure.
//
// Who may be pinged is always said: never everyone, never a role; the people a text names, up to
// a handful; in previews nobody.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::discord {

inline constexpr std::size_t most_pinged = 5; // in one message of ours

enum class Pings { named_users, nobody };

struct Message {
    std::string content;
    std::string reply_to{}; // message id; empty: none
    std::string nonce{};    // enforced: the same one again gives the message that is there
    bool suppress_embeds = true;
    bool is_ephemeral = false; // of an interaction only
    Pings pings = Pings::named_users;
    std::vector<std::string> file_names{}; // of the form's files[0], files[1], …
};

std::string create_body(const Message& message);
std::string edit_body(const Message& message);
std::string post_body(std::string_view title, const Message& first); // a forum's
std::string direct_channel_body(std::string_view user_id);

// The first line of a text as the title of a forum post.
std::string post_title(std::string_view markdown);

// One part of one answer, in all its tries and lives: 24 hexadecimal digits.
std::string nonce_of(std::string_view account, std::string_view action_id, std::uint32_t part);

} // namespace openclaw::discord
