// telegram/target.h — where a call goes, and the JSON bodies of the calls we make.
//
// Pure. The General topic of a forum has id 1 in every update, but sendMessage refuses that id and
// sendChatAction wants it (TELEGRAM.md 6).
#pragma once

#include "proto/channel.pb.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::telegram {

struct Target {
    std::string chat_id{};
    std::string thread_id{}; // empty: none
    bool is_direct = false;

    static Target of(const wire::Chat& chat) {
        return {.chat_id = chat.id(),
                .thread_id = chat.thread_id(),
                .is_direct = chat.kind() == wire::CHAT_DIRECT};
    }
};

struct Text {
    std::string text;
    bool is_html = true;
    std::string reply_to_message_id;  // empty: none; not for edits
    std::optional<bool> link_preview; // unset: the platform decides
};

struct PollText {
    std::string question;
    std::vector<std::string> options;
    bool is_anonymous = true;
    bool has_many_answers = false;
    bool is_silent = false;
    std::int64_t open_seconds = 0; // 0: until somebody closes it
};

std::string send_message_body(const Target& target, const Text& text);
std::string edit_message_body(const Target& target, std::string_view message_id, const Text& text);
std::string delete_message_body(const Target& target, std::string_view message_id);
std::string chat_action_body(const Target& target);
std::string reaction_body(const Target& target, std::string_view message_id,
                          std::string_view emoji);
std::string poll_body(const Target& target, const PollText& poll);
// Without a thread: of a new topic.
std::string topic_body(const Target& target, std::string_view name);
std::string member_body(const Target& target, std::string_view user_id);

} // namespace openclaw::telegram
