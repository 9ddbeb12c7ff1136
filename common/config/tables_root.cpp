// The top level: CONFIG.md 3.1. Blocks this build does not act on are accepted whole.
#include "common/config/config.h"
#include "common/config/field_rows.h"
#include "common/config/tables.h"

namespace openclaw::config {

namespace {

constexpr Field members = plain_entry<SenderList>();

constexpr std::array access_group_fields = {
    set<&AccessGroup::type>("type", Reload::channel),
    map_of<&AccessGroup::members>("members", Reload::channel, members),
};
constexpr Section access_group_section{access_group_fields};

constexpr std::array root_fields = {
    part<&Config::gateway>("gateway", gateway_section),
    part<&Config::agents>("agents", agents_section),
    part<&Config::models>("models", models_section),
    list_of<&Config::bindings>("bindings", Reload::none, binding_section),
    part<&Config::session>("session", session_section),
    part<&Config::messages>("messages", messages_section),
    part<&Config::commands>("commands", commands_section),
    part<&Config::logging>("logging", logging_section),
    elsewhere("channels", Reload::channel),
    map_of<&Config::access_groups>("accessGroups", Reload::channel, access_group_section),
    elsewhere("secrets", Reload::none),
    elsewhere("env", Reload::restart),
    elsewhere("$schema", Reload::none),
    elsewhere("meta", Reload::none),
    elsewhere("wizard", Reload::none),
    known("acp", Reload::hot),
    known("approvals", Reload::hot),
    known("attachments", Reload::restart),
    known("audio", Reload::none),
    known("auth", Reload::hot),
    known("broadcast", Reload::hot),
    known("browser", Reload::restart),
    known("cli", Reload::none),
    known("cloudWorkers", Reload::restart),
    known("cron", Reload::hot),
    known("desktop", Reload::restart),
    known("diagnostics", Reload::hot),
    known("discovery", Reload::restart),
    known("hooks", Reload::hot),
    known("identity", Reload::none),
    known("mcp", Reload::hot),
    known("media", Reload::restart),
    known("memory", Reload::restart),
    known("nodeHost", Reload::restart),
    known("plugins", Reload::hot),
    known("presence", Reload::restart),
    known("proxy", Reload::restart),
    known("security", Reload::hot),
    known("skills", Reload::none),
    known("surfaces", Reload::channel),
    known("talk", Reload::none),
    known("telemetry", Reload::hot),
    known("tools", Reload::hot),
    known("transcripts", Reload::restart),
    known("tts", Reload::channel),
    known("ui", Reload::none),
    known("update", Reload::hot),
    known("voicewake", Reload::none),
    known("worktreeAcceleration", Reload::restart),
    known("worktreeRoot", Reload::restart),
};

} // namespace

constinit const Section root_section{root_fields};

} // namespace openclaw::config
