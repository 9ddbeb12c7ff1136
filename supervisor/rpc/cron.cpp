#include "supervisor/rpc/cron.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/agents.h"

#include <algorithm>
#include <array>

namespace openclaw::rpc {

namespace {

std::string job_id_in(json::View params) {
    return std::string(params["id"].text(params["jobId"].text()));
}

WireError no_such_job(const std::string& id) {
    return invalid_request("cron job not found: " + id, json::Writer()
                                                            .begin_object()
                                                            .member("code", "CRON_JOB_NOT_FOUND")
                                                            .member("jobId", id)
                                                            .end_object()
                                                            .take());
}

std::string shown(const ledger::CronJob& job, const CronParts& parts) {
    return cron_job_json(job, parts.automations.running_since(job.id));
}

// list

bool matches_state(const ledger::CronJob& job, std::string_view wanted) {
    if (wanted.empty() || wanted == "all") return true;
    const auto state = json::Document::parse(job.state_json);
    const auto status = state ? state->root()["lastRunStatus"].text() : std::string_view();
    return wanted == "unknown" ? status.empty() : status == wanted;
}

bool is_listed(const ledger::CronJob& job, json::View params, const GatewayFacts& facts) {
    const CronOrder order = cron_order(job);
    const auto enabled = params["enabled"].text();
    if (enabled == "enabled" && !order.enabled) return false;
    if (enabled == "disabled" && order.enabled) return false;
    if (enabled.empty() && !order.enabled && !params["includeDisabled"].boolean()) return false;
    if (params["trigger"].text() == "conditional") return false; // there are none
    const auto kind = params["scheduleKind"].text("all");
    if (kind != "all" && kind != order.schedule_kind) return false;
    const std::string agent = order.agent_id.empty() ? facts.agents.default_id : order.agent_id;
    const auto wanted_agent = params["agentId"].text();
    if (!wanted_agent.empty() && wanted_agent != agent) return false;
    const auto query = params["query"].text();
    if (!query.empty() && !to_lower(job.spec_json).contains(to_lower(query))) return false;
    return matches_state(job, params["lastRunStatus"].text());
}

void sort_jobs(std::vector<const ledger::CronJob*>& jobs, json::View params) {
    const bool by_name = params["sortBy"].text() == "name";
    if (by_name)
        std::ranges::sort(jobs, {}, [](const auto* job) { return cron_order(*job).name; });
    else
        std::ranges::sort(jobs, std::less(), [](const auto* job) { return job->updated_at_ms; });
    if (params["sortDir"].text() == "desc") std::ranges::reverse(jobs);
}

// Anything that lists show is in it.
std::string snapshot_revision(const std::vector<const ledger::CronJob*>& jobs) {
    ledger::CronJob all;
    for (const auto* job : jobs)
        all.spec_json += job->id + job->spec_json + job->state_json;
    return cron_revision(all);
}

void list(Call& call, const CronParts& parts) {
    auto jobs = parts.desk.list();
    std::erase_if(jobs,
                  [&](const auto* job) { return !is_listed(*job, call.params, parts.facts); });
    sort_jobs(jobs, call.params);
    const auto total = static_cast<std::int64_t>(jobs.size());
    const auto offset = std::min(call.params["offset"].integer(), total),
               limit = call.params["limit"].integer(200), end = std::min(total, offset + limit);
    json::Writer out;
    out.begin_object().key("jobs").begin_array();
    for (auto i = offset; i < end; ++i)
        out.raw(shown(*jobs[static_cast<std::size_t>(i)], parts));
    out.end_array().member("snapshotRevision", snapshot_revision(jobs)).member("total", total);
    out.member("offset", offset).member("limit", limit).member("hasMore", end < total);
    out.key("nextOffset");
    if (end < total)
        out.value(end);
    else
        out.null();
    call.reply.ok(out.end_object().text());
}

// What is true of this build: jobs are kept and run when somebody asks.
void status(Call& call, const CronParts& parts) {
    json::Writer out;
    out.begin_object().member("enabled", false).member("triggersEnabled", false);
    out.member("storePath", parts.facts.ledger_path).member("storage", "sqlite");
    out.member("sqlitePath", parts.facts.ledger_path).member("jobs", parts.desk.list().size());
    out.key("nextWakeAtMs").null();
    out.member("reason", "this build keeps schedules and runs jobs by hand (cron.run); nothing "
                         "runs by itself");
    call.reply.ok(out.end_object().text());
}

// add, update, remove

std::optional<WireError> refused(const CronSpec& spec, const ledger::CronJob& job,
                                 std::string_view method, const GatewayFacts& facts) {
    if (const auto wrong = cron_complaint(spec))
        return invalid_request("invalid " + std::string(method) + " params: " + *wrong);
    const CronOrder order = cron_order(job);
    if (!order.agent_id.empty() && facts.agents.find(order.agent_id) == nullptr)
        return unknown_agent(order.agent_id);
    if (order.session_target == "current" && order.session_key.empty())
        return invalid_request("sessionTarget \"current\" needs a sessionKey");
    const bool is_named = order.session_target != "main" && order.session_target != "isolated";
    if (!is_named) return std::nullopt;
    const auto key = session_named(
        order.session_target == "current" ? order.session_key : order.session_target, facts);
    if (!key) return to_wire(key.error());
    return std::nullopt;
}

void keep(Call& call, ledger::CronJob job, std::string_view action, const CronParts& parts) {
    const std::string id = job.id;
    parts.desk.keep(std::move(job), [reply = call.reply, id, action, parts](Result<void> kept) {
        if (!kept) return reply.fail(kept.error());
        const auto* now = parts.desk.find(id);
        if (now == nullptr) return reply.fail(no_such_job(id));
        reply.ok(shown(*now, parts));
        parts.automations.tell(*now, action);
    });
}

// "every" counts from when it was asked for, where nobody says otherwise.
void anchor(CronSpec& spec, std::int64_t now_ms) {
    const auto schedule = json::Document::parse(spec["schedule"]);
    if (!schedule || schedule->root()["kind"].text() != "every" || schedule->root()["anchorMs"])
        return;
    std::string text = schedule->root().dump();
    text.pop_back();
    spec["schedule"] = text + R"(,"anchorMs":)" + std::to_string(now_ms) + "}";
}

void add(Call& call, const CronParts& parts) {
    const auto now_ms = parts.clock.unix_ms();
    CronSpec spec = cron_spec_from(call.params);
    anchor(spec, now_ms);
    ledger::CronJob job{.id = uuid_v4(),
                        .spec_json = cron_spec_json(spec),
                        .created_at_ms = now_ms,
                        .updated_at_ms = now_ms};
    if (const auto why = refused(spec, job, "cron.add", parts.facts)) return call.reply.fail(*why);
    keep(call, std::move(job), "added", parts);
}

void update(Call& call, const CronParts& parts) {
    const auto* known = job_meant(call, parts);
    if (known == nullptr) return;
    const auto expected = call.params["expectedConfigRevision"].text();
    if (!expected.empty() && expected != cron_revision(*known))
        return call.reply.fail(
            invalid_request("the cron job has changed since it was read; load it again and retry",
                            R"({"reason":"config-revision-changed"})"));
    CronSpec spec = cron_spec_of(*known);
    patch_cron_spec(spec, call.params["patch"]);
    spec.erase("state"); // what happened is not the caller's to write
    ledger::CronJob job = *known;
    job.spec_json = cron_spec_json(spec);
    job.updated_at_ms = parts.clock.unix_ms();
    if (const auto why = refused(spec, job, "cron.update", parts.facts))
        return call.reply.fail(*why);
    keep(call, std::move(job), "updated", parts);
}

void remove(Call& call, const CronParts& parts) {
    const auto* job = job_meant(call, parts);
    if (job == nullptr) return;
    const std::string id = job->id;
    const bool is_running = parts.automations.running_since(id) > 0;
    parts.desk.erase(id, [reply = call.reply, id, is_running, parts](Result<void> gone) {
        if (!gone) return reply.fail(gone.error());
        json::Writer out;
        out.begin_object().member("ok", true).member("removed", true);
        if (is_running) out.member("sessionCleanup", "pending");
        reply.ok(out.end_object().text());
        parts.automations.tell_removed(id);
    });
}

void get(Call& call, const CronParts& parts) {
    if (const auto* job = job_meant(call, parts)) call.reply.ok(shown(*job, parts));
}

// run, runs

void not_run(Call& call, std::string_view reason) {
    json::Writer out;
    out.begin_object().member("ok", true).member("enqueued", false).member("ran", false);
    call.reply.ok(out.member("reason", reason).end_object().text());
}

void run(Call& call, const CronParts& parts) {
    const auto* job = job_meant(call, parts);
    if (job == nullptr) return;
    const auto expected = call.params["expectedProcessInstanceId"].text();
    if (!expected.empty() && expected != parts.facts.boot_id)
        return call.reply.fail(invalid_request("the gateway was restarted meanwhile",
                                               R"({"reason":"process-instance-changed"})"));
    const auto mode = call.params["mode"].text("due");
    if (mode == "due") return not_run(call, "not-due"); // nothing becomes due in this build
    if (mode == "if-enabled" && !cron_order(*job).enabled) return not_run(call, "disabled");
    if (parts.automations.running_since(job->id) > 0) return not_run(call, "already-running");
    const auto run_id = parts.automations.run(*job);
    if (!run_id) return call.reply.fail(run_id.error());
    json::Writer out;
    out.begin_object().member("ok", true).member("enqueued", true).member("runId", *run_id);
    call.reply.ok(out.member("processInstanceId", parts.facts.boot_id).end_object().text());
}

std::string page_json(const ledger::CronRunPage& page, const ledger::CronRunQuery& query) {
    const auto offset = static_cast<std::int64_t>(query.offset);
    const auto end = offset + static_cast<std::int64_t>(page.entries.size());
    json::Writer out;
    out.begin_object().key("entries").begin_array();
    for (const auto& entry : page.entries)
        out.raw(entry);
    out.end_array().member("total", page.total).member("offset", offset);
    out.member("limit", query.limit).member("hasMore", end < page.total).key("nextOffset");
    if (end < page.total)
        out.value(end);
    else
        out.null();
    return out.end_object().take();
}

void runs(Call& call, const CronParts& parts) {
    const auto params = call.params;
    const auto status = params["status"].text();
    ledger::CronRunQuery query{.job_id = job_id_in(params),
                               .run_id = std::string(params["runId"].text()),
                               .status = status == "all" ? "" : std::string(status),
                               .text = std::string(params["query"].text()),
                               .oldest_first = params["sortDir"].text() == "asc",
                               .offset = static_cast<std::size_t>(params["offset"].integer()),
                               .limit = static_cast<std::size_t>(params["limit"].integer(50))};
    if (params["scope"].text() != "all" && query.job_id.empty() && query.run_id.empty())
        return call.reply.fail(
            invalid_request("invalid cron.runs params: must have required property 'id'"));
    parts.desk.runs(query, [reply = call.reply, query](Result<ledger::CronRunPage> page) {
        if (!page) return reply.fail(page.error());
        reply.ok(page_json(*page, query));
    });
}

constexpr std::array<std::string_view, 3> enabled_words = {"all", "enabled", "disabled"};
constexpr std::array<std::string_view, 6> schedule_words = {"all",  "at",      "every",
                                                            "cron", "on-exit", "stream"};
constexpr std::array<std::string_view, 5> last_words = {"all", "ok", "error", "skipped", "unknown"};
constexpr std::array<std::string_view, 3> trigger_words = {"all", "conditional", "unconditional"};
constexpr std::array<std::string_view, 3> sort_words = {"nextRunAtMs", "updatedAtMs", "name"};
constexpr std::array<std::string_view, 2> directions = {"asc", "desc"};
constexpr std::array<std::string_view, 3> modes = {"due", "force", "if-enabled"};
constexpr std::array<std::string_view, 2> scopes = {"job", "all"};
constexpr std::array<std::string_view, 4> statuses = {"all", "ok", "error", "skipped"};
constexpr std::array<std::string_view, 4> delivery_words = {"delivered", "not-delivered", "unknown",
                                                            "not-requested"};

constexpr Field word(std::string_view name, std::span<const std::string_view> words) {
    return {.name = name, .kind = Kind::string, .one_of = words};
}

constexpr std::array list_params = {flag("includeDisabled"),
                                    integer("limit", 1, 200),
                                    integer("offset", 0),
                                    text("query"),
                                    word("enabled", enabled_words),
                                    word("scheduleKind", schedule_words),
                                    word("lastRunStatus", last_words),
                                    word("trigger", trigger_words),
                                    word("sortBy", sort_words),
                                    word("sortDir", directions),
                                    text("agentId", 1),
                                    flag("compact"),
                                    flag("includeDeliveryPreviews")};
constexpr std::array id_params = {text("id", 1), text("jobId", 1)};
constexpr std::array update_params = {
    text("id", 1), text("jobId", 1), Field{.name = "patch", .kind = Kind::object, .required = true},
    text("expectedConfigRevision", 1, 128)};
constexpr std::array run_params = {text("id", 1), text("jobId", 1), word("mode", modes),
                                   text("expectedProcessInstanceId", 1)};
constexpr std::array runs_params = {text("agentId", 1),
                                    word("scope", scopes),
                                    text("id", 1),
                                    text("jobId", 1),
                                    text("runId", 1),
                                    integer("limit", 1, 200),
                                    integer("offset", 0),
                                    Field{.name = "statuses", .kind = Kind::array},
                                    word("status", statuses),
                                    Field{.name = "deliveryStatuses", .kind = Kind::array},
                                    word("deliveryStatus", delivery_words),
                                    text("query"),
                                    word("sortDir", directions)};

} // namespace

const ledger::CronJob* job_meant(Call& call, const CronParts& parts) {
    const std::string id = job_id_in(call.params);
    if (id.empty()) {
        call.reply.fail(invalid_request("invalid cron params: must have required property 'id'"));
        return nullptr;
    }
    const auto* job = parts.desk.find(id);
    if (job == nullptr) call.reply.fail(no_such_job(id));
    return job;
}

void add_cron(MethodTable& table, CronParts parts) {
    struct Row {
        std::string_view name, scope;
        std::span<const Field> params;
        void (*act)(Call&, const CronParts&);
        Admission admission = Admission::control;
    };

    const std::array<Row, 8> rows = {{
        {"cron.list", policy::scope::read, list_params, list},
        {"cron.get", policy::scope::read, id_params, get},
        {"cron.status", policy::scope::read, {}, status},
        {"cron.add", policy::scope::admin, cron_add_params(), add},
        {"cron.update", policy::scope::admin, update_params, update},
        {"cron.remove", policy::scope::admin, id_params, remove},
        {"cron.run", policy::scope::admin, run_params, run, Admission::work},
        {"cron.runs", policy::scope::read, runs_params, runs},
    }};
    for (const auto& row : rows)
        table.add({.name = row.name,
                   .scope = row.scope,
                   .admission = row.admission,
                   .params = row.params,
                   .handler = [parts, act = row.act](Call& call) { act(call, parts); }});
}

} // namespace openclaw::rpc
