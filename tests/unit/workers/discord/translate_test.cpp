#include "tests/unit/workers/discord/golden.h"
#include "workers/discord/interaction.h"
#include "workers/discord/translate.h"

using namespace openclaw;
using namespace openclaw::discord;

namespace {

Identity me() {
    const Snowflake id{900000000000000001};
    return {.id = id, .username = "fakebot", .application = id};
}

json::Document parsed(const std::string& text) {
    auto document = json::Document::parse(text);
    REQUIRE(document);
    return std::move(*document);
}

// A server with a channel, a thread in it, and a forum with a post.
World fake_world() {
    World world;
    world.set_me(me().id);
    world.apply("GUILD_CREATE", parsed(R"({"id":"800000000000000001","name":"Fake Guild",
        "roles":[{"id":"8500","name":"fakebot","tags":{"bot_id":"900000000000000001"}},{"id":"8501","name":"staff"}],
        "channels":[{"id":"700000000000000001","type":0,"name":"general"},{"id":"700000000000000002","type":15,"name":"help"}],
        "threads":[{"id":"700000000000000011","type":11,"name":"side talk","parent_id":"700000000000000001"},
                   {"id":"700000000000000021","type":11,"name":"a question","parent_id":"700000000000000002"}]})")
                                    .root());
    return world;
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
    if (translation.kind == Translation::Kind::ignored)
        line(out, "ignored", std::string(translation.ignored_because));
    if (translation.kind == Translation::Kind::needs_channel)
        line(out, "needs_channel", translation.channel.text());
    if (translation.kind != Translation::Kind::message) return out;
    const auto& message = translation.inbound;
    line(out, "event_id", message.event_id());
    line(out, "logical_id", message.logical_id());
    line(out, "message_id", message.message_id());
    line(out, "sent_at_ms", std::to_string(message.sent_at_ms()));
    line(out, "chat.id", message.chat().id());
    line(out, "chat.kind", wire::ChatKind_Name(message.chat().kind()));
    line(out, "chat.title", message.chat().title());
    line(out, "chat.space_id", message.chat().space_id());
    line(out, "chat.thread_id", message.chat().thread_id());
    line(out, "chat.is_forum", message.chat().is_forum() ? "true" : "");
    line(out, "sender.id", message.sender().id());
    line(out, "sender.handle", message.sender().handle());
    line(out, "sender.display_name", message.sender().display_name());
    line(out, "sender.is_bot", message.sender().is_bot() ? "true" : "");
    for (const auto& role : message.sender().roles())
        line(out, "sender.role", role);
    line(out, "addressing", wire::Addressing_Name(message.addressing()));
    line(out, "command", message.command());
    line(out, "command_arguments", message.command_arguments());
    line(out, "reply_to.message_id", message.reply_to().message_id());
    line(out, "reply_to.sender_id", message.reply_to().sender_id());
    line(out, "reply_to.text", message.reply_to().text());
    line(out, "reply_to.is_self", message.reply_to().is_self() ? "true" : "");
    for (const auto& attachment : translation.attachments)
        line(out, "attachment", in_words(attachment));
    line(out, "awaits_answer", message.awaits_answer() ? "true" : "");
    line(out, "text", translation.text);
    return out;
}

} // namespace

TEST_SUITE("workers/discord") {
    TEST_CASE("every golden event becomes the message beside it") {
        for (const auto& input : golden::inputs("translate", ".json")) {
            const auto document = parsed(golden::read(input));
            auto world = fake_world();
            std::string out;
            if (input.filename().string().starts_with("message_")) {
                out = printed(translate_message(document.root(), me(), world));
            } else {
                const auto read = translate_interaction(document.root(), world, true);
                out = printed(read.translation);
                if (read.interaction)
                    line(out, "acknowledged", acknowledgement_body(*read.interaction));
            }
            golden::compare(input, ".txt", out);
        }
    }
    TEST_CASE("a channel that cannot be looked up is a plain one: the message is not lost") {
        const auto document =
            parsed(golden::read(golden::folder("translate") / "message_unknown_channel.json"));
        const auto world = fake_world();
        const auto message =
            translate_message(document.root(), me(), world, UnknownChannel::is_plain);
        CHECK(message.kind == Translation::Kind::message);
        CHECK(message.inbound.chat().id() == "700000000000000099");
        CHECK(message.inbound.chat().kind() == wire::CHAT_CHANNEL);
    }
    TEST_CASE("what was looked up explains the next message") {
        auto world = fake_world();
        const auto thread = parsed(
            R"({"id":"700000000000000099","type":11,"name":"found","parent_id":"700000000000000001","guild_id":"800000000000000001"})");
        REQUIRE(world.learn_channel(thread.root()) != nullptr);
        const auto document =
            parsed(golden::read(golden::folder("translate") / "message_unknown_channel.json"));
        const auto message = translate_message(document.root(), me(), world);
        CHECK(message.inbound.chat().id() == "700000000000000001");
        CHECK(message.inbound.chat().thread_id() == "700000000000000099");
        CHECK(message.inbound.chat().title() == "#general › found · Fake Guild");
    }
    TEST_CASE("an outage of a server takes nothing away, leaving it does") {
        auto world = fake_world();
        world.apply("GUILD_DELETE",
                    parsed(R"({"id":"800000000000000001","unavailable":true})").root());
        CHECK(world.channel(Snowflake{700000000000000001}) != nullptr);
        world.apply("GUILD_DELETE", parsed(R"({"id":"800000000000000001"})").root());
        CHECK(world.channel(Snowflake{700000000000000001}) == nullptr);
        CHECK(world.guild_count() == 0);
    }
    TEST_CASE("threads come and go, and a list of them is learned as one") {
        auto world = fake_world();
        world.apply(
            "THREAD_LIST_SYNC",
            parsed(
                R"({"guild_id":"800000000000000001","threads":[{"id":"7005","type":11,"name":"t","parent_id":"700000000000000001"}]})")
                .root());
        REQUIRE(world.channel(Snowflake{7005}) != nullptr);
        CHECK(world.channel(Snowflake{7005})->guild == Snowflake{800000000000000001});
        world.apply("THREAD_DELETE", parsed(R"({"id":"7005"})").root());
        CHECK(world.channel(Snowflake{7005}) == nullptr);
    }
    TEST_CASE("ids are numbers, strings and times") {
        const auto id = Snowflake::parse("175928847299117063"); // the example of the API reference
        REQUIRE(id);
        CHECK(id->unix_ms() == 1462015105796);
        CHECK(id->text() == "175928847299117063");
        for (const auto* wrong : {"", "0", "-1", "1x", "99999999999999999999"})
            CHECK_FALSE(Snowflake::parse(wrong).has_value());
        CHECK(is_newer("10", "9"));
        CHECK_FALSE(is_newer("9", "10"));
    }
}
