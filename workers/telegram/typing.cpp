#include "workers/telegram/typing.h"

#include <algorithm>
#include <vector>

namespace openclaw::telegram {

namespace {

constexpr Milliseconds again_after = std::chrono::seconds(4);   // TELEGRAM.md 6.4: shown for 5 s
constexpr Milliseconds give_up_after = std::chrono::minutes(2); // TELEGRAM.md 6.4
constexpr Milliseconds action_deadline = std::chrono::seconds(4);
constexpr std::size_t most_chats = 1000;

std::string key_of(const Target& target) {
    return target.chat_id + ":" + target.thread_id;
}

} // namespace

Typing::Typing(const Clock& clock, AlarmMaker& alarms, Api& api, const SendQueue& queue,
               const Migrations& migrations)
    : clock_(clock)
    , api_(api)
    , queue_(queue)
    , migrations_(migrations)
    , alarm_(alarms.make([this] { on_alarm(); })) {}

void Typing::begin(const Target& target) {
    if (chats_.size() >= most_chats) return;
    const auto now = clock_.now();
    const auto [entry, is_new] =
        chats_.try_emplace(key_of(target), Chat{target, now, now + give_up_after});
    entry->second.give_up = now + give_up_after;
    if (is_new) on_alarm();
}

void Typing::end(const Target& target) {
    if (chats_.erase(key_of(target)) > 0) plan();
}

void Typing::go_on(const Target& target) {
    const auto found = chats_.find(key_of(target));
    if (found != chats_.end()) found->second.give_up = clock_.now() + give_up_after;
}

void Typing::stop() {
    chats_.clear();
    plan();
}

void Typing::on_alarm() {
    const auto now = clock_.now();
    std::erase_if(chats_, [now](const auto& entry) { return entry.second.give_up <= now; });
    for (auto& [key, chat] : chats_)
        if (chat.next <= now) say(key, chat);
    plan();
}

void Typing::say(const std::string& key, Chat& chat) {
    chat.next = clock_.now() + again_after;
    auto target = chat.target;
    target.chat_id = migrations_.resolve(target.chat_id);
    if (queue_.is_held(target.chat_id)) return;
    api_.call({.method = "sendChatAction",
               .body = chat_action_body(target),
               .deadline = action_deadline,
               .idempotent = true},
              [this, key](const Answer& answer) {
                  if (answer.status != 400 && answer.status != 403) return;
                  chats_.erase(key); // not wanted here: silent until the next run
                  plan();
              });
}

void Typing::plan() {
    auto next = Instant::max();
    for (const auto& [key, chat] : chats_)
        next = std::min(next, chat.next);
    if (chats_.empty()) return alarm_->clear();
    alarm_->set(std::max(std::chrono::ceil<Milliseconds>(next - clock_.now()), Milliseconds(1)));
}

} // namespace openclaw::telegram
