#include "workers/telegram/actions.h"

#include "common/json/write.h"

#include <algorithm>
#include <utility>

namespace openclaw::telegram {

namespace {

constexpr Milliseconds assumed_wait = std::chrono::seconds(5); // a 429 that names no time
constexpr std::size_t most_actions = 64;

// What there is to say of a success besides "done".
std::string result_json(json::View result) {
    if (!result["message_thread_id"].is_integer()) return {};
    json::Writer out;
    out.begin_object()
        .member("threadId", std::to_string(result["message_thread_id"].integer()))
        .member("name", result["name"].text());
    return out.end_object().take();
}

} // namespace

void Actions::begin(worker::Question question) {
    wire::ChannelAction action = question.asked().action();
    action.mutable_chat()->set_id(migrations_.resolve(action.chat().id()));
    auto call = action_call(action, settings_);
    if (!call && call.error().code == Code::not_found) return question.refuse_unsupported();
    if (!call) return question.refuse(wire::ChannelAnswer::INVALID, call.error().sentence);
    if (actions_.size() >= most_actions)
        return question.refuse(wire::ChannelAnswer::RATE, "too much is being done already");
    const auto id = ++last_id_;
    const auto within = question.within();
    actions_.emplace(id, Action{.question = std::move(question),
                                .chat = action.chat().id(),
                                .call = std::move(*call),
                                .give_up_at = clock_.now() + within});
    queue_.submit(action.chat().id(), Priority::cosmetic, [this, id] { on_turn(id); });
}

void Actions::on_turn(Id id) {
    auto& action = actions_.at(id);
    if (clock_.now() < action.give_up_at) return call(id, action.call.body);
    const auto chat = action.chat;
    action.question.refuse(wire::ChannelAnswer::RATE,
                           "Telegram lets nothing into this chat at this moment; nothing was done");
    actions_.erase(id);
    queue_.finish(chat, SendQueue::Used::no);
}

void Actions::call(Id id, std::string body) {
    const auto& action = actions_.at(id);
    const auto left = std::chrono::duration_cast<Milliseconds>(action.give_up_at - clock_.now());
    api_.call({.method = action.call.method,
               .body = std::move(body),
               .deadline = std::max(left, Milliseconds(1)),
               .idempotent = action.call.repeatable == Repeatable::yes},
              [this, id](const Answer& answer) { on_answer(id, answer); });
}

void Actions::on_answer(Id id, const Answer& answer) {
    auto& action = actions_.at(id);
    if (answer.trouble == Trouble::format && !action.call.plain_body.empty())
        return call(id, std::exchange(action.call.plain_body, {}));
    const auto chat = action.chat;
    if (answer.trouble == Trouble::rate)
        queue_.hold(chat, answer.retry_after.value_or(assumed_wait));
    if (answer.trouble == Trouble::migrated) migrations_.learn(chat, answer.migrated_to);
    tell(action, answer);
    actions_.erase(id);
    queue_.finish(chat, SendQueue::Used::yes);
}

void Actions::tell(Action& action, const Answer& answer) {
    if (!answer.ok() && answer.trouble != Trouble::unchanged)
        return refuse(action.question, answer, action.call.repeatable);
    const auto made = answer.result()["message_id"];
    action.question.done(made.is_integer() ? std::to_string(made.integer())
                                           : action.question.asked().action().message_id(),
                         result_json(answer.result()));
}

} // namespace openclaw::telegram
