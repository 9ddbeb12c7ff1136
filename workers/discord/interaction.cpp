#include "workers/discord/interaction.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "workers/discord/chat.h"

#include <algorithm>
#include <utility>

namespace openclaw::discord {

namespace {

constexpr std::size_t longest_options = 4 * 4000;
constexpr std::size_t most_depth = 4;       // group, subcommand, option
constexpr int deferred_ephemeral_flag = 64; // Message Flags

enum class Callback { // Discord API reference, "Interaction Callback Type"
    pong = 1,
    deferred_message = 5, // "… is thinking"
    deferred_update = 6,  // of a component: nothing is shown
    choices = 8,
};

void add_word(std::string& out, std::string_view word) {
    if (word.empty()) return;
    if (!out.empty()) out += ' ';
    out += word;
}

// Options in order: names of subcommands, values of the others.
void add_options(std::string& out, json::View options, std::size_t depth) {
    if (depth > most_depth) return;
    options.each_element([&](json::View option) {
        const auto value = option["value"];
        if (!value)
            add_word(out, option["name"].text());
        else
            add_word(out, value.is_string() ? value.text() : std::string_view(value.dump()));
        add_options(out, option["options"], depth + 1);
        return out.size() < longest_options;
    });
}

void read_command(Translation& translation, json::View data) {
    auto& out = translation.inbound;
    std::string name = to_lower(data["name"].text());
    std::ranges::replace(name, '_', '-');
    std::string arguments;
    add_options(arguments, data["options"], 0);
    out.set_command(name);
    out.set_command_arguments(std::string(utf8_prefix(arguments, longest_options)));
    translation.text = "/" + name;
    add_word(translation.text, out.command_arguments());
}

// Nobody has claimed the button: the agent is told what it says.
void read_press(Translation& translation, json::View data) {
    translation.text = "callback_data: " + std::string(data["custom_id"].text());
    data["values"].each_element([&](json::View value) {
        add_word(translation.text, value.text());
        return true;
    });
}

void read_form(Translation& translation, json::View data) {
    translation.text = "callback_data: " + std::string(data["custom_id"].text());
    data["components"].each_element([&](json::View row) {
        row["components"].each_element([&](json::View field) {
            translation.text += "\n" + std::string(field["custom_id"].text()) + ": " +
                                std::string(field["value"].text());
            return true;
        });
        return true;
    });
}

void fill(Translation& translation, json::View data, const Interaction& interaction, World& world) {
    auto& out = translation.inbound;
    const auto guild = Snowflake::parse(data["guild_id"].text()).value_or(Snowflake{});
    if (data["channel"].is_object()) world.learn_channel(data["channel"], guild);
    const auto member = data["member"];
    fill_chat(*out.mutable_chat(), translation.channel, static_cast<bool>(guild), world);
    if (guild) out.mutable_chat()->set_space_id(guild.text());
    fill_sender(*out.mutable_sender(), member ? member["user"] : data["user"], member);
    out.set_event_id("INTERACTION_CREATE:" + interaction.id.text());
    out.set_sent_at_ms(interaction.id.unix_ms());
    // A press is meant for the bot like a reply to its message.
    out.set_addressing(interaction.type == InteractionType::command ? wire::ADDRESSED_COMMAND
                                                                    : wire::ADDRESSED_REPLY);
    out.set_awaits_answer(interaction.type != InteractionType::component); // "… is thinking"
    out.set_logical_id(out.event_id());
    translation.message = interaction.id;
}

} // namespace

InteractionTranslation translate_interaction(json::View data, World& world, bool ephemeral) {
    InteractionTranslation out;
    out.translation.ignored_because = "malformed";
    const auto id = Snowflake::parse(data["id"].text());
    if (!id || data["token"].text().empty() || !data["type"].is_integer()) return out;
    const auto type = static_cast<InteractionType>(data["type"].integer());
    out.interaction = Interaction{.id = *id,
                                  .token = std::string(data["token"].text()),
                                  .type = type,
                                  .is_ephemeral = ephemeral && type == InteractionType::command};
    if (const auto limit = data["attachment_size_limit"].integer(); limit > 0)
        out.interaction->largest_upload =
            std::min(static_cast<std::size_t>(limit), most_of_a_request);
    out.translation.ignored_because = "ours";
    if (type == InteractionType::ping || type == InteractionType::autocomplete) return out;
    const auto where = Snowflake::parse(data["channel_id"].text());
    const auto user = data["member"] ? data["member"]["user"] : data["user"];
    if (!where || !Snowflake::parse(user["id"].text())) return out;
    out.translation.kind = Translation::Kind::message;
    out.translation.channel = *where;
    fill(out.translation, data, *out.interaction, world);
    if (type == InteractionType::command) read_command(out.translation, data["data"]);
    if (type == InteractionType::component) read_press(out.translation, data["data"]);
    if (type == InteractionType::form) read_form(out.translation, data["data"]);
    return out;
}

std::string acknowledgement_body(const Interaction& interaction) {
    json::Writer body;
    body.begin_object();
    switch (interaction.type) {
    case InteractionType::ping:
        body.member("type", std::to_underlying(Callback::pong));
        break;
    case InteractionType::autocomplete:
        body.member("type", std::to_underlying(Callback::choices));
        body.key("data").begin_object().key("choices").begin_array().end_array().end_object();
        break;
    case InteractionType::component:
        body.member("type", std::to_underlying(Callback::deferred_update));
        break;
    case InteractionType::command:
    case InteractionType::form:
        body.member("type", std::to_underlying(Callback::deferred_message));
        if (interaction.is_ephemeral)
            body.key("data").begin_object().member("flags", deferred_ephemeral_flag).end_object();
        break;
    }
    return body.end_object().take();
}

} // namespace openclaw::discord
