#include "workers/discord/message_body.h"

#include "common/base/strings.h"
#include "common/ipc/in_flight.h"
#include "common/json/write.h"
#include "workers/discord/inline_text.h"

#include <array>
#include <cstdio>

namespace openclaw::discord {

namespace {

// Discord API reference, "Message Flags".
constexpr int suppress_embeds_flag = 1 << 2;
constexpr int ephemeral_flag = 1 << 6;
constexpr std::size_t longest_title_bytes = 100; // Start Thread in Forum Channel: name, 1-100

void write_mentions(json::Writer& out, const Message& message) {
    out.key("allowed_mentions").begin_object();
    out.key("parse").begin_array().end_array();
    if (message.pings == Pings::named_users) {
        out.key("users").begin_array();
        for (const auto& user : mentioned_users(message.content, most_pinged))
            out.value(user);
        out.end_array();
    }
    out.member("replied_user", false).end_object();
}

void write_files(json::Writer& out, const std::vector<std::string>& names) {
    if (names.empty()) return;
    out.key("attachments").begin_array();
    for (std::size_t i = 0; i < names.size(); ++i)
        out.begin_object().member("id", i).member("filename", names[i]).end_object();
    out.end_array();
}

void write_message(json::Writer& out, const Message& message) {
    out.member("content", message.content);
    write_mentions(out, message);
    const int flags = (message.suppress_embeds ? suppress_embeds_flag : 0) |
                      (message.is_ephemeral ? ephemeral_flag : 0);
    if (flags != 0) out.member("flags", flags);
    write_files(out, message.file_names);
}

} // namespace

std::string create_body(const Message& message) {
    json::Writer out;
    out.begin_object();
    write_message(out, message);
    if (!message.nonce.empty()) out.member("nonce", message.nonce).member("enforce_nonce", true);
    if (!message.reply_to.empty())
        out.key("message_reference")
            .begin_object()
            .member("message_id", message.reply_to)
            .member("fail_if_not_exists", false)
            .end_object();
    return out.end_object().take();
}

// Flags are left as they are: an edit with them would need the permission to hide others' embeds.
std::string edit_body(const Message& message) {
    json::Writer out;
    out.begin_object().member("content", message.content);
    write_mentions(out, message);
    return out.end_object().take();
}

std::string post_body(std::string_view title, const Message& first) {
    json::Writer out;
    out.begin_object().member("name", title).key("message").begin_object();
    write_message(out, first);
    return out.end_object().end_object().take();
}

std::string direct_channel_body(std::string_view user_id) {
    json::Writer out;
    return out.begin_object().member("recipient_id", user_id).end_object().take();
}

std::string post_title(std::string_view markdown) {
    for (const auto line : split(markdown, '\n')) {
        std::string title;
        for (const char c : line)
            if (!std::string_view("*`#>").contains(c)) title += c;
        const auto text = trim(title);
        if (!text.empty()) return std::string(utf8_prefix(text, longest_title_bytes));
    }
    return "New post";
}

// Two hashes of the same text: what identifies it need not be secret, only the same after a crash.
std::string nonce_of(std::string_view account, std::string_view action_id, std::uint32_t part) {
    std::string name(account);
    name.append("/").append(action_id).append("/").append(std::to_string(part));
    const auto first = ipc::action_hash(name);
    const auto second = ipc::action_hash("nonce/" + name) & 0xffff'ffff;
    std::array<char, 25> out{};
    std::snprintf(out.data(), out.size(), "%016llx%08llx", static_cast<unsigned long long>(first),
                  static_cast<unsigned long long>(second));
    return out.data();
}

} // namespace openclaw::discord
