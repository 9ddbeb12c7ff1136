// sessions.cleanup: conversations nobody came back to, by the rules of session.maintenance.
//
// Only by this call: nothing is ever removed unasked. What is kept whatever its age: an agent's
// main session, what is pinned, what runs, and the one the caller looks at.
#include "common/json/write.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/agents.h"
#include "supervisor/rpc/session_changes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <vector>

namespace openclaw::rpc {

namespace {

constexpr std::int64_t default_entries = 5000; // CONFIG.md 7: session.maintenance
constexpr std::int64_t default_age_ms = 30LL * 86'400'000;
constexpr std::size_t max_removed = 1000; // by one call

struct CleanupRules {
    bool is_enforced = true;
    std::int64_t age_ms = default_age_ms;
    std::int64_t entries = default_entries;
};

struct CleanupParts {
    RunParts run;
    ReadConfig read_config;
};

// "30d", "12h"; a number alone is days (CONFIG.md 7). 0: it says nothing.
std::int64_t age_in(json::View value) {
    constexpr std::int64_t day = 86'400'000, longest = 36'500;
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> units = {
        {{"", day}, {"m", 60'000}, {"h", 3'600'000}, {"d", day}, {"w", 7 * day}}};
    std::int64_t number = value.integer();
    const auto text = value.text();
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view unit(read.ptr, text.data() + text.size());
    const auto known = std::ranges::find(units, unit, &decltype(units)::value_type::first);
    const bool is_sound = known != units.end() && number > 0 && number <= longest;
    return is_sound ? number * known->second : 0;
}

CleanupRules rules_in(const ConfigSnapshot& snapshot, bool is_enforced) {
    CleanupRules rules;
    const auto file = json::Document::parse(snapshot.parsed_json_redacted);
    const auto set = file ? file->root()["session"]["maintenance"] : json::View();
    rules.is_enforced = is_enforced || set["mode"].text("enforce") == "enforce";
    rules.entries = std::max<std::int64_t>(1, set["maxEntries"].integer(default_entries));
    if (const auto age = age_in(set["pruneAfter"]); age > 0) rules.age_ms = age;
    return rules;
}

// What would go, the longest untouched first.
struct CleanupPlan {
    std::size_t before = 0, too_old = 0, too_many = 0;
    std::vector<std::string> keys;
};

bool stays(const ledger::Session& session, const RunParts& run, std::string_view active_key) {
    const auto parts = policy::read_session_key(session.key);
    const bool is_main = parts && parts->kind == policy::SessionKind::main;
    return is_main || session.settings.pinned_at_ms > 0 || session.key == active_key ||
           !run.runs.active(session.key).empty();
}

CleanupPlan plan_for(json::View params, const CleanupRules& rules, const RunParts& run) {
    const std::string agent(params["agent"].text(run.facts.agents.default_id));
    const bool all = params["allAgents"].boolean();
    const auto oldest = run.loop.clock().unix_ms() - rules.age_ms;
    CleanupPlan plan;
    std::int64_t kept = 0;
    for (const auto* session : run.conversations.list()) { // last updated first
        if (!all && session->agent_id != agent) continue;
        ++plan.before;
        const bool is_old = session->updated_at_ms < oldest, is_one_more = kept >= rules.entries;
        if ((!is_old && !is_one_more) || stays(*session, run, params["activeKey"].text())) {
            ++kept;
            continue;
        }
        ++(is_old ? plan.too_old : plan.too_many);
        plan.keys.push_back(session->key);
    }
    std::ranges::reverse(plan.keys);
    if (plan.keys.size() > max_removed) plan.keys.resize(max_removed);
    return plan;
}

std::string plan_json(const CleanupPlan& plan, const CleanupRules& rules, std::size_t removed) {
    json::Writer out;
    out.begin_object().member("ok", true).member("mode", rules.is_enforced ? "enforce" : "warn");
    out.member("dryRun", !rules.is_enforced).member("beforeCount", plan.before);
    out.member("afterCount", plan.before - (rules.is_enforced ? removed : plan.keys.size()));
    out.member("missing", 0).member("pruned", plan.too_old).member("capped", plan.too_many);
    out.member("wouldMutate", !plan.keys.empty());
    out.member("applied", rules.is_enforced).member("appliedCount", removed);
    out.key("keys").begin_array();
    for (const auto& key : plan.keys)
        out.value(key);
    return out.end_array().end_object().take();
}

// One after the other; the first that cannot be removed ends it.
class Removal : public std::enable_shared_from_this<Removal> {
  public:
    Removal(Reply reply, RunParts run, CleanupPlan plan, CleanupRules rules)
        : reply_(std::move(reply))
        , run_(run)
        , plan_(std::move(plan))
        , rules_(rules) {}

    void next() {
        if (at_ == plan_.keys.size()) return reply_.ok(plan_json(plan_, rules_, removed_));
        const std::string key = plan_.keys[at_++];
        const auto* known = run_.conversations.find(key);
        const bool is_busy = known != nullptr && !run_.runs.active(key).empty();
        if (known == nullptr || is_busy) return next();
        run_.conversations.erase(
            key, true,
            [self = shared_from_this(), key, session_id = known->session_id](Result<void> gone) {
                if (!gone) return self->reply_.fail(gone.error());
                ++self->removed_;
                self->run_.run_events.tell_session_deleted(key, session_id);
                self->next();
            });
    }

  private:
    Reply reply_;
    RunParts run_;
    CleanupPlan plan_;
    CleanupRules rules_;
    std::size_t at_ = 0, removed_ = 0;
};

void clean_up(Call& call, const CleanupParts& parts) {
    const auto agent = call.params["agent"].text();
    if (!agent.empty() && parts.run.facts.agents.find(agent) == nullptr)
        return call.reply.fail(unknown_agent(agent));
    if (call.params["fixDmScope"].boolean())
        return call.reply.fail(invalid_request(
            "sessions.cleanup: fixDmScope is not something this build can do: sessions of another "
            "session.dmScope stay until they are deleted"));
    const auto rules = rules_in(parts.read_config(), call.params["enforce"].boolean());
    auto plan = plan_for(call.params, rules, parts.run);
    if (!rules.is_enforced) return call.reply.ok(plan_json(plan, rules, 0));
    std::make_shared<Removal>(call.reply, parts.run, std::move(plan), rules)->next();
}

constexpr std::array cleanup_params = {text("agent", 1),   flag("allAgents"),
                                       flag("enforce"),    text("activeKey", 1),
                                       flag("fixMissing"), flag("fixDmScope")};

} // namespace

void add_session_cleanup(MethodTable& table, RunParts run, ReadConfig read_config) {
    table.add({.name = "sessions.cleanup",
               .scope = policy::scope::admin,
               .params = cleanup_params,
               .handler = [parts = CleanupParts{.run = run, .read_config = std::move(read_config)}](
                              Call& call) { clean_up(call, parts); }});
}

} // namespace openclaw::rpc
