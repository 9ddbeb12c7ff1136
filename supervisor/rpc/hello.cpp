#include "supervisor/rpc/hello.h"

#include "common/json/write.h"
#include "common/version.h"
#include "supervisor/policy/attached_files.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/device_row.h"
#include "supervisor/rpc/handshake.h"

namespace openclaw::rpc {

namespace {

void write_server(json::Writer& out, const Peer& peer, const GatewayFacts& facts) {
    out.key("server").begin_object().member("version", version).member("buildId", build_id);
    out.member("bootId", facts.boot_id).member("connId", peer.connection_id).end_object();
}

void write_features(json::Writer& out, const MethodTable& methods) {
    out.key("features").begin_object().key("methods").begin_array();
    for (const auto name : methods.names())
        out.value(name);
    out.end_array().key("events").begin_array();
    for (const auto name : event_names())
        out.value(name);
    out.end_array().key("capabilities").begin_array().end_array().end_object();
}

void write_session_defaults(json::Writer& out, const GatewayFacts& facts) {
    const std::string& agent = facts.agents.default_id;
    out.key("sessionDefaults")
        .begin_object()
        .member("defaultAgentId", agent)
        .member("modelConfigured", facts.model_configured);
    out.member("mainKey", "main")
        .member("mainSessionKey", policy::main_session_key(agent))
        .member("scope", "per-sender")
        .end_object();
}

void write_snapshot(json::Writer& out, const Peer& peer, const HelloParts& parts) {
    const GatewayFacts& facts = parts.facts;
    out.key("snapshot")
        .begin_object()
        .key("suspension")
        .begin_object()
        .member("phase", "accepting")
        .end_object();
    out.raw_member("presence", parts.presence.to_json())
        .raw_member("health", parts.health.payload());
    out.key("stateVersion").begin_object().member("presence", parts.events.versions.presence);
    out.member("health", parts.events.versions.health)
        .end_object()
        .member("uptimeMs", parts.now_ms - facts.started_at_ms);
    if (!facts.applied_config_hash.empty())
        out.member("appliedConfigHash", facts.applied_config_hash);
    write_session_defaults(out, facts);
    if (peer.may(policy::scope::admin))
        out.member("configPath", facts.config_path)
            .member("stateDir", facts.state_directory)
            .member("authMode", facts.auth_mode);
    out.end_object();
}

// A setup code may bring tokens for other roles.
void write_other_tokens(json::Writer& out, const Grant& tokens) {
    out.key("deviceTokens").begin_array();
    for (std::size_t i = 1; i < tokens.size(); ++i) {
        out.begin_object().member("deviceToken", tokens[i].value.reveal());
        out.member("role", tokens[i].role);
        write_words(out, "scopes", tokens[i].scopes);
        out.member("issuedAtMs", tokens[i].issued_at_ms).end_object();
    }
    out.end_array();
}

void write_auth(json::Writer& out, const Peer& peer, const HelloSecrets& secrets) {
    out.key("auth")
        .begin_object()
        .member("method", peer.auth_method)
        .member("role", policy::word(peer.role));
    write_words(out, "scopes", peer.scopes);
    if (peer.role == policy::Role::operator_role && !secrets.recovery_scope.empty())
        out.member("recoveryScope", secrets.recovery_scope);
    if (!secrets.tokens.empty()) {
        out.member("deviceToken", secrets.tokens.front().value.reveal());
        out.member("issuedAtMs", secrets.tokens.front().issued_at_ms);
    }
    if (secrets.tokens.size() > 1) write_other_tokens(out, secrets.tokens);
    out.end_object();
}

void write_policy(json::Writer& out) {
    out.key("policy")
        .begin_object()
        .member("maxPayload", max_payload_bytes)
        .member("maxBufferedBytes", max_buffered_bytes);
    out.member("tickIntervalMs", tick_every.count());
    out.key("attachments")
        .begin_object()
        .member("maxBytes", policy::max_client_file_bytes)
        .member("maxImageBytes", policy::max_image_bytes)
        .end_object();
    out.end_object();
}

} // namespace

std::string hello_payload(const Peer& peer, const HelloParts& parts, const HelloSecrets& secrets) {
    json::Writer out;
    out.begin_object().member("type", "hello-ok").member("protocol", protocol_version);
    write_server(out, peer, parts.facts);
    write_features(out, parts.methods);
    write_snapshot(out, peer, parts);
    write_auth(out, peer, secrets);
    write_policy(out);
    return out.end_object().take();
}

} // namespace openclaw::rpc
