#include "workers/telegram/poll.h"

#include "common/json/write.h"
#include "common/log/log.h"

#include <algorithm>
#include <utility>

namespace openclaw::telegram {

namespace {

// TELEGRAM.md 3: the server clamps at 50 s; half a minute passes every proxy.
constexpr std::chrono::seconds rest_at_server{30};
constexpr Milliseconds beyond_rest = std::chrono::seconds(15);
constexpr std::size_t largest_batch = 100;
constexpr Milliseconds fastest_repeat{50};
constexpr Milliseconds after_webhook = std::chrono::seconds(1);
constexpr Milliseconds after_rival = std::chrono::seconds(30);
constexpr Milliseconds default_poll_pause = std::chrono::seconds(5);

} // namespace

Poll::Poll(const Clock& clock, AlarmMaker& alarms, Api& api, worker::Uplink& uplink, Intake& intake,
           Listener& listener)
    : clock_(clock)
    , api_(api)
    , uplink_(uplink)
    , intake_(intake)
    , listener_(listener)
    , alarm_(alarms.make([this] { on_pause_over(); })) {}

void Poll::start(const Identity& me, std::optional<std::int64_t> offset) {
    me_ = me;
    offset_ = offset;
    clear_webhook();
}

// A webhook would make every poll a 409. Pending updates are kept: dropping them is losing
// messages.
void Poll::clear_webhook() {
    state_ = State::clearing;
    call_ = api_.call({.method = "deleteWebhook",
                       .body = R"({"drop_pending_updates":false})",
                       .deadline = control_deadline,
                       .lane = Lane::poll,
                       .idempotent = true},
                      [this](Answer answer) {
                          call_.reset();
                          on_webhook_cleared(answer);
                      });
}

void Poll::on_webhook_cleared(const Answer& answer) {
    if (answer.cause() == wire::CAUSE_NEEDS_OPERATOR) return refuse(answer);
    poll(); // a webhook that is still there shows as a 409
}

void Poll::poll() {
    if (state_ == State::stopped) return;
    waits_for_room_ = !uplink_.has_room() || intake_.credits() == 0;
    if (waits_for_room_) {
        state_ = State::resting;
        return;
    }
    const auto since = clock_.now() - polled_at_;
    if (polled_at_ != Instant{} && polled_offset_ == offset_ && since < fastest_repeat)
        return pause(std::chrono::ceil<Milliseconds>(fastest_repeat - since));
    state_ = State::polling;
    polled_at_ = clock_.now();
    polled_offset_ = offset_;
    asked_for_ = std::min<std::size_t>(intake_.credits(), largest_batch);
    call_ =
        api_.call({.method = "getUpdates",
                   .body = request_body(),
                   .deadline = (proven_ ? rest_at_server : std::chrono::seconds(0)) + beyond_rest,
                   .lane = Lane::poll,
                   .idempotent = true},
                  [this](Answer answer) {
                      call_.reset();
                      on_answer(std::move(answer));
                  });
}

std::string Poll::request_body() const {
    json::Writer body;
    body.begin_object();
    if (offset_) body.member("offset", *offset_);
    body.member("timeout", proven_ ? rest_at_server.count() : 0).member("limit", asked_for_);
    body.raw_member("allowed_updates", wanted_updates).end_object();
    return body.take();
}

void Poll::on_answer(Answer answer) {
    if (answer.ok() && !answer.result().is_array()) answer.trouble = Trouble::lost;
    if (!answer.ok()) return on_failure(answer);
    backoff_.reset();
    const bool has_rested = std::exchange(proven_, true);
    if (is_undisturbed(has_rested, answer.result().size() == 0)) {
        conflicts_ = 0;
        listener_.on_poll_succeeded();
    }
    on_updates(answer.result());
}

// An empty answer has rested its whole time. Where people write all the time none is empty: then
// as long without a rival's word says the same.
bool Poll::is_undisturbed(bool has_rested, bool is_empty) {
    if (conflicts_ == 0) return true;
    if (!has_rested) undisturbed_since_ = clock_.now();
    return has_rested && (is_empty || clock_.now() - undisturbed_since_ >= rest_at_server);
}

void Poll::on_updates(json::View updates) {
    std::vector<json::View> batch;
    std::optional<std::int64_t> last;
    updates.each_element([&](json::View update) {
        if (batch.size() == asked_for_) return false; // more than asked for comes again
        if (update["update_id"].is_integer()) last = update["update_id"].integer();
        batch.push_back(update);
        return true;
    });
    if (batch.empty()) return poll();
    if (!last) return on_failure(no_answer("a batch of updates without ids", true));
    if (offset_ && *last < *offset_)
        log::warn("telegram.update_ids_restarted", {{"offset", *offset_}, {"update", *last}});
    next_offset_ = *last + 1;
    state_ = State::confirming;
    intake_.offer(batch, me_);
    if (intake_.is_settled()) advance();
}

void Poll::on_batch_settled() {
    if (state_ == State::confirming) advance();
}

void Poll::advance() {
    if (const auto next = std::exchange(next_offset_, std::nullopt)) {
        offset_ = next;
        listener_.on_offset(*next);
    }
    poll();
}

void Poll::on_room() {
    if (state_ == State::resting && waits_for_room_) poll();
}

void Poll::on_failure(const Answer& answer) {
    proven_ = false;
    switch (answer.cause()) {
    case wire::CAUSE_NEEDS_OPERATOR:
        return refuse(answer);
    case wire::CAUSE_CONFLICT:
        return on_conflict(answer);
    case wire::CAUSE_RATE: {
        const auto wait = answer.retry_after.value_or(default_poll_pause);
        const auto how_long = wait + wait * static_cast<std::int64_t>(random_below(11)) / 100;
        listener_.on_poll_failed(answer, 1, how_long);
        return pause(how_long);
    }
    default:
        break;
    }
    const auto how_long = backoff_.next();
    if (backoff_.failures() >= 2 && answer.status != 0)
        api_.rebuild(Lane::poll); // no answer: the api does it
    listener_.on_poll_failed(answer, backoff_.failures(), how_long);
    pause(how_long);
}

// Somebody else has set a webhook, or polls with this token. Hammering would only end the rival's
// requests in turn.
void Poll::on_conflict(const Answer& answer) {
    const bool is_webhook = answer.trouble == Trouble::webhook;
    const auto how_long = is_webhook ? after_webhook : scattered(after_rival, 10);
    if (!is_webhook) api_.rebuild(Lane::poll);
    listener_.on_poll_failed(answer, ++conflicts_, how_long);
    pause(how_long, true);
}

void Poll::pause(Milliseconds how_long, bool clear_webhook_first) {
    state_ = State::pausing;
    clear_webhook_first_ = clear_webhook_first;
    alarm_->set(how_long);
}

void Poll::on_pause_over() {
    if (state_ != State::pausing) return;
    if (std::exchange(clear_webhook_first_, false))
        clear_webhook();
    else
        poll();
}

void Poll::refuse(const Answer& answer) {
    stop();
    listener_.on_refused(answer);
}

void Poll::stop() {
    state_ = State::stopped;
    alarm_->clear();
    if (const auto call = std::exchange(call_, std::nullopt)) api_.cancel(*call);
}

} // namespace openclaw::telegram
