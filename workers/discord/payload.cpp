#include "workers/discord/payload.h"

#include "common/json/write.h"

#include <utility>

namespace openclaw::discord {

namespace {

constexpr int custom_activity = 4;

json::Writer begin(Op op) {
    json::Writer out;
    out.begin_object().member("op", std::to_underlying(op));
    return out;
}

void write_presence(json::Writer& out, const Presence& presence) {
    out.begin_object();
    out.key("since").null();
    out.key("activities").begin_array();
    if (!presence.activity.empty()) {
        const bool is_custom = presence.activity_type == custom_activity;
        out.begin_object()
            .member("name", is_custom ? std::string("Custom Status") : presence.activity)
            .member("type", presence.activity_type);
        if (is_custom) out.member("state", presence.activity);
        if (!presence.activity_url.empty()) out.member("url", presence.activity_url);
        out.end_object();
    }
    out.end_array().member("status", presence.status).member("afk", false).end_object();
}

} // namespace

std::string identify_payload(const Identify& who) {
    auto out = begin(Op::identify);
    out.key("d").begin_object();
    out.member("token", who.token.reveal()).member("intents", who.intents);
    out.key("properties")
        .begin_object()
        .member("os", "linux")
        .member("browser", "openclaw")
        .member("device", "openclaw")
        .end_object();
    out.key("presence");
    write_presence(out, who.presence);
    out.end_object().end_object();
    return out.take();
}

std::string resume_payload(const Secret& token, const std::string& session_id, std::int64_t seq) {
    auto out = begin(Op::resume);
    out.key("d")
        .begin_object()
        .member("token", token.reveal())
        .member("session_id", session_id)
        .member("seq", seq)
        .end_object()
        .end_object();
    return out.take();
}

std::string heartbeat_payload(std::optional<std::int64_t> seq) {
    auto out = begin(Op::heartbeat);
    out.key("d");
    seq ? out.value(*seq) : out.null();
    return out.end_object().take();
}

std::string presence_payload(const Presence& presence) {
    auto out = begin(Op::presence);
    out.key("d");
    write_presence(out, presence);
    return out.end_object().take();
}

std::string gateway_address(std::string url, bool compressed) {
    const auto scheme = url.find("://");
    const auto path = url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
    const auto query = url.find('?');
    if (query == std::string::npos) {
        if (path == std::string::npos) url += '/';
        url += '?';
    } else if (!url.ends_with('?') && !url.ends_with('&')) {
        url += '&';
    }
    url += "v=10&encoding=json";
    if (compressed) url += "&compress=zlib-stream";
    return url;
}

} // namespace openclaw::discord
