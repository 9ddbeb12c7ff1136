#include "common/config/migrate.h"

#include "common/base/strings.h"

#include <algorithm>
#include <array>

namespace openclaw::config {

namespace {

struct Rename {
    std::string_view from, to; // dotted paths; an empty `to`: the key is retired and has no effect
};

constexpr std::array<Rename, 12> root_renames = {{
    {"session.idleMinutes", "session.reset.idleMinutes"},
    {"session.resetByType.dm", "session.resetByType.direct"},
    {"messages.messagePrefix", "messages.responsePrefix"},
    {"cron.failureDestination", "cron.failureAlert"},
    {"gateway.nodes.allowCommands", "gateway.nodes.commands.allow"},
    {"gateway.nodes.denyCommands", "gateway.nodes.commands.deny"},
    {"audit", "logging.audit"},
    {"routing.allowFrom", "channels.whatsapp.allowFrom"},
    {"routing.groupChat", "messages.groupChat"},
    {"gateway.reload.debounceMs", ""},
    {"gateway.reload.deferralTimeoutMs", ""},
    {"session.mainKey", ""},
}};

// Below channels.<c> and channels.<c>.accounts.<a>.
constexpr std::array<Rename, 6> channel_renames = {{
    {"requireMention", R"(groups.*.requireMention)"},
    {"messagePrefix", "responsePrefix"},
    {"streamMode", "streaming.mode"},
    {"chunkMode", "streaming.chunkMode"},
    {"blockStreaming", "streaming.block.enabled"},
    {"draftChunk", "streaming.preview.chunk"},
}};

Node* descend(Node& root, std::span<const std::string_view> steps) {
    Node* node = &root;
    for (const auto step : steps) {
        node = node->find(step);
        if (node == nullptr) return nullptr;
    }
    return node;
}

// The object to put something in; null when something else stands in the way.
Node* make_way(Node& root, std::span<const std::string_view> steps) {
    Node* node = &root;
    for (const auto step : steps) {
        Node* below = node->find(step);
        node = below != nullptr ? below : &node->set(step, object_node());
        if (!node->is_object()) return nullptr;
    }
    return node;
}

Place key_place(const Node& holder, std::string_view key) {
    const auto found = std::ranges::find(holder.members, key, &Member::key);
    return found == holder.members.end() ? Place{} : found->place;
}

void apply(const Rename& rename, Node& root, std::string_view where, std::vector<Note>& notes) {
    const auto from = split(rename.from, '.');
    Node* holder = descend(root, std::span(from).first(from.size() - 1));
    if (holder == nullptr || holder->find(from.back()) == nullptr) return;
    const Place place = key_place(*holder, from.back());
    Node value = std::move(*holder->find(from.back()));
    holder->erase(from.back());
    const std::string old_name = std::string(where) + std::string(rename.from);
    if (rename.to.empty())
        return notes.push_back({place, old_name + " is retired and has no effect: remove it"});
    const auto to = split(rename.to, '.');
    Node* target = make_way(root, std::span(to).first(to.size() - 1));
    notes.push_back(
        {place, old_name + " is now called " + std::string(where) + std::string(rename.to)});
    if (target != nullptr && target->find(to.back()) == nullptr)
        target->set(to.back(), std::move(value));
}

// streaming: "partial", or true, or false.
void widen_streaming(Node& channel, std::string_view where, std::vector<Note>& notes) {
    Node* streaming = channel.find("streaming");
    if (streaming == nullptr || (!streaming->is_string() && streaming->kind != Kind::boolean))
        return;
    Node mode = *streaming;
    if (mode.kind == Kind::boolean)
        mode.text = mode.boolean ? "partial" : "off", mode.kind = Kind::string;
    notes.push_back({streaming->place, std::string(where) +
                                           "streaming is now an object: write streaming: { mode: " +
                                           json::quoted(mode.text) + " }"});
    Node object = object_node();
    object.place = streaming->place;
    object.set("mode", std::move(mode));
    *streaming = std::move(object);
}

void migrate_channel(Node& channel, const std::string& where, std::vector<Note>& notes) {
    if (!channel.is_object()) return;
    widen_streaming(channel, where, notes);
    for (const Rename& rename : channel_renames)
        apply(rename, channel, where, notes);
}

void migrate_channels(Node& root, std::vector<Note>& notes) {
    Node* channels = root.find("channels");
    if (channels == nullptr) return;
    for (Member& channel : channels->members) {
        const std::string where = "channels." + channel.key + ".";
        migrate_channel(channel.value, where, notes);
        Node* accounts = channel.value.find("accounts");
        if (accounts == nullptr) continue;
        for (Member& account : accounts->members)
            migrate_channel(account.value, where + "accounts." + account.key + ".", notes);
    }
}

// agents.list[] with ids becomes agents.entries{}.
void migrate_agents(Node& root, std::vector<Note>& notes) {
    Node* agents = root.find("agents");
    Node* list = agents == nullptr ? nullptr : agents->find("list");
    if (list == nullptr || !list->is_array()) return;
    notes.push_back(
        {list->place, "agents.list is now called agents.entries, with the ids as keys"});
    Node moved = std::move(*list);
    agents->erase("list");
    Node* entries = agents->find("entries");
    if (entries == nullptr) entries = &agents->set("entries", object_node());
    for (Node& agent : moved.elements) {
        const Node* id = agent.find("id");
        if (id == nullptr || !id->is_string() || entries->find(id->text) != nullptr) continue;
        entries->members.push_back(
            {.key = id->text, .place = agent.place, .value = std::move(agent)});
    }
}

// session.idleMinutes alone meant: by idleness.
void complete_idle_rule(Node& root) {
    Node* reset = root.find("session") == nullptr ? nullptr : root.find("session")->find("reset");
    if (reset != nullptr && reset->find("idleMinutes") != nullptr && reset->find("mode") == nullptr)
        reset->set("mode", text_node("idle"));
}

void drop_if_empty(Node& root, std::string_view key) {
    const Node* node = root.find(key);
    if (node != nullptr && node->is_object() && node->members.empty()) root.erase(key);
}

} // namespace

void migrate(Node& root, std::vector<Note>& notes) {
    for (const Rename& rename : root_renames)
        apply(rename, root, "", notes);
    complete_idle_rule(root);
    drop_if_empty(root, "routing");
    migrate_agents(root, notes);
    migrate_channels(root, notes);
}

} // namespace openclaw::config
