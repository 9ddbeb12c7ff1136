#include "supervisor/rpc/dashboard.h"

#include "common/json/write.h"
#include "common/version.h"
#include "supervisor/policy/session_key.h"

#include <array>

namespace openclaw::rpc {

namespace {

// A part of the original that is not in this build: there is none of it, for anybody.
struct Absence {
    std::string_view method, scope, answer;
};

constexpr std::string_view read = policy::scope::read, write = policy::scope::write;

constexpr std::array<Absence, 18> absences = {{
    {"openclaw.approval.list", policy::scope::approvals, "[]"},
    // There are no user profiles; the page keeps its settings in the browser.
    {"users.prefs.get", read, R"({"status":"no_durable_identity"})"},
    {"users.prefs.set", write, R"({"status":"no_durable_identity"})"},
    {"sessions.observer.visibility", read, R"({"ok":true})"},
    {"talk.catalog", read,
     R"({"modes":[],"transports":[],"brains":[],"speech":{"providers":[]},)"
     R"("transcription":{"providers":[]},"realtime":{"providers":[]}})"},
    {"progressCard.get", read, R"({"card":null})"},
    {"sessions.companion.state", read, R"({"exchanges":[]})"},
    {"taskSuggestions.list", read, R"({"suggestions":[]})"},
    {"session.discussion.info", read, R"({"state":"none"})"},
    {"sessions.github.options", read,
     R"({"personal":null,"shared":null,"pendingPersonal":null,"latestShared":null})"},
    {"sessions.catalog.list", read, R"({"catalogs":[]})"},
    {"projects.list", read, R"({"projects":[]})"},
    {"controlUi.sessionPullRequests.subscribe", read, R"({"subscribed":false})"},
    {"plugin.approval.list", policy::scope::approvals, "[]"},
    {"question.list", policy::scope::questions, R"({"questions":[]})"},
    {"sessions.groups.defaults", write, R"({"defaults":[]})"},
    {"worktrees.list", read, R"({"worktrees":[]})"},
    {"artifacts.list", read, R"({"artifacts":[]})"},
}};

std::string canonical(Call& call, const GatewayFacts& facts) {
    const auto key =
        policy::canonical_session_key(call.params["sessionKey"].text(), facts.agents.default_id);
    return key ? *key : std::string(call.params["sessionKey"].text());
}

// Nothing was ever put on it.
void board(Call& call, const GatewayFacts& facts) {
    json::Writer out;
    out.begin_object().member("sessionKey", canonical(call, facts)).member("revision", 0);
    for (const auto* empty : {"tabs", "widgets"})
        out.key(empty).begin_array().end_array();
    call.reply.ok(out.end_object().text());
}

// Sessions are not shared between people here: whoever may read one is its owner.
void members(Call& call, const GatewayFacts& facts) {
    json::Writer out;
    out.begin_object().member("sessionKey", canonical(call, facts));
    for (const auto* empty : {"members", "identities"})
        out.key(empty).begin_array().end_array();
    out.member("role", call.peer.may(policy::scope::admin) ? "admin" : "owner");
    out.key("allowedVisibilities").begin_array().value("shared").end_array();
    call.reply.ok(out.end_object().text());
}

void plugin_pages(Call& call) {
    json::Writer out;
    out.begin_object().member("revision", build_id);
    for (const auto* empty : {"plugins", "diagnostics"})
        out.key(empty).begin_array().end_array();
    call.reply.ok(out.end_object().text());
}

void surfaces(Call& call) {
    json::Writer out;
    out.begin_object().member("surface", call.params["surface"].text("canvas"));
    out.key("pluginSurfaceUrls").begin_object().end_object().member("expiresAtMs", 0);
    call.reply.ok(out.end_object().text());
}

// The original's answer to a caller without a user profile, which nobody has here.
void mentions(Call& call) {
    call.reply.fail(WireError{.code = "FORBIDDEN",
                              .message = "Human mentions require a verified user profile. Sign in "
                                         "to use mentions."});
}

// Runs happen on this machine and nowhere else.
void environments(Call& call) {
    json::Writer out;
    out.begin_object().key("environments").begin_array().begin_object();
    out.member("id", "gateway").member("type", "local").member("label", "Gateway local");
    out.member("status", "available").member("platform", "linux").member("sessionHost", true);
    out.member("trust", "persistent").key("capabilities").begin_array();
    out.value("agent.run").value("sessions").end_array().end_object();
    call.reply.ok(out.end_array().end_object().text());
}

constexpr std::size_t max_viewed = 256;

// What this connection has on its screen.
void viewers(Call& call) {
    auto& viewed = call.peer.subscriptions.viewed_sessions;
    viewed.clear();
    json::Writer out;
    out.begin_object().key("sessionKeys").begin_array();
    call.params["sessionKeys"].each_element([&](json::View key) {
        if (viewed.size() >= max_viewed) return false;
        viewed.emplace(key.text());
        out.value(key.text());
        return true;
    });
    call.reply.ok(out.end_array().end_object().text());
}

constexpr std::array viewer_params = {Field{.name = "sessionKeys", .kind = Kind::string_list}};

} // namespace

void add_dashboard(MethodTable& table, const GatewayFacts& facts) {
    for (const auto& absence : absences)
        table.add({.name = absence.method,
                   .scope = absence.scope,
                   .unknown = Unknown::ignored,
                   .handler = [answer = absence.answer](Call& call) { call.reply.ok(answer); }});
    const auto add = [&](std::string_view name, Handler handler) {
        table.add({.name = name,
                   .scope = read,
                   .unknown = Unknown::ignored,
                   .handler = std::move(handler)});
    };
    add("board.get", [&facts](Call& call) { board(call, facts); });
    add("session.members.listEvidence", [&facts](Call& call) { members(call, facts); });
    add("plugins.controlUi.list", plugin_pages);
    add("plugin.surface.refresh", surfaces);
    add("mentions.list", mentions);
    add("environments.list", environments);
    table.add({.name = "sessions.viewers.set",
               .scope = read,
               .params = viewer_params,
               .unknown = Unknown::ignored,
               .handler = viewers});
}

} // namespace openclaw::rpc
