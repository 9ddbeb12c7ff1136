#include "supervisor/flow/system_events.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

namespace openclaw::flow {

namespace {

// "2026-03-02 00:32:44 UTC"
std::string time_of(std::int64_t unix_ms) {
    const std::time_t seconds = unix_ms / 1000;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts)};
}

std::string line_of(const SystemEvents::Event& event) {
    const bool is_ours = event.from == SystemEvents::From::gateway;
    return (is_ours ? "System: [" : "System (untrusted): [") + time_of(event.at_ms) + "] " +
           event.text + "\n";
}

// A stranger's line goes first, and pushes out nobody else's.
bool make_room(SystemEvents::Events& events, SystemEvents::From from) {
    const auto oldest =
        std::ranges::find(events, SystemEvents::From::stranger, &SystemEvents::Event::from);
    if (oldest != events.end())
        events.erase(oldest);
    else if (from == SystemEvents::From::gateway)
        events.pop_front();
    return events.size() < SystemEvents::most_of_session;
}

bool is_only_strangers(const SystemEvents::Events& events) {
    return std::ranges::all_of(events, [](const SystemEvents::Event& event) {
        return event.from == SystemEvents::From::stranger;
    });
}

} // namespace

void SystemEvents::add(const std::string& session_key, std::string text, From from) {
    if (!waiting_.contains(session_key)) {
        if (order_.size() >= most_sessions && !forget_one(from)) return;
        order_.push_back(session_key);
    }
    auto& events = waiting_[session_key];
    if (!events.empty() && events.back().text == text) return;
    if (events.size() >= most_of_session && !make_room(events, from)) return;
    events.push_back({.text = std::move(text), .from = from, .at_ms = clock_.unix_ms()});
}

const SystemEvents::Events& SystemEvents::of(const std::string& session_key) const {
    static const Events none;
    const auto found = waiting_.find(session_key);
    return found == waiting_.end() ? none : found->second;
}

void SystemEvents::forget(const std::string& session_key) {
    if (waiting_.erase(session_key) > 0) std::erase(order_, session_key);
}

// For a line of `from`. Reactions in many chats cost one hijacked worker nothing: sessions that
// hold nothing else go first, and none that holds news of the gateway's goes for a stranger.
bool SystemEvents::forget_one(From from) {
    auto one = std::ranges::find_if(
        order_, [this](const std::string& key) { return is_only_strangers(waiting_.at(key)); });
    if (one == order_.end() && from == From::stranger) return false;
    if (one == order_.end()) one = order_.begin();
    forget(std::string(*one));
    return true;
}

std::string SystemEvents::take(const std::string& session_key) {
    std::string lines;
    for (const auto& event : of(session_key))
        lines += line_of(event);
    forget(session_key);
    return lines;
}

} // namespace openclaw::flow
