#include "supervisor/rpc/exec_rules.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "common/log/log.h"
#include "supervisor/auth/digest.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/absent.h"
#include "supervisor/rpc/cron_job.h"
#include "supervisor/rpc/exec_pattern.h"

#include <algorithm>
#include <array>
#include <vector>

namespace openclaw::rpc {

namespace {

constexpr std::string_view file_book = "(exec-approvals)", file_note = "file";
constexpr std::string_view grant_book = "(exec-grants)";
constexpr std::string_view here = "gateway"; // the host that rules are for
constexpr std::size_t max_grants = 200;
constexpr std::size_t max_command = 512; // published: ExecApprovalStandingGrant
constexpr std::int64_t day_ms = 86'400'000;

// A failure costs a question that is asked once more.
void warn_when_lost(std::string_view what, const Result<void>& kept) {
    if (!kept) log::warn("exec.rule_not_kept", {{"what", what}, {"why", kept.error().sentence}});
}

// An entry that allows something, and where that was.
struct AllowedUse {
    AllowedCommand* entry;
    std::string place;
};

// One for every program of the line; none when one of them is not allowed.
std::vector<AllowedUse> uses_by_pattern(const std::vector<AllowedCommand*>& entries,
                                        const ExecQuestion& question) {
    const auto programs = programs_in(question.command);
    if (!programs) return {};
    const bool is_one = programs->size() == 1; // the asker found the place of one program
    std::vector<AllowedUse> uses;
    for (const auto& program : *programs) {
        std::string place =
            place_of(program, question.cwd, is_one ? question.program_path : std::string());
        const auto found = std::ranges::find_if(entries, [&](const AllowedCommand* entry) {
            return entry->command.empty() && pattern_means(entry->pattern, program, place) &&
                   (entry->argument_pattern.empty() ||
                    arguments_match(entry->argument_pattern, program));
        });
        if (found == entries.end()) return {};
        uses.push_back({.entry = *found, .place = std::move(place)});
    }
    return uses;
}

} // namespace

std::string cron_job_of(std::string_view session_key) {
    const auto parts = policy::read_session_key(session_key);
    if (!parts || parts->kind != policy::SessionKind::cron) return {};
    const auto words = split(parts->rest, ':'); // cron:<job>:run:<uuid>
    return words.size() > 1 ? std::string(words[1]) : std::string();
}

ExecRules::ExecRules(Notes& notes, const Clock& clock)
    : notes_(notes)
    , clock_(clock) {
    for (const auto& [name, text] : notes_.load(file_book)) {
        const auto document = json::Document::parse(text);
        if (name != file_note || !document) continue;
        if (auto file = exec_file_from(document->root())) {
            file_ = std::move(*file);
            exists_ = true;
        }
    }
    for (const auto& [id, text] : notes_.load(grant_book))
        if (const auto document = json::Document::parse(text))
            grants_[id] = grant_from(document->root());
}

ExecRules::Verdict ExecRules::judge(const ExecQuestion& question) {
    if (question.host != here) return Verdict::ask;
    const auto policy = resolved(file_, question.agent_id);
    if (policy.security == "deny") return Verdict::deny;
    if (policy.ask == "always") return Verdict::ask;
    if (Grant* grant = grant_for(question)) {
        grant->last_used_ms = clock_.unix_ms();
        ++grant->uses;
        keep(*grant);
        return Verdict::allow;
    }
    return is_allowed(question) ? Verdict::allow : Verdict::ask;
}

ExecRules::Verdict ExecRules::fallback(const ExecQuestion& question) {
    if (question.host != here) return Verdict::deny;
    const auto word = resolved(file_, question.agent_id).ask_fallback;
    const bool is_open = word == "full" || (word == "allowlist" && is_allowed(question));
    return is_open ? Verdict::allow : Verdict::deny;
}

ExecRules::Grant* ExecRules::grant_for(const ExecQuestion& question) {
    const auto job = cron_job_of(question.session_key);
    if (job.empty()) return nullptr;
    for (auto& [id, grant] : grants_) {
        const bool is_over = grant.revoked_at_ms > 0 ||
                             (grant.expires_at_ms > 0 && grant.expires_at_ms <= clock_.unix_ms());
        if (!is_over && grant.job_id == job && grant.agent_id == question.agent_id &&
            grant.command == question.command && grant.cwd == question.cwd)
            return &grant;
    }
    return nullptr;
}

// The agent's own, then those of all agents.
std::vector<AllowedCommand*> ExecRules::entries_of(std::string_view agent_id) {
    std::vector<AllowedCommand*> entries;
    for (const auto id : {agent_id, std::string_view("*")})
        if (const auto rules = file_.agents.find(std::string(id)); rules != file_.agents.end())
            for (auto& entry : rules->second.allowed)
                entries.push_back(&entry);
    return entries;
}

// Word by word, or every program of it by a pattern.
bool ExecRules::is_allowed(const ExecQuestion& question) {
    const auto entries = entries_of(question.agent_id);
    std::vector<AllowedUse> uses;
    const auto same = std::ranges::find(entries, question.command, &AllowedCommand::command);
    if (same != entries.end())
        uses.push_back({.entry = *same, .place = {}});
    else
        uses = uses_by_pattern(entries, question);
    for (const auto& use : uses) {
        use.entry->last_used_ms = clock_.unix_ms();
        use.entry->last_command = question.command;
        use.entry->last_place = use.place;
    }
    if (!uses.empty()) keep_file();
    return !uses.empty();
}

void ExecRules::remember(const ExecQuestion& question, const std::string& approval_id,
                         std::int64_t days) {
    if (question.host != here || question.command.size() > max_command) return;
    const auto now_ms = clock_.unix_ms();
    if (const auto job = cron_job_of(question.session_key); !job.empty()) {
        if (grants_.size() >= max_grants)
            return log::warn("exec.rule_not_kept",
                             {{"what", "grant"}, {"why", "there are 200 grants already"}});
        const Grant grant{.id = uuid_v4(),
                          .approval_id = approval_id,
                          .agent_id = question.agent_id,
                          .job_id = job,
                          .command = question.command,
                          .cwd = question.cwd,
                          .created_at_ms = now_ms,
                          .expires_at_ms = days > 0 ? now_ms + days * day_ms : 0};
        grants_[grant.id] = grant;
        return keep(grant);
    }
    auto& allowed = file_.agents[question.agent_id].allowed;
    if (allowed.size() >= ExecFile::max_allowed) allowed.erase(allowed.begin()); // the oldest
    allowed.push_back({.id = uuid_v4(),
                       .pattern = question.command,
                       .source = "allow-always",
                       .command = question.command,
                       .last_used_ms = now_ms});
    exists_ = true;
    keep_file();
}

void ExecRules::keep(const Grant& grant) {
    notes_.keep(std::string(grant_book), grant.id, grant_json(grant, nullptr),
                [](Result<void> kept) { warn_when_lost("grant", kept); });
}

void ExecRules::keep_file() {
    notes_.keep(std::string(file_book), std::string(file_note), to_json(file_),
                [](Result<void> kept) { warn_when_lost("file", kept); });
}

// The file

std::string ExecRules::hash() const {
    return to_hex(auth::sha256(to_json(file_)));
}

std::string ExecRules::snapshot(const GatewayFacts& facts) const {
    const auto policy = resolved(file_, {});
    json::Writer out;
    out.begin_object().member("path", facts.ledger_path + "#exec_approvals");
    out.member("exists", exists_).raw_member("file", to_json(file_)).member("hash", hash());
    out.key("resolvedDefaults").begin_object().member("security", policy.security);
    out.member("ask", policy.ask).member("askFallback", policy.ask_fallback);
    out.member("autoAllowSkills", policy.auto_allow_skills.value_or(false)).end_object();
    return out.end_object().take();
}

void ExecRules::get(Call& call, const GatewayFacts& facts) const {
    call.reply.ok(snapshot(facts));
}

void ExecRules::set(Call& call, const GatewayFacts& facts) {
    if (const auto base = call.params["baseHash"].text(); !base.empty() && base != hash())
        return call.reply.fail(invalid_request("exec approvals changed since last load; re-run "
                                               "exec.approvals.get and retry"));
    auto file = exec_file_from(call.params["file"]);
    if (!file)
        return call.reply.fail(invalid_request("invalid exec approvals: " + file.error().sentence));
    auto before = std::exchange(file_, std::move(*file));
    notes_.keep(std::string(file_book), std::string(file_note), to_json(file_),
                [this, reply = call.reply, &facts, before = std::move(before)](Result<void> kept) {
                    if (!kept) {
                        file_ = before;
                        return reply.fail(kept.error());
                    }
                    exists_ = true;
                    reply.ok(snapshot(facts));
                });
}

// Grants

std::string ExecRules::grant_json(const Grant& grant, const CronDesk* cron) {
    const auto* job = cron == nullptr ? nullptr : cron->find(grant.job_id);
    json::Writer out;
    out.begin_object().member("grantId", grant.id).member("mintedByApprovalId", grant.approval_id);
    out.member("agentId", grant.agent_id).member("cronJobId", grant.job_id);
    write_or_null(out, "cronJobName", job == nullptr ? std::string() : cron_order(*job).name);
    out.member("command", grant.command);
    write_or_null(out, "cwd", grant.cwd);
    out.member("createdAtMs", grant.created_at_ms);
    write_or_null(out, "expiresAtMs", grant.expires_at_ms);
    write_or_null(out, "revokedAtMs", grant.revoked_at_ms);
    write_or_null(out, "revokedBy", grant.revoked_by);
    write_or_null(out, "lastUsedAtMs", grant.last_used_ms);
    return out.member("useCount", grant.uses).end_object().take();
}

ExecRules::Grant ExecRules::grant_from(json::View from) {
    return {.id = std::string(from["grantId"].text()),
            .approval_id = std::string(from["mintedByApprovalId"].text()),
            .agent_id = std::string(from["agentId"].text()),
            .job_id = std::string(from["cronJobId"].text()),
            .command = std::string(from["command"].text()),
            .cwd = std::string(from["cwd"].text()),
            .revoked_by = std::string(from["revokedBy"].text()),
            .created_at_ms = from["createdAtMs"].integer(),
            .expires_at_ms = from["expiresAtMs"].integer(),
            .revoked_at_ms = from["revokedAtMs"].integer(),
            .last_used_ms = from["lastUsedAtMs"].integer(),
            .uses = from["useCount"].integer()};
}

void ExecRules::list_grants(Call& call, const CronDesk& cron) const {
    std::vector<const Grant*> newest;
    for (const auto& [id, grant] : grants_)
        newest.push_back(&grant);
    std::ranges::sort(newest, std::ranges::greater(),
                      [](const Grant* grant) { return grant->created_at_ms; });
    const auto limit = static_cast<std::size_t>(call.params["limit"].integer(100));
    json::Writer out;
    out.begin_object().key("grants").begin_array();
    for (std::size_t i = 0; i < std::min(limit, newest.size()); ++i)
        out.raw(grant_json(*newest[i], &cron));
    call.reply.ok(out.end_array().end_object().text());
}

void ExecRules::revoke_grant(Call& call) {
    const auto found = grants_.find(call.params["grantId"].text());
    if (found == grants_.end()) return call.reply.ok(R"({"outcome":"not-found"})");
    Grant& grant = found->second;
    if (grant.revoked_at_ms > 0) return call.reply.ok(R"({"outcome":"already-revoked"})");
    grant.revoked_at_ms = clock_.unix_ms(); // at once, also when the disk refuses
    grant.revoked_by = call.peer.principal();
    notes_.keep(std::string(grant_book), grant.id, grant_json(grant, nullptr),
                [reply = call.reply](Result<void> kept) {
                    if (!kept) return reply.fail(kept.error());
                    reply.ok(R"({"outcome":"revoked"})");
                });
}

namespace {

constexpr std::array set_params = {Field{.name = "file", .kind = Kind::object, .required = true},
                                   text("baseHash", 1)};
constexpr std::array list_params = {integer("limit", 1, 500)};
constexpr std::array revoke_params = {required_text("grantId")};

} // namespace

void add_exec_rules(MethodTable& table, ExecRules& rules, const GatewayFacts& facts,
                    const CronDesk& cron) {
    table.add({.name = "exec.approvals.get",
               .scope = policy::scope::admin,
               .handler = [&](Call& call) { rules.get(call, facts); }});
    table.add({.name = "exec.approvals.set",
               .scope = policy::scope::admin,
               .params = set_params,
               .is_rationed = true,
               .handler = [&](Call& call) { rules.set(call, facts); }});
    table.add({.name = "exec.approval.grants.list",
               .scope = policy::scope::approvals,
               .params = list_params,
               .handler = [&](Call& call) { rules.list_grants(call, cron); }});
    table.add({.name = "exec.approval.grants.revoke",
               .scope = policy::scope::approvals,
               .params = revoke_params,
               .handler = [&](Call& call) { rules.revoke_grant(call); }});
}

} // namespace openclaw::rpc
