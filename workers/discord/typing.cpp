#include "workers/discord/typing.h"

#include <algorithm>

namespace openclaw::discord {

namespace {

constexpr Milliseconds typing_again = std::chrono::seconds(8);   // DISCORD.md 2.5: shown for 10 s
constexpr Milliseconds typing_at_most = std::chrono::minutes(2); // without a word of the run
constexpr Milliseconds typing_deadline = std::chrono::seconds(5);
constexpr std::size_t most_typing = 1000;

} // namespace

Typing::Typing(const Clock& clock, AlarmMaker& alarms, Api& api)
    : clock_(clock)
    , api_(api)
    , alarm_(alarms.make([this] { on_alarm(); })) {}

void Typing::begin(const std::string& channel) {
    if (channels_.size() >= most_typing) return;
    const auto now = clock_.now();
    const auto [entry, is_new] = channels_.try_emplace(channel, Channel{now, now + typing_at_most});
    entry->second.give_up = now + typing_at_most;
    if (is_new) on_alarm();
}

void Typing::end(const std::string& channel) {
    if (channels_.erase(channel) > 0) plan();
}

void Typing::go_on(const std::string& channel) {
    const auto found = channels_.find(channel);
    if (found != channels_.end()) found->second.give_up = clock_.now() + typing_at_most;
}

void Typing::stop() {
    channels_.clear();
    plan();
}

void Typing::on_alarm() {
    const auto now = clock_.now();
    std::erase_if(channels_, [now](const auto& entry) { return entry.second.give_up <= now; });
    for (auto& [name, channel] : channels_) {
        if (channel.next > now) continue;
        channel.next = now + typing_again;
        say(name);
    }
    plan();
}

void Typing::say(const std::string& channel) {
    api_.call({.method = "POST",
               .path = "/channels/" + channel + "/typing",
               .priority = Priority::cosmetic,
               .deadline = typing_deadline,
               .idempotent = true,
               .rather_never = true},
              [this, channel](const Answer& answer) {
                  if (answer.status != 403 && answer.status != 404) return;
                  channels_.erase(channel); // not wanted here: silent until the next run
                  plan();
              });
}

void Typing::plan() {
    if (channels_.empty()) return alarm_->clear();
    auto next = Instant::max();
    for (const auto& [name, channel] : channels_)
        next = std::min({next, channel.next, channel.give_up});
    alarm_->set(std::max(std::chrono::ceil<Milliseconds>(next - clock_.now()), Milliseconds(1)));
}

} // namespace openclaw::discord
