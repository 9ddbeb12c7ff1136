#include "workers/discord/action_call.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "workers/discord/chat.h"
#include "workers/discord/chunk.h"
#include "workers/discord/errands.h"
#include "workers/discord/message_body.h"
#include "workers/discord/render.h"
#include "workers/discord/snowflake.h"

#include <algorithm>
#include <array>

namespace openclaw::discord {

namespace {

constexpr std::uint32_t most_read = 100;         // Get Channel Messages, limit
constexpr std::uint32_t usually_read = 20;       // CONFIG.md 5.4, historyLimit
constexpr std::uint32_t most_pins = 50;          // Get Channel Pins, limit
constexpr std::size_t longest_thread_name = 100; // Start Thread, name
constexpr int public_thread_type = 11;           // Channel Types
constexpr std::size_t longest_emoji = 100;

struct ActionPlace { // of an action
    std::string channel;
    std::string message; // empty: none is named
};

Result<ActionPlace> place_of(const wire::ChannelAction& action) {
    const auto to = TRY(destination_of(action.chat()));
    if (to.channel.empty())
        return fail(Code::invalid, "name the channel by its number: a person is no channel");
    if (action.message_id().empty()) return ActionPlace{.channel = to.channel, .message = {}};
    const auto message = Snowflake::parse(action.message_id());
    if (!message) return fail(Code::invalid, "the message id is not a number of Discord's");
    return ActionPlace{.channel = to.channel, .message = message->text()};
}

Result<std::string> message_path(const ActionPlace& place) {
    if (place.message.empty()) return fail(Code::invalid, "this action needs a message id");
    return "/channels/" + place.channel + "/messages/" + place.message;
}

// "<:name:id>" as people copy it → "name:id" as the path has it.
std::string_view bare_emoji(std::string_view written) {
    if (!written.starts_with('<') || !written.ends_with('>')) return written;
    written = written.substr(1, written.size() - 2);
    if (written.starts_with("a:")) written.remove_prefix(1);
    return written.substr(written.starts_with(':') ? 1 : 0);
}

Result<ActionCall> make_reaction(const wire::ChannelAction& action, const ActionPlace& place,
                                 const Settings&) {
    const auto emoji = bare_emoji(action.emoji());
    if (emoji.empty() || emoji.size() > longest_emoji)
        return fail(Code::invalid, "a reaction needs an emoji");
    return ActionCall{
        .call = {.method = action.remove() ? "DELETE" : "PUT",
                 .path = TRY(message_path(place)) + "/reactions/" + path_segment(emoji) + "/@me"}};
}

Result<ActionCall> make_edit(const wire::ChannelAction& action, const ActionPlace& place,
                             const Settings& settings) {
    const auto parts = chunk(render(action.text()), settings.chunk);
    if (parts.size() != 1)
        return fail(Code::invalid, parts.empty() ? "an edit needs a text"
                                                 : "the text does not fit into one message");
    return ActionCall{.call = {.method = "PATCH",
                               .path = TRY(message_path(place)),
                               .body = edit_body({.content = parts.front()})}};
}

Result<ActionCall> make_deletion(const wire::ChannelAction&, const ActionPlace& place,
                                 const Settings&) {
    return ActionCall{.call = {.method = "DELETE", .path = TRY(message_path(place))}};
}

Result<ActionCall> make_pin_call(const ActionPlace& place, bool pins) {
    if (place.message.empty()) return fail(Code::invalid, "this action needs a message id");
    return ActionCall{.call = {.method = pins ? "PUT" : "DELETE",
                               .path = "/channels/" + place.channel + "/pins/" + place.message}};
}

Result<ActionCall> make_pin(const wire::ChannelAction& action, const ActionPlace& place,
                            const Settings&) {
    return make_pin_call(place, !action.remove());
}

Result<ActionCall> make_unpin(const wire::ChannelAction&, const ActionPlace& place,
                              const Settings&) {
    return make_pin_call(place, false);
}

Result<ActionCall> make_reading(const wire::ChannelAction& action, const ActionPlace& place,
                                const Settings&) {
    const auto limit = action.limit() == 0 ? usually_read : std::min(action.limit(), most_read);
    std::string path = "/channels/" + place.channel + "/messages?limit=" + std::to_string(limit);
    if (!place.message.empty()) path += "&around=" + place.message;
    return ActionCall{.call = {.path = std::move(path)}};
}

Result<ActionCall> make_pin_list(const wire::ChannelAction& action, const ActionPlace& place,
                                 const Settings&) {
    const auto limit = action.limit() == 0 ? most_pins : std::min(action.limit(), most_pins);
    return ActionCall{.call = {.path = "/channels/" + place.channel +
                                       "/messages/pins?limit=" + std::to_string(limit)}};
}

Result<ActionCall> make_thread(const wire::ChannelAction& action, const ActionPlace& place,
                               const Settings&) {
    const std::string name(utf8_prefix(trim(action.text()), longest_thread_name));
    if (name.empty()) return fail(Code::invalid, "a thread needs a name");
    json::Writer body;
    body.begin_object().member("name", name);
    if (place.message.empty()) body.member("type", public_thread_type);
    const auto under = place.message.empty() ? "" : "/messages/" + place.message;
    return ActionCall{.call = {.method = "POST",
                               .path = "/channels/" + place.channel + under + "/threads",
                               .body = body.end_object().take()},
                      .repeatable = Repeatable::no};
}

struct ActionRow {
    std::string_view name;
    Result<ActionCall> (*make)(const wire::ChannelAction&, const ActionPlace&, const Settings&);
};

constexpr auto action_rows = std::to_array<ActionRow>({
    {"react", make_reaction},
    {"edit", make_edit},
    {"delete", make_deletion},
    {"pin", make_pin},
    {"unpin", make_unpin},
    {"list-pins", make_pin_list},
    {"read", make_reading},
    {"thread-create", make_thread},
});

void write_message(json::Writer& out, json::View message) {
    out.begin_object()
        .member("id", message["id"].text())
        .member("content", message["content"].text())
        .member("timestamp", message["timestamp"].text());
    out.key("author")
        .begin_object()
        .member("id", message["author"]["id"].text())
        .member("username", message["author"]["username"].text())
        .member("bot", message["author"]["bot"].boolean())
        .end_object();
    out.end_object();
}

template <class MessageOf>
void write_messages(json::Writer& out, json::View list, const MessageOf& message_of) {
    out.key("messages").begin_array();
    list.each_element([&](json::View entry) {
        write_message(out, message_of(entry));
        return true;
    });
    out.end_array();
}

} // namespace

Result<ActionCall> action_call(const wire::ChannelAction& action, const Settings& settings) {
    const auto* row = std::ranges::find(action_rows, action.name(), &ActionRow::name);
    if (row == action_rows.end()) return fail(Code::not_found, "no such action on Discord");
    const auto place = TRY(place_of(action));
    auto made = TRY(row->make(action, place, settings));
    made.call.idempotent = made.repeatable == Repeatable::yes;
    return made;
}

std::string action_result(const wire::ChannelAction& action, json::View result) {
    json::Writer out;
    out.begin_object();
    if (action.name() == "thread-create")
        out.member("threadId", result["id"].text()).member("name", result["name"].text());
    else if (action.name() == "read")
        write_messages(out, result, [](json::View message) { return message; });
    else if (action.name() == "list-pins")
        write_messages(out, result["items"], [](json::View pin) { return pin["message"]; });
    else
        return {};
    return out.end_object().take();
}

} // namespace openclaw::discord
