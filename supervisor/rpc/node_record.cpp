#include "supervisor/rpc/node_record.h"

#include "common/json/read.h"
#include "supervisor/rpc/absent.h"

#include <algorithm>
#include <array>

namespace openclaw::rpc {

namespace {

// Families of commands and caps that only machines in a pocket have.
constexpr std::array<std::string_view, 8> pocket_only = {
    "camera", "location", "sms", "contacts", "calendar", "photos", "motion", "device"};
// And those only a machine with a shell has.
constexpr std::array<std::string_view, 4> desk_only = {"system", "browser", "fs", "terminal"};

bool is_pocket(std::string_view platform) {
    return platform.starts_with("ios") || platform.starts_with("android") ||
           platform.starts_with("watchos") || platform.starts_with("iPad");
}

std::string_view family(std::string_view name) {
    return name.substr(0, name.find('.'));
}

bool is_possible(std::string_view name, std::string_view platform) {
    const bool pocket = is_pocket(platform);
    const bool is_mac = platform.starts_with("macos") || platform.starts_with("macOS") ||
                        platform.starts_with("darwin");
    const auto in = [&](const auto& families) {
        return std::ranges::find(families, family(name)) != families.end();
    };
    if (in(desk_only)) return !pocket;
    return !in(pocket_only) || pocket || is_mac;
}

constexpr std::size_t max_claims = 256;

std::vector<std::string> possible(const std::vector<std::string>& names,
                                  std::string_view platform) {
    std::vector<std::string> kept;
    for (const auto& name : names)
        if (is_possible(name, platform) && kept.size() < max_claims) kept.push_back(name);
    return kept;
}

// Commands that run what they are told.
bool is_powerful(std::string_view command) {
    static constexpr std::array<std::string_view, 4> whole = {"system.run", "system.run.prepare",
                                                              "system.which", "fs.listDir"};
    return std::ranges::find(whole, command) != whole.end() ||
           command.starts_with("browser.proxy") || command.starts_with("system.execApprovals.");
}

bool has_all(const std::vector<std::string>& held, const std::vector<std::string>& wanted) {
    return std::ranges::all_of(
        wanted, [&](const std::string& one) { return std::ranges::find(held, one) != held.end(); });
}

void write_list(json::Writer& out, std::string_view name, const std::vector<std::string>& texts) {
    out.key(name).begin_array();
    for (const auto& text : texts)
        out.value(text);
    out.end_array();
}

std::vector<std::string> read_list(json::View list) {
    std::vector<std::string> texts;
    list.each_element([&](json::View text) {
        texts.emplace_back(text.text());
        return true;
    });
    return texts;
}

void write_self(json::Writer& out, const NodeRecord& node) {
    out.member("clientId", node.client_id).member("clientMode", node.client_mode);
    out.member("displayName", node.display_name).member("platform", node.platform);
    out.member("version", node.version);
    if (!node.device_family.empty()) out.member("deviceFamily", node.device_family);
}

void write_seen(json::Writer& out, const NodeRecord& node) {
    if (node.last_connected_at_ms > 0) out.member("lastConnectedAtMs", node.last_connected_at_ms);
    out.member("lastSeenAtMs", node.last_seen_at_ms)
        .member("lastSeenReason", node.last_seen_reason);
}

using Text = std::pair<std::string_view, std::string NodeRecord::*>;
using Time = std::pair<std::string_view, std::int64_t NodeRecord::*>;

constexpr std::array<Text, 7> texts = {{
    {"displayName", &NodeRecord::display_name},
    {"platform", &NodeRecord::platform},
    {"version", &NodeRecord::version},
    {"clientId", &NodeRecord::client_id},
    {"clientMode", &NodeRecord::client_mode},
    {"deviceFamily", &NodeRecord::device_family},
    {"lastSeenReason", &NodeRecord::last_seen_reason},
}};

constexpr std::array<Time, 4> times = {{
    {"createdAtMs", &NodeRecord::created_at_ms},
    {"approvedAtMs", &NodeRecord::approved_at_ms},
    {"lastConnectedAtMs", &NodeRecord::last_connected_at_ms},
    {"lastSeenAtMs", &NodeRecord::last_seen_at_ms},
}};

} // namespace

bool NodeSurface::holds(const NodeSurface& other) const {
    return has_all(caps, other.caps) && has_all(commands, other.commands);
}

std::string to_json(const NodeRecord& node) {
    json::Writer out;
    out.begin_object();
    for (const auto& [name, member] : texts)
        out.member(name, node.*member);
    for (const auto& [name, member] : times)
        out.member(name, node.*member);
    if (node.approved) {
        write_list(out, "caps", node.approved->caps);
        write_list(out, "commands", node.approved->commands);
    }
    return out.end_object().take();
}

NodeRecord node_from(const std::string& id, std::string_view json) {
    NodeRecord node;
    node.id = id;
    const auto document = json::Document::parse(json);
    if (!document) return node;
    const auto root = document->root();
    for (const auto& [name, member] : texts)
        node.*member = root[name].text();
    for (const auto& [name, member] : times)
        node.*member = root[name].integer();
    if (root["commands"])
        node.approved =
            NodeSurface{.caps = read_list(root["caps"]), .commands = read_list(root["commands"])};
    return node;
}

void learn(NodeRecord& node, const Peer& peer, std::int64_t now_ms) {
    node.id = peer.device_id;
    if (node.display_name.empty())
        node.display_name =
            peer.client.display_name.empty() ? peer.client.id : peer.client.display_name;
    node.platform = peer.client.platform;
    node.version = peer.client.version;
    node.client_id = peer.client.id;
    node.client_mode = peer.client.mode;
    node.device_family = peer.client.device_family;
    if (node.created_at_ms == 0) node.created_at_ms = now_ms;
    node.connected_at_ms = node.last_connected_at_ms = node.last_seen_at_ms = now_ms;
    node.last_seen_reason = "connect";
}

NodeSurface allowed_claim(const Peer& peer) {
    return {.caps = possible(peer.caps, peer.client.platform),
            .commands = possible(peer.commands, peer.client.platform)};
}

std::vector<std::string> scopes_to_approve(const NodeSurface& surface) {
    std::vector<std::string> scopes{std::string(policy::scope::pairing)};
    if (std::ranges::any_of(surface.commands,
                            [](const auto& command) { return is_powerful(command); }))
        scopes.emplace_back(policy::scope::admin);
    else if (!surface.commands.empty())
        scopes.emplace_back(policy::scope::write);
    return scopes;
}

void write_node(json::Writer& out, const NodeRecord& node) {
    const bool waits = node.pending.has_value();
    out.member("nodeId", node.id);
    write_self(out, node);
    const NodeSurface surface = node.approved.value_or(NodeSurface{});
    write_list(out, "caps", surface.caps);
    write_list(out, "commands", surface.commands);
    out.member("sessionHost", false).key("nodePluginTools").begin_array().end_array();
    out.member("approvalState", waits || !node.approved ? "pending-approval" : "approved");
    if (waits) {
        out.member("pendingRequestId", node.request_id);
        write_list(out, "pendingDeclaredCaps", node.pending->caps);
        write_list(out, "pendingDeclaredCommands", node.pending->commands);
    }
    if (node.connected_at_ms > 0) out.member("connectedAtMs", node.connected_at_ms);
    write_seen(out, node);
    if (node.approved_at_ms > 0) out.member("approvedAtMs", node.approved_at_ms);
    out.member("paired", true).member("connected", node.connected_at_ms > 0);
    if (node.presence_at_ms > 0) {
        write_or_null(out, "lastActiveAtMs", node.last_active_at_ms);
        out.member("presenceUpdatedAtMs", node.presence_at_ms);
    }
    if (!node.host_stats_json.empty()) out.raw_member("hostStats", node.host_stats_json);
}

void write_pending(json::Writer& out, const NodeRecord& node) {
    const NodeSurface surface = node.pending.value_or(NodeSurface{});
    out.begin_object().member("requestId", node.request_id).member("nodeId", node.id);
    write_self(out, node);
    write_list(out, "caps", surface.caps);
    write_list(out, "commands", surface.commands);
    write_list(out, "requiredApproveScopes", scopes_to_approve(surface));
    out.member("ts", node.requested_at_ms).end_object();
}

void write_paired(json::Writer& out, const NodeRecord& node) {
    const NodeSurface surface = node.approved.value_or(NodeSurface{});
    out.begin_object().member("nodeId", node.id);
    write_self(out, node);
    write_list(out, "caps", surface.caps);
    write_list(out, "commands", surface.commands);
    out.member("createdAtMs", node.created_at_ms).member("approvedAtMs", node.approved_at_ms);
    write_seen(out, node);
    out.end_object();
}

} // namespace openclaw::rpc
