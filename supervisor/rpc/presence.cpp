#include "supervisor/rpc/presence.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "common/version.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>

namespace openclaw::rpc {

namespace {

constexpr Milliseconds shown_after_leaving = std::chrono::minutes(5);
constexpr std::size_t max_entries = 200;

// The first address others could reach us at; loopback when there is none.
std::string own_address() {
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) return "127.0.0.1";
    std::string found = "127.0.0.1";
    for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
        if (at->ifa_addr == nullptr || at->ifa_addr->sa_family != AF_INET) continue;
        const auto& address = *reinterpret_cast<const sockaddr_in*>(at->ifa_addr);
        if ((ntohl(address.sin_addr.s_addr) >> 24) == 127) continue;
        char text[INET_ADDRSTRLEN] = "";
        inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
        found = text;
        break;
    }
    freeifaddrs(list);
    return found;
}

// An object without its closing brace, so that reason and ts can follow.
std::string open_object(json::Writer&& writer) {
    std::string text = writer.take();
    text.pop_back();
    return text;
}

std::string self_entry() {
    utsname machine{};
    uname(&machine);
    const std::string host = machine.nodename, ip = own_address();
    const std::string about = "Gateway: " + host + " (" + ip + ") · app " + std::string(version) +
                              " · mode gateway · reason self";
    json::Writer out;
    out.begin_object().member("host", host).member("ip", ip).member("version", version);
    out.member("platform", "linux " + std::string(machine.release))
        .member("deviceFamily", "Linux")
        .member("mode", "gateway");
    out.member("instanceId", uuid_v4()).member("text", about).end_object();
    return open_object(std::move(out));
}

bool is_lasting(const Peer& peer) {
    static constexpr std::array<std::string_view, 3> short_lived = {"cli", "backend", "probe"};
    return std::ranges::find(short_lived, peer.client.mode) == short_lived.end();
}

std::string key_of(const Peer& peer) {
    if (!peer.device_id.empty()) return peer.device_id;
    return peer.client.instance_id.empty() ? peer.connection_id : peer.client.instance_id;
}

std::string describe(const Peer& peer, std::int64_t now_ms) {
    const ClientInfo& client = peer.client;
    const std::string host = client.display_name.empty() ? client.id : client.display_name;
    json::Writer out;
    const auto optional = [&out](std::string_view name, const std::string& value) {
        if (!value.empty()) out.member(name, value);
    };
    out.begin_object()
        .member("clientId", client.id)
        .member("mode", client.mode)
        .member("onlineSince", now_ms);
    out.key("roles").begin_array().value(policy::word(peer.role)).end_array();
    out.key("scopes").begin_array();
    for (const auto& scope : peer.scopes)
        out.value(scope);
    out.end_array().member("text", "Node: " + host + " · mode " + client.mode).member("host", host);
    optional("ip", peer.ip);
    optional("version", client.version);
    optional("platform", client.platform);
    optional("deviceFamily", client.device_family);
    optional("timeZone", client.time_zone);
    optional("deviceId", peer.device_id);
    out.member("instanceId", client.instance_id.empty() ? peer.connection_id : client.instance_id)
        .end_object();
    return open_object(std::move(out));
}

void append(std::string& out, std::string_view entry, std::string_view reason, std::int64_t at_ms) {
    out.append(entry)
        .append(R"(,"reason":")")
        .append(reason)
        .append(R"(","ts":)")
        .append(std::to_string(at_ms))
        .append("}");
}

} // namespace

Presence::Presence(const Clock& clock, Events& events)
    : clock_(clock)
    , events_(events)
    , self_(self_entry()) {}

void Presence::arrived(const Peer& peer) {
    if (!is_lasting(peer)) return;
    const std::string key = key_of(peer);
    std::erase_if(entries_, [&](const Entry& entry) { return entry.key == key; });
    if (entries_.size() >= max_entries) entries_.erase(entries_.begin());
    entries_.push_back({.key = key,
                        .connection_id = peer.connection_id,
                        .json_without_reason = describe(peer, clock_.unix_ms()),
                        .reason = "connect",
                        .at_ms = clock_.unix_ms()});
    announce();
}

void Presence::left(const Peer& peer) {
    const auto entry = std::ranges::find(entries_, peer.connection_id, &Entry::connection_id);
    if (entry == entries_.end()) return;
    entry->is_here = false;
    entry->reason = "disconnect";
    entry->at_ms = clock_.unix_ms();
    announce();
}

std::string Presence::to_json() {
    forget_old();
    std::string out = "[";
    append(out, self_, "self", clock_.unix_ms());
    for (const Entry& entry : entries_) {
        out += ',';
        append(out, entry.json_without_reason, entry.reason, entry.at_ms);
    }
    return out += ']';
}

void Presence::announce() {
    ++events_.versions.presence;
    events_.send({.name = "presence",
                  .payload = R"({"presence":)" + to_json() + "}",
                  .extra = events_.version_member(),
                  .drop_if_slow = true});
}

void Presence::forget_old() {
    const auto horizon = clock_.unix_ms() - shown_after_leaving.count();
    std::erase_if(entries_,
                  [&](const Entry& entry) { return !entry.is_here && entry.at_ms < horizon; });
}

} // namespace openclaw::rpc
