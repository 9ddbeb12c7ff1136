#include "workers/discord/rest.h"

#include "common/log/log.h"

#include <algorithm>
#include <utility>

namespace openclaw::discord {

namespace {

constexpr int most_refusals = 5;                                // DISCORD.md 1.2
constexpr Milliseconds longest_wait = std::chrono::minutes(10); // longer: the caller's to judge
constexpr Milliseconds rest_connected_within = std::chrono::seconds(10); // DISCORD.md 8
constexpr std::size_t largest_answer = 8u << 20;
// Enough for a burst of commands within their three seconds; all of them are kept.
constexpr std::size_t answer_connections = 4;

bool is_ours_to_lose(Priority priority) {
    return priority >= Priority::preview;
}

} // namespace

Rest::Rest(Links links, const Settings& settings, Secret token, OnRefused on_refused)
    : loop_(links.loop)
    , floods_(links.floods)
    , answers_(links.loop, links.dialer, {.max_connections_per_host = answer_connections})
    , others_(links.loop, links.dialer)
    , settings_(settings)
    , token_(std::move(token))
    , on_refused_(std::move(on_refused))
    , queue_(links.loop.clock(), links.alarms) {
    for (const auto& [name, left] : floods_.left())
        queue_.hold(name, left);
}

void Rest::keep_count(std::string_view kept, OnCounted on_counted) {
    const auto& clock = loop_.clock();
    invalid_.take_over(kept, {clock.now(), clock.unix_ms()});
    on_counted_ = std::move(on_counted);
}

Api::Id Rest::call(Call call, OnAnswer done) {
    const auto id = ++last_id_;
    auto route = route_of(call.method, call.path);
    auto& pending = pending_[id];
    pending = {.call = std::move(call), .route = std::move(route), .done = std::move(done)};
    pending.ticket = queue_.submit(pending.call.priority, job_for(id, pending));
    return id;
}

void Rest::cancel(Id id) {
    const auto found = pending_.find(id);
    if (found == pending_.end()) return;
    queue_.withdraw(found->second.ticket);
    if (found->second.http) queue_.settle(found->second.route, {});
    pending_.erase(found);
}

// Beside the queue: it must be several at once, and they are of no bucket that matters.
void Rest::keep_warm() {
    warming_.clear(); // who has not answered by now is late
    const Call call{.path = "/gateway", .idempotent = true, .is_anonymous = true};
    if (queue_.time_until_free(route_of(call.method, call.path)) > Milliseconds(0)) return;
    for (std::size_t i = 0; i < answer_connections; ++i)
        warming_.push_back(answers_.start(
            request_for(call), {.on_leaving = {},
                                .on_headers = {},
                                .on_data = {},
                                .done = [this](net::HttpOutcome outcome) { on_warmed(outcome); }}));
}

// On an idle bot nobody else hears of a limit or a ban.
void Rest::on_warmed(const net::HttpOutcome& outcome) {
    if (!outcome) return;
    const HeaderReader header = [&outcome](std::string_view name) { return outcome->header(name); };
    const auto answer = read_answer(outcome->status, outcome->body, header);
    if (answer.trouble == Trouble::rate) wait_out(route_of("GET", "/gateway"), answer);
    count(answer);
}

RestQueue::Job Rest::job_for(Id id, const Pending& pending) {
    return {.route = pending.route,
            .rather_never = pending.call.rather_never,
            .comes_back = pending.call.comes_back,
            .turn = [this, id, route = pending.route](RestQueue::Fate fate) {
                on_turn(id, route, fate);
            }};
}

void Rest::on_turn(Id id, const Route& route, RestQueue::Fate fate) {
    const auto found = pending_.find(id);
    if (found == pending_.end()) { // cancelled by another's turn of the same round
        if (fate == RestQueue::Fate::leaves) queue_.settle(route, {});
        return;
    }
    auto& pending = found->second;
    if (fate == RestQueue::Fate::is_dropped) return finish(id, dropped_answer());
    if (fate == RestQueue::Fate::comes_back)
        return finish(id, too_early_answer(queue_.time_until_free(pending.route)));
    const bool is_lost_cause = is_refused_ && !pending.call.is_anonymous;
    const bool is_spared =
        is_ours_to_lose(pending.call.priority) && invalid_.is_essential_only(loop_.clock().now());
    if (!is_lost_cause && !is_spared) return start(id, pending);
    queue_.settle(pending.route, {});
    if (is_spared) return finish(id, dropped_answer());
    Answer refused{.trouble = Trouble::auth, .status = 401};
    refused.description = "the token was refused before";
    finish(id, std::move(refused));
}

void Rest::start(Id id, Pending& pending) {
    net::HttpHandlers handlers;
    if (pending.call.on_leaving)
        handlers.on_leaving = [this, id] {
            const auto found = pending_.find(id);
            return found != pending_.end() && found->second.call.on_leaving();
        };
    handlers.done = [this, id](net::HttpOutcome outcome) { on_outcome(id, std::move(outcome)); };
    auto& client = pending.call.priority == Priority::answer ? answers_ : others_;
    pending.http = client.start(request_for(pending.call), std::move(handlers));
}

net::HttpRequest Rest::request_for(const Call& call) const {
    net::HttpRequest request;
    request.method = call.method;
    request.url = Secret(settings_.api_root + call.path); // an interaction's token is in it
    request.headers = {{"User-Agent", settings_.user_agent}};
    if (!call.is_anonymous) request.headers.push_back({"Authorization", "Bot " + token_.reveal()});
    if (!call.body.empty()) request.headers.push_back({"Content-Type", call.content_type});
    request.body = call.body;
    request.connect_timeout = std::min(rest_connected_within, call.deadline);
    request.total_timeout = call.deadline;
    request.max_response_bytes = largest_answer;
    request.may_repeat = call.idempotent;
    return request;
}

void Rest::on_outcome(Id id, net::HttpOutcome outcome) {
    const auto found = pending_.find(id);
    if (found == pending_.end()) return;
    auto& pending = found->second;
    const auto over = std::move(pending.http); // we are inside of it
    auto answer = judge(pending.route, outcome);
    if (goes_again(id, pending, answer)) return;
    if (answer.trouble == Trouble::auth && !pending.call.is_anonymous &&
        !std::exchange(is_refused_, true))
        on_refused_(answer);
    finish(id, std::move(answer));
}

Answer Rest::judge(const Route& route, const net::HttpOutcome& outcome) {
    if (!outcome) {
        queue_.settle(route, {});
        return no_answer(outcome.error().error.sentence, outcome.error().request_sent);
    }
    last_answer_unix_ms_ = loop_.clock().unix_ms();
    const HeaderReader header = [&outcome](std::string_view name) { return outcome->header(name); };
    auto answer = read_answer(outcome->status, outcome->body, header);
    if (answer.trouble == Trouble::rate) wait_out(route, answer);
    queue_.settle(route, read_rate_facts(header));
    count(answer);
    return answer;
}

void Rest::wait_out(const Route& route, const Answer& answer) {
    const RateRefusal refusal{.retry_after = answer.retry_after.value_or(call_deadline),
                              .is_global = answer.is_global};
    queue_.refuse(route, refusal);
    if (Buckets::is_worth_keeping(route, refusal))
        floods_.note(Buckets::held_name(route, refusal), refusal.retry_after);
}

void Rest::count(const Answer& answer) {
    if (!InvalidRequests::counts(answer.status, answer.is_shared)) return;
    const auto& clock = loop_.clock();
    const bool is_news = invalid_.add(clock.now());
    if (on_counted_) on_counted_(invalid_.text({clock.now(), clock.unix_ms()}));
    if (is_news)
        log::warn("discord.many_refusals",
                  {{"count", InvalidRequests::worth_a_warning},
                   {"means", "Discord bans an address after 10,000 within ten minutes"}});
}

// A 429 was not carried out: the same request waits for its time.
bool Rest::goes_again(Id id, Pending& pending, const Answer& answer) {
    if (answer.trouble != Trouble::rate) return false;
    if (pending.call.rather_never || pending.call.comes_back) return false;
    if (++pending.refusals > most_refusals) return false;
    if (answer.retry_after.value_or(longest_wait) >= longest_wait) return false;
    queue_.submit_again(pending.ticket, job_for(id, pending));
    return true;
}

void Rest::finish(Id id, Answer answer) {
    auto done = std::move(pending_.at(id).done);
    pending_.erase(id);
    done(std::move(answer));
}

} // namespace openclaw::discord
