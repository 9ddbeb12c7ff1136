#include "workers/telegram/errands.h"

#include "common/base/backoff.h"
#include "common/log/log.h"

#include <algorithm>

namespace openclaw::telegram {

namespace {

constexpr std::size_t most_errands = 1000;
constexpr int most_tries = 5; // TELEGRAM.md 7.1
constexpr Milliseconds first_pause{500};

bool is_worth_repeating(const Answer& answer) {
    return answer.trouble == Trouble::rate || answer.trouble == Trouble::not_sent ||
           is_ambiguous(answer.trouble);
}

} // namespace

Errands::Errands(const Clock& clock, AlarmMaker& alarms, Api& api, SendQueue& queue)
    : clock_(clock)
    , api_(api)
    , queue_(queue)
    , alarm_(alarms.make([this] { on_alarm(); })) {}

void Errands::delete_message(const Target& target, const std::string& message_id) {
    begin({.chat = target.chat_id,
           .method = "deleteMessage",
           .body = delete_message_body(target, message_id)});
}

void Errands::react(const Target& target, const std::string& message_id, const std::string& emoji) {
    begin({.chat = target.chat_id,
           .method = "setMessageReaction",
           .body = reaction_body(target, message_id, emoji)});
}

void Errands::begin(Errand errand) {
    if (errands_.size() >= most_errands) return;
    const auto id = ++last_id_;
    errands_.emplace(id, std::move(errand));
    queue_up(id);
}

void Errands::queue_up(Id id) {
    queue_.submit(errands_.at(id).chat, Priority::cosmetic, [this, id] { on_turn(id); });
}

void Errands::on_turn(Id id) {
    auto& errand = errands_.at(id);
    ++errand.tries;
    api_.call({.method = errand.method,
               .body = errand.body,
               .deadline = control_deadline,
               .idempotent = true},
              [this, id](const Answer& answer) { on_answer(id, answer); });
}

void Errands::on_answer(Id id, const Answer& answer) {
    auto& errand = errands_.at(id);
    const auto chat = errand.chat;
    if (answer.trouble == Trouble::rate)
        queue_.hold(chat, answer.retry_after.value_or(std::chrono::seconds(5)));
    if (is_worth_repeating(answer) && errand.tries < most_tries) {
        errand.retry_at = clock_.now() + scattered(first_pause * (1 << errand.tries), 20);
        plan();
    } else {
        if (!answer.ok())
            log::debug("telegram.errand_failed",
                       {{"method", errand.method}, {"reason", answer.description}});
        errands_.erase(id);
    }
    queue_.finish(chat, SendQueue::Used::yes);
}

void Errands::on_alarm() {
    std::vector<Id> due;
    for (auto& [id, errand] : errands_) {
        if (errand.retry_at > clock_.now()) continue;
        errand.retry_at = Instant::max();
        due.push_back(id);
    }
    for (const auto id : due)
        queue_up(id);
    plan();
}

void Errands::plan() {
    auto next = Instant::max();
    for (const auto& [id, errand] : errands_)
        next = std::min(next, errand.retry_at);
    if (next == Instant::max()) return alarm_->clear();
    alarm_->set(std::max(std::chrono::ceil<Milliseconds>(next - clock_.now()), Milliseconds(1)));
}

} // namespace openclaw::telegram
