#include "workers/telegram/target.h"

#include "common/json/write.h"

#include <charconv>

namespace openclaw::telegram {

namespace {

// Ids travel as strings inside our house and as numbers on Telegram's wire; "@name" stays a string.
void id_member(json::Writer& body, std::string_view name, std::string_view id) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
    if (error == std::errc() && end == id.data() + id.size())
        body.member(name, number);
    else
        body.member(name, id);
}

json::Writer begin(const Target& target) {
    json::Writer body;
    body.begin_object();
    id_member(body, "chat_id", target.chat_id);
    return body;
}

void text_members(json::Writer& body, const Text& text) {
    body.member("text", text.text);
    if (text.is_html) body.member("parse_mode", "HTML");
    if (text.link_preview == false)
        body.raw_member("link_preview_options", R"({"is_disabled":true})");
}

} // namespace

std::string send_message_body(const Target& target, const Text& text) {
    auto body = begin(target);
    if (!target.thread_id.empty() && target.thread_id != "1")
        id_member(body, "message_thread_id", target.thread_id);
    text_members(body, text);
    if (!text.reply_to_message_id.empty()) {
        // A target that was deleted meanwhile must not cost the answer.
        body.key("reply_parameters").begin_object();
        id_member(body, "message_id", text.reply_to_message_id);
        body.member("allow_sending_without_reply", true).end_object();
    }
    body.end_object();
    return body.take();
}

std::string edit_message_body(const Target& target, std::string_view message_id, const Text& text) {
    auto body = begin(target);
    id_member(body, "message_id", message_id);
    text_members(body, text);
    body.end_object();
    return body.take();
}

std::string delete_message_body(const Target& target, std::string_view message_id) {
    auto body = begin(target);
    id_member(body, "message_id", message_id);
    body.end_object();
    return body.take();
}

std::string chat_action_body(const Target& target) {
    auto body = begin(target);
    if (!target.thread_id.empty()) id_member(body, "message_thread_id", target.thread_id);
    body.member("action", "typing").end_object();
    return body.take();
}

std::string reaction_body(const Target& target, std::string_view message_id,
                          std::string_view emoji) {
    auto body = begin(target);
    id_member(body, "message_id", message_id);
    body.key("reaction").begin_array();
    if (!emoji.empty())
        body.begin_object().member("type", "emoji").member("emoji", emoji).end_object();
    body.end_array().end_object();
    return body.take();
}

std::string poll_body(const Target& target, const PollText& poll) {
    auto body = begin(target);
    if (!target.thread_id.empty() && target.thread_id != "1")
        id_member(body, "message_thread_id", target.thread_id);
    body.member("question", poll.question).key("options").begin_array();
    for (const auto& option : poll.options)
        body.begin_object().member("text", option).end_object();
    body.end_array().member("is_anonymous", poll.is_anonymous);
    if (poll.has_many_answers) body.member("allows_multiple_answers", true);
    if (poll.is_silent) body.member("disable_notification", true);
    if (poll.open_seconds > 0) body.member("open_period", poll.open_seconds);
    body.end_object();
    return body.take();
}

std::string topic_body(const Target& target, std::string_view name) {
    auto body = begin(target);
    if (!target.thread_id.empty()) id_member(body, "message_thread_id", target.thread_id);
    body.member("name", name).end_object();
    return body.take();
}

std::string member_body(const Target& target, std::string_view user_id) {
    auto body = begin(target);
    id_member(body, "user_id", user_id);
    body.end_object();
    return body.take();
}

} // namespace openclaw::telegram
