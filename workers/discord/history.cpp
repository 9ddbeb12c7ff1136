#include "workers/discord/history.h"

#include "common/log/log.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace openclaw::discord {

namespace {

constexpr int page = 100; // Get Channel Messages, limit
// Pauses before the second, third and fourth try of a page.
constexpr std::array<Milliseconds, 3> history_pauses = {
    std::chrono::seconds(2), std::chrono::seconds(8), std::chrono::seconds(30)};
// Then the other channels have their turn, and all that is left is asked for once more after this.
constexpr Milliseconds next_round_after = std::chrono::minutes(5);
constexpr int most_rounds = 24 * 12; // a day: what is older is not read anyway

// The snowflake of a moment.
Snowflake at_time(std::int64_t unix_ms) {
    const Snowflake first{1};
    return {static_cast<std::uint64_t>(std::max<std::int64_t>(unix_ms - first.unix_ms(), 1)) << 22};
}

} // namespace

History::History(const Clock& clock, AlarmMaker& alarms, Api& api, World& world,
                 OnMessage on_message, std::function<void()> on_over)
    : clock_(clock)
    , api_(api)
    , world_(world)
    , on_message_(std::move(on_message))
    , on_over_(std::move(on_over))
    , alarm_(alarms.make([this] { next(); })) {}

History::~History() {
    if (call_ != 0) api_.cancel(call_);
}

void History::begin(std::vector<std::pair<Snowflake, Snowflake>> channels) {
    stop();
    const auto earliest = at_time(clock_.unix_ms() - oldest.count());
    for (const auto& [channel, last] : channels)
        channels_.push_back({.channel = channel, .after = std::max(last, earliest)});
    next();
}

void History::stop() {
    if (const auto call = std::exchange(call_, 0); call != 0) api_.cancel(call);
    alarm_->clear();
    channels_.clear();
}

void History::next() {
    if (channels_.empty()) return on_over_();
    const auto& gap = channels_.front();
    const auto* channel = world_.channel(gap.channel);
    if (channel == nullptr) return learn();
    if (channel->last_message && channel->last_message <= gap.after) return over();
    read();
}

// A direct conversation, mostly: no event tells of those.
void History::learn() {
    call_ = api_.call({.path = "/channels/" + channels_.front().channel.text(), .idempotent = true},
                      [this](const Answer& answer) { on_channel(answer); });
}

void History::on_channel(const Answer& answer) {
    call_ = 0;
    if (try_again(answer)) return;
    if (!answer.ok() || world_.learn_channel(answer.result()) == nullptr) return over();
    next();
}

void History::read() {
    const auto& gap = channels_.front();
    call_ = api_.call({.path = "/channels/" + gap.channel.text() + "/messages?after=" +
                               gap.after.text() + "&limit=" + std::to_string(page),
                       .idempotent = true},
                      [this](const Answer& answer) { on_messages(answer); });
}

// A page is the oldest hundred after the mark, newest first.
void History::on_messages(const Answer& answer) {
    call_ = 0;
    if (try_again(answer)) return;
    if (!answer.ok()) return over();
    auto& gap = channels_.front();
    gap.tries = 0;
    std::vector<std::pair<Snowflake, json::View>> messages;
    answer.result().each_element([&](json::View message) {
        if (const auto id = Snowflake::parse(message["id"].text()))
            messages.emplace_back(*id, message);
        return true;
    });
    std::ranges::sort(messages, {}, [](const auto& entry) { return entry.first; });
    for (const auto& [id, message] : messages) {
        gap.after = std::max(gap.after, id);
        ++gap.messages;
        ++found_;
        on_message_(message);
    }
    if (messages.size() < page || gap.messages >= most_of_a_channel) return over();
    read();
}

void History::over() {
    if (channels_.front().messages > 0)
        log::info("discord.missed_messages_read", {{"channel", channels_.front().channel.text()},
                                                   {"messages", channels_.front().messages}});
    channels_.pop_front();
    alarm_->set(Milliseconds(0));
}

bool History::try_again(const Answer& answer) {
    auto& gap = channels_.front();
    const auto tries = static_cast<std::size_t>(gap.tries);
    if (!may_pass(answer.trouble) && answer.trouble != Trouble::dropped) return false;
    if (tries >= history_pauses.size()) return put_off();
    ++gap.tries;
    alarm_->set(std::max(history_pauses[tries], answer.retry_after.value_or(Milliseconds(0))));
    return true;
}

// Not now is not never: the gap stays open, over our death as well.
bool History::put_off() {
    auto gap = channels_.front();
    gap.tries = 0;
    if (++gap.rounds > most_rounds) {
        log::warn("discord.missed_messages_unread", {{"channel", gap.channel.text()}});
        return false;
    }
    channels_.pop_front();
    channels_.push_back(gap);
    const bool had_all_a_turn = channels_.front().rounds == gap.rounds;
    alarm_->set(had_all_a_turn ? next_round_after : Milliseconds(0));
    return true;
}

} // namespace openclaw::discord
