// policy/facts.h — what a worker reported about one message. Facts, not verdicts; nothing here is
// trusted.
#pragma once

#include <string>
#include <vector>

namespace openclaw::policy {

enum class ChatKind { direct, group, channel };
enum class Addressing { none, mention, reply, command }; // how the platform says the bot was meant

struct Facts {
    std::string channel; // "telegram": from the worker's own row, so this is true
    std::string account = "default";
    ChatKind chat_kind = ChatKind::direct;
    std::string chat_id;
    std::string thread_id; // topic or thread; empty: none
    std::string guild_id, team_id;
    std::string parent_chat_id; // of a thread that is a chat of its own
    std::string sender_id;
    std::string sender_handle; // without "@"
    std::string sender_name;
    std::vector<std::string> sender_roles; // in the guild
    bool sender_is_bot = false;
    bool awaits_answer = false; // the platform shows the sender that an answer is coming
    Addressing addressing = Addressing::none;
    std::string text;
    bool has_attachments = false;
    std::string command; // "stop" for "/stop@bot", lower case; empty: none
    std::string command_arguments;
    std::string message_id;
};

} // namespace openclaw::policy
