#include "supervisor/policy/health.h"

#include <algorithm>
#include <array>
#include <utility>

namespace openclaw::policy {

namespace {

using Process = Evidence::Process;
using Said = Evidence::Said;

constexpr std::array<std::string_view, level_count> level_names{"ok", "degraded", "down",
                                                                "unknown"};
constexpr std::array<std::string_view, 10> ailment_names{
    "none",     "off",     "held",         "config",  "needs-operator",
    "starting", "process", "unresponsive", "silence", "platform"};

void note_what_was_seen(HealthVerdict& verdict, const Evidence& evidence) {
    if (evidence.contact_ms > 0 && evidence.has_platform) {
        verdict.seen = "an answer of the platform";
        verdict.seen_ms = evidence.contact_ms;
    } else if (evidence.pong_ms > 0) {
        verdict.seen = "an answer of its process";
        verdict.seen_ms = evidence.pong_ms;
    }
}

HealthVerdict meant_to_be_off(Ailment ailment, std::string reason) {
    return {.ailment = ailment, .reason = std::move(reason)};
}

HealthVerdict well(std::string reason, std::int64_t changes_at_ms) {
    return {.level = Level::ok, .reason = std::move(reason), .changes_at_ms = changes_at_ms};
}

// When it was last known to be well; 0: never.
std::int64_t last_good(const Evidence& evidence) {
    if (evidence.crashing_since_ms > 0) return evidence.crashing_since_ms;
    if (!evidence.has_platform)
        return evidence.process == Process::serving ? evidence.pong_ms : evidence.good_until_ms;
    if (evidence.said != Said::connected) return evidence.good_until_ms;
    if (evidence.process != Process::serving) // it died a moment ago
        return std::max(evidence.contact_ms, evidence.state_since_ms);
    return evidence.speaks_regularly ? evidence.contact_ms
                                     : std::max(evidence.contact_ms, evidence.pong_ms);
}

struct Trouble {
    Ailment ailment;
    std::string reason;
};

Trouble trouble_of(const Evidence& evidence) {
    if (evidence.process != Process::serving || evidence.crashing_since_ms > 0)
        return {Ailment::process, evidence.process_reason};
    if (evidence.is_unresponsive)
        return {Ailment::unresponsive, "its process does not answer and will be replaced"};
    if (evidence.said == Said::degraded) return {Ailment::platform, evidence.detail};
    if (evidence.said == Said::connected) return {Ailment::silence, "its platform does not answer"};
    return {Ailment::platform, evidence.detail.empty() ? "it is connecting" : evidence.detail};
}

bool is_beginning(const Evidence& evidence) {
    return evidence.said != Said::degraded && !evidence.is_unresponsive &&
           (evidence.process == Process::starting || evidence.process == Process::serving);
}

// Nobody has asked for it yet.
HealthVerdict since_ever(const Evidence& evidence) {
    auto [ailment, reason] = trouble_of(evidence);
    const bool is_news = !is_beginning(evidence) && evidence.process != Process::none;
    return {.level = is_news ? Level::degraded : Level::unknown,
            .ailment = is_news ? ailment : Ailment::starting,
            .reason = std::move(reason)};
}

// Not well, and not for ever: how long it has lasted decides.
HealthVerdict by_duration(const Evidence& evidence, const config::HealthRule& rule,
                          std::int64_t now_ms) {
    const auto good = last_good(evidence);
    const auto since = std::max(good, evidence.wanted_since_ms); // not the time it was paused
    if (since == 0) return since_ever(evidence);
    const auto late_at = since + rule.degraded_after.count(),
               lost_at = since + std::max(rule.degraded_after, rule.down_after).count();
    auto [ailment, reason] = trouble_of(evidence);
    if (good == 0 && is_beginning(evidence) && now_ms < late_at)
        return {.level = Level::unknown,
                .ailment = Ailment::starting,
                .reason = std::move(reason),
                .changes_at_ms = late_at};
    const bool is_lost = now_ms >= lost_at;
    return {.level = is_lost ? Level::down : Level::degraded,
            .ailment = ailment,
            .reason = std::move(reason),
            .since_ms = since,
            .changes_at_ms = is_lost ? 0 : lost_at};
}

// Time changes it in two ways: it has lasted too long, or this life lasts.
HealthVerdict while_it_crashes(const Evidence& evidence, const config::HealthRule& rule,
                               std::int64_t now_ms) {
    auto verdict = by_duration(evidence, rule, now_ms);
    const auto believed = evidence.believed_at_ms;
    if (believed > now_ms && (verdict.changes_at_ms == 0 || believed < verdict.changes_at_ms))
        verdict.changes_at_ms = believed;
    return verdict;
}

HealthVerdict down_for_good(const Evidence& evidence, Ailment ailment, std::string reason) {
    return {.level = Level::down,
            .ailment = ailment,
            .reason = std::move(reason),
            .since_ms = std::max(last_good(evidence), evidence.wanted_since_ms)};
}

HealthVerdict verdict_of(const Evidence& evidence, const config::HealthRule& rule,
                         std::int64_t now_ms) {
    if (!evidence.is_enabled)
        return meant_to_be_off(Ailment::off, "switched off in the configuration");
    if (!evidence.problem.empty()) return meant_to_be_off(Ailment::config, evidence.problem);
    if (evidence.is_held) return meant_to_be_off(Ailment::held, "stopped by the operator");
    if (evidence.needs_operator || evidence.said == Said::needs_operator)
        return down_for_good(evidence, Ailment::needs_operator,
                             evidence.said == Said::needs_operator ? evidence.detail
                                                                   : evidence.process_reason);
    if (evidence.process == Process::given_up)
        return down_for_good(evidence, Ailment::process, evidence.process_reason);
    if (evidence.crashing_since_ms > 0) return while_it_crashes(evidence, rule, now_ms);
    if (evidence.process != Process::serving || evidence.is_unresponsive)
        return by_duration(evidence, rule, now_ms);
    if (!evidence.has_platform) return well("serving", 0);
    if (evidence.said != Said::connected) return by_duration(evidence, rule, now_ms);
    if (!evidence.speaks_regularly) return well("connected", 0);
    const auto late_at = evidence.contact_ms + rule.degraded_after.count();
    return now_ms < late_at ? well("connected", late_at) : by_duration(evidence, rule, now_ms);
}

int badness(Level level) {
    switch (level) {
    case Level::down:
        return 3;
    case Level::degraded:
        return 2;
    case Level::unknown:
        return 1;
    case Level::ok:
        break;
    }
    return 0;
}

void add_once(std::vector<std::string>& list, const std::string& name) {
    if (std::ranges::find(list, name) == list.end()) list.push_back(name);
}

} // namespace

std::string_view name(Level level) {
    return level_names[std::to_underlying(level)];
}

std::string_view name(Ailment ailment) {
    return ailment_names[std::to_underlying(ailment)];
}

HealthVerdict judge_health(const Evidence& evidence, const config::HealthRule& rule,
                           std::int64_t now_ms) {
    HealthVerdict verdict = verdict_of(evidence, rule, now_ms);
    note_what_was_seen(verdict, evidence);
    return verdict;
}

Health sum_up(std::span<const Judged> judged, std::string_view storage_problem) {
    Health sum{.level = Level::ok, .down = {}, .degraded = {}, .failing = {}};
    if (!storage_problem.empty()) {
        sum.level = Level::down;
        sum.down.emplace_back("storage");
        sum.failing.emplace_back("storage");
    }
    for (const auto& one : judged) {
        if (!one.verdict.counts()) continue;
        if (badness(one.verdict.level) > badness(sum.level)) sum.level = one.verdict.level;
        if (one.verdict.level == Level::degraded) sum.degraded.push_back(one.id);
        if (one.verdict.level != Level::down) continue;
        sum.down.push_back(one.id);
        add_once(sum.failing, one.channel.empty() ? one.id : one.channel);
    }
    return sum;
}

std::string who_is_ill(const Health& health) {
    std::string text;
    for (const auto& [word, ids] :
         {std::pair("down", &health.down), std::pair("degraded", &health.degraded)}) {
        if (ids->empty()) continue;
        text.append(text.empty() ? "" : "; ").append(word).append(": ");
        for (const auto& id : *ids)
            text.append(id == ids->front() ? "" : ", ").append(id);
    }
    return text;
}

} // namespace openclaw::policy
