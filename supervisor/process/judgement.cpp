#include "supervisor/process/judgement.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace openclaw::process {

namespace {

// Somebody else uses the account: two that take it from each other in turn serve nobody.
constexpr Milliseconds after_conflict = std::chrono::seconds(30);

bool is_final(const RestartRule& rule, const Death& death) {
    if (death.status.signal != 0) return false;
    if (death.cause == wire::CAUSE_NEEDS_OPERATOR) return true;
    const auto is_this = [&](ExitCode code) {
        return code != ExitCode::clean && std::to_underlying(code) == death.status.code;
    };
    return std::ranges::any_of(rule.never_after, is_this);
}

Judgement wait(const RestartRule& rule, std::size_t attempt, Milliseconds max, double luck,
               std::string reason) {
    return {.next = State::backoff,
            .pause = pause_of(rule, attempt, max, luck),
            .attempt = static_cast<std::uint32_t>(attempt),
            .reason = std::move(reason)};
}

Judgement stay(State state, std::string reason) {
    return {.next = state, .pause = std::nullopt, .attempt = 0, .reason = std::move(reason)};
}

Judgement at_once(std::string reason) {
    return {.next = State::backoff,
            .pause = Milliseconds(0),
            .attempt = 0,
            .reason = std::move(reason)};
}

Judgement give_up(const GiveUp& rule, std::size_t deaths, std::string_view how, const Death& last) {
    return {.next = State::failed,
            .pause = rule.within,
            .attempt = static_cast<std::uint32_t>(deaths),
            .reason = "it died " + std::to_string(deaths) + " times in a row " + std::string(how) +
                      "; last: " + last.words};
}

} // namespace

Milliseconds pause_of(const RestartRule& rule, std::size_t attempt, Milliseconds max, double luck) {
    const double exponent = static_cast<double>(std::max<std::size_t>(attempt, 1) - 1);
    const double plain = static_cast<double>(rule.first.count()) * std::pow(rule.factor, exponent);
    const double bounded = std::min(plain, static_cast<double>(max.count()));
    return Milliseconds(std::llround(bounded * (1.0 + rule.jitter * (2.0 * luck - 1.0))));
}

namespace {

// It served, and not for long. Once, and it is needed back at once; again and again, and it meets
// each time what it dies of: a message that comes back, a platform's answer.
Judgement after_short_service(const RestartRule& rule, const DeathTally& tally, double luck) {
    const Death& last = tally.newest();
    const std::size_t crashes = tally.crashes_in_a_row(rule.healthy_after);
    const auto quick = static_cast<std::size_t>(rule.quick_returns);
    if (!last.is_its_own() || crashes <= quick)
        return wait(rule, tally.short_lives_in_a_row(rule.healthy_after), rule.served_max, luck,
                    last.words);
    const GiveUp& limit = rule.give_up_served;
    const std::size_t recent = tally.crashes_in_a_row(rule.healthy_after, limit.within, last.at);
    if (recent >= static_cast<std::size_t>(limit.deaths))
        return give_up(limit, recent, "soon after it had begun", last);
    RestartRule on_from_there = rule;
    on_from_there.first = rule.served_max * 2;
    Judgement slower = wait(on_from_there, crashes - quick, rule.max, luck, last.words);
    slower.attempt = static_cast<std::uint32_t>(crashes);
    return slower;
}

// What the ladder says, whatever the cause.
Judgement climb(const RestartRule& rule, const DeathTally& tally, double luck) {
    const Death& last = tally.newest();
    if (last.served >= rule.healthy_after && last.reached_ready) return at_once(last.words);
    if (last.reached_ready) return after_short_service(rule, tally, luck);
    const std::size_t recent = tally.unready_in_a_row(rule.give_up.within, last.at);
    if (recent >= static_cast<std::size_t>(rule.give_up.deaths))
        return give_up(rule.give_up, recent, "without getting ready", last);
    return wait(rule, tally.unready_in_a_row(), rule.max, luck, last.words);
}

// The least pause that what it died of asks for.
Milliseconds least_pause(const Death& last) {
    const Milliseconds wish(last.not_before_ms == 0 ? 0 : last.not_before_ms - last.at_ms);
    const Milliseconds asked = std::clamp(wish, Milliseconds(0), longest_wish);
    return last.cause == wire::CAUSE_CONFLICT ? std::max(asked, after_conflict) : asked;
}

} // namespace

Judgement judge(const RestartRule& rule, const DeathTally& tally, bool is_wanted, double luck) {
    const Death& last = tally.newest();
    if (!is_wanted) return stay(State::down, last.was_asked ? "stopped" : last.words);
    // It may have died of the settings that it was to leave for. If not, the next life says so
    // unasked.
    if (last.was_asked) return at_once("restarting");
    if (is_final(rule, last)) return stay(State::failed, last.words);
    Judgement next = climb(rule, tally, luck);
    if (next.pause) next.pause = std::max(*next.pause, least_pause(last));
    return next;
}

} // namespace openclaw::process
