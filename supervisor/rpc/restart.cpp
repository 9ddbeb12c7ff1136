#include "supervisor/rpc/restart.h"

#include "common/json/write.h"

#include <unistd.h>

#include <array>

namespace openclaw::rpc {

namespace {

std::string preflight_json(const flow::AgentRuns& runs, const Automations& automations) {
    const auto active = runs.active_count();
    json::Writer out;
    out.begin_object().member("safe", active == 0).key("counts").begin_object();
    for (const auto* none : {"queueSize", "pendingReplies"})
        out.member(none, 0);
    out.member("embeddedRuns", active).member("cronRuns", automations.running_count());
    for (const auto* none : {"backgroundExecSessions", "rootRequests", "activeTasks"})
        out.member(none, 0);
    out.member("totalActive", active).end_object().key("blockers").begin_array();
    if (active > 0)
        out.begin_object().member("kind", "embedded-run").member("count", active).end_object();
    out.end_array();
    return out
        .member("summary", active == 0 ? "safe to restart now"
                                       : "runs in progress end first, within the drain budget")
        .end_object()
        .take();
}

void request(Call& call, const flow::AgentRuns& runs, const Automations& automations,
             const RestartGateway& restart) {
    const std::string reason(call.params["reason"].text("requested by a client"));
    const std::string preflight = preflight_json(runs, automations);
    const bool is_first = restart(reason);
    json::Writer out;
    out.begin_object().member("ok", true).member("status", "scheduled");
    out.raw_member("preflight", preflight).key("restart").begin_object().member("ok", true);
    out.member("pid", getpid()).member("signal", "SIGUSR1").member("reason", reason);
    out.member("mode", "exec").member("cooldownMsApplied", 0).member("delayMs", 0);
    out.member("coalesced", !is_first).member("emitHooksQueued", false);
    call.reply.ok(out.end_object().end_object().text());
}

void request_upgrade(Call& call, const UpgradeGateway& upgrade) {
    const std::string program(call.params["program"].text());
    if (!program.empty() && call.peer.auth_method != "local")
        return call.reply.fail(
            Error{.code = Code::denied,
                  .sentence = "only the owner on this machine may name the new program"});
    upgrade(program, [reply = call.reply](Result<std::string> build) {
        if (!build) return reply.fail(build.error());
        json::Writer out;
        out.begin_object().member("ok", true).member("status", "scheduled");
        reply.ok(out.member("pid", getpid()).member("build", *build).end_object().take());
    });
}

std::string upgrade_status(const GatewayFacts& facts) {
    return json::Writer()
        .begin_object()
        .member("build", facts.build)
        .member("pid", getpid())
        .member("number", facts.upgrades)
        .member("outcome", facts.upgrade_outcome)
        .member("why", facts.upgrade_why)
        .end_object()
        .take();
}

constexpr std::array upgrade_params = {text("program", 0, 4000)};

constexpr std::array params = {text("reason", 0, 500), text("note", 0, 2000), integer("delayMs", 0),
                               text("sessionKey")};

} // namespace

void add_restart(MethodTable& table, const flow::AgentRuns& runs, const Automations& automations,
                 const GatewayFacts& facts, RestartGateway restart, UpgradeGateway upgrade) {
    table.add({.name = "gateway.restart.preflight",
               .scope = policy::scope::read,
               .unknown = Unknown::ignored,
               .handler = [&runs, &automations](Call& call) {
                   call.reply.ok(preflight_json(runs, automations));
               }});
    table.add({.name = "gateway.restart.request",
               .scope = policy::scope::admin,
               .params = params,
               .unknown = Unknown::ignored,
               .is_rationed = true,
               .handler = [&runs, &automations, restart = std::move(restart)](Call& call) {
                   request(call, runs, automations, restart);
               }});
    table.add({.name = "gateway.upgrade.status",
               .scope = policy::scope::read,
               .handler = [&facts](Call& call) { call.reply.ok(upgrade_status(facts)); }});
    table.add({.name = "gateway.upgrade.request",
               .scope = policy::scope::admin,
               .params = upgrade_params,
               .is_rationed = true,
               .handler = [upgrade = std::move(upgrade)](Call& call) {
                   request_upgrade(call, upgrade);
               }});
}

} // namespace openclaw::rpc
