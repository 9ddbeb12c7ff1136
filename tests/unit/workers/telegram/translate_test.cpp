#include "tests/unit/workers/telegram/golden.h"
#include "workers/telegram/translate.h"

using namespace openclaw;
using namespace openclaw::telegram;

namespace {

const Identity me{.id = 123456, .username = "fake_bot"};

Translation translated(const std::string& json, const Identity& identity = me) {
    const auto document = json::Document::parse(json);
    REQUIRE(document);
    return translate(document->root(), identity);
}

void line(std::string& out, std::string_view name, const std::string& value) {
    if (value.empty()) return;
    out.append(name).append(": ");
    for (const char c : value)
        c == '\n' ? out += "\\n" : out += c;
    out += '\n';
}

// Our message as people read it: a line for each field that is set.
std::string printed(const Translation& translation) {
    std::string out;
    if (translation.kind == Translation::Kind::ignored) {
        line(out, "ignored", std::string(translation.ignored_because));
        return out;
    }
    line(out, "old_chat", translation.old_chat);
    line(out, "new_chat", translation.new_chat);
    if (translation.kind == Translation::Kind::migration) return out;
    const auto& message = translation.inbound;
    line(out, "event_id", message.event_id());
    line(out, "logical_id", message.logical_id());
    line(out, "message_id", message.message_id());
    line(out, "sent_at_ms", std::to_string(message.sent_at_ms()));
    line(out, "chat.id", message.chat().id());
    line(out, "chat.kind", wire::ChatKind_Name(message.chat().kind()));
    line(out, "chat.title", message.chat().title());
    line(out, "chat.thread_id", message.chat().thread_id());
    line(out, "chat.is_forum", message.chat().is_forum() ? "true" : "");
    line(out, "sender.id", message.sender().id());
    line(out, "sender.handle", message.sender().handle());
    line(out, "sender.display_name", message.sender().display_name());
    line(out, "sender.is_bot", message.sender().is_bot() ? "true" : "");
    line(out, "addressing", wire::Addressing_Name(message.addressing()));
    line(out, "command", message.command());
    line(out, "command_arguments", message.command_arguments());
    line(out, "reply_to.message_id", message.reply_to().message_id());
    line(out, "reply_to.sender_id", message.reply_to().sender_id());
    line(out, "reply_to.text", message.reply_to().text());
    line(out, "reply_to.is_self", message.reply_to().is_self() ? "true" : "");
    for (const auto& attachment : message.attachments())
        line(out, "attachment", attachment);
    line(out, "text", translation.text);
    return out;
}

} // namespace

TEST_SUITE("workers/telegram") {
    TEST_CASE("every golden update becomes the message beside it") {
        for (const auto& input : golden::inputs("translate", ".json"))
            golden::compare(input, ".txt", printed(translated(golden::read(input))));
    }
    TEST_CASE("a direct chat has topics only when the bot has switched them on") {
        const auto update =
            golden::read(golden::folder("translate") / "dm_thread_without_topics.json");
        CHECK(translated(update).inbound.chat().thread_id() == "");
        CHECK(translated(update, {.id = 123456, .username = "fake_bot", .has_topics = true})
                  .inbound.chat()
                  .thread_id() == "77");
    }
    TEST_CASE("a bot whose name is not known yet is not mentioned by a bare @") {
        const auto update =
            R"({"update_id":1,"message":{"message_id":1,"chat":{"id":-5,"type":"group"},"text":"@ x",
            "entities":[{"type":"mention","offset":0,"length":1}]}})";
        CHECK(translated(update, {.id = 1, .username = ""}).inbound.addressing() ==
              wire::ADDRESSED_NOT);
    }
    TEST_CASE("names of strangers are cut to a bounded length") {
        const auto update =
            R"({"update_id":1,"message":{"message_id":1,"chat":{"id":-5,"type":"group","title":")" +
            std::string(5000, 't') + R"("},"text":"x"}})";
        CHECK(translated(update).inbound.chat().title().size() == 512);
    }
}
