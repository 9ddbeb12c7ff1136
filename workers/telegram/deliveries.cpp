#include "workers/telegram/deliveries.h"

#include "common/log/log.h"

#include <algorithm>
#include <utility>

namespace openclaw::telegram {

namespace {
constexpr std::size_t most_deliveries = 4096;
}

Deliveries::Deliveries(Delivering::Links links, AlarmMaker& alarms, Typing& typing,
                       OnRefused on_refused)
    : to_(links)
    , typing_(typing)
    , on_refused_(std::move(on_refused))
    , alarm_(alarms.make([this] { on_alarm(); })) {}

Deliveries::~Deliveries() = default;

void Deliveries::begin(Answering answering) {
    if (by_action_.contains(answering.action_id)) return;
    if (by_action_.size() >= most_deliveries) return refuse(answering);
    const auto chat_id = answering.target.chat_id;
    auto one = std::make_unique<Delivering>(to_, *this, std::move(answering));
    auto& chat = chats_[chat_id];
    by_action_.emplace(one->action_id(), std::pair(one.get(), chat_id));
    chat.push_back(std::move(one));
    if (chat.size() == 1) chat.front()->begin();
}

void Deliveries::acknowledge(const std::string& action_id, std::uint32_t part) {
    const auto found = by_action_.find(action_id);
    if (found != by_action_.end()) found->second.first->acknowledge(part);
}

void Deliveries::on_room() {
    std::vector<std::string> active;
    active.reserve(chats_.size());
    for (const auto& [chat_id, chat] : chats_)
        active.push_back(chat.front()->action_id());
    for (const auto& action_id : active) // one may finish inside on_room()
        if (const auto found = by_action_.find(action_id); found != by_action_.end())
            found->second.first->on_room();
}

void Deliveries::refuse(const Answering& answering) {
    wire::Frame frame;
    frame.set_trace(answering.trace);
    auto& delivery = *frame.mutable_delivery();
    delivery.set_action_id(answering.action_id);
    delivery.set_attempt(answering.attempt);
    delivery.set_state(wire::Delivery::FAILED);
    delivery.set_error_code("busy");
    delivery.set_error("too many answers wait to be sent on this bot");
    to_.uplink.send(std::move(frame));
}

void Deliveries::on_message(const Target& target) {
    typing_.end(target);
}

void Deliveries::on_finished(Delivering& one) {
    std::erase(sleeping_, &one);
    const auto entry = by_action_.extract(one.action_id());
    const auto chat = chats_.find(entry.mapped().second);
    const auto finished = std::move(chat->second.front()); // lives until we return
    chat->second.pop_front();
    if (chat->second.empty())
        chats_.erase(chat);
    else
        chat->second.front()->begin();
    if (is_idle() && on_idle_) std::exchange(on_idle_, nullptr)();
}

void Deliveries::on_pause(Delivering& one) {
    if (std::ranges::find(sleeping_, &one) == sleeping_.end()) sleeping_.push_back(&one);
    plan();
}

void Deliveries::on_alarm() {
    const auto now = to_.clock.now();
    std::vector<std::string> due;
    std::erase_if(sleeping_, [&](const Delivering* one) {
        if (one->wakes_at() == Instant::max()) return true; // woken by something else
        if (one->wakes_at() > now) return false;
        due.push_back(one->action_id());
        return true;
    });
    for (const auto& action_id : due) // one may finish inside on_time()
        if (const auto found = by_action_.find(action_id); found != by_action_.end())
            found->second.first->on_time();
    plan();
}

void Deliveries::plan() {
    auto next = Instant::max();
    for (const auto* one : sleeping_)
        next = std::min(next, one->wakes_at());
    if (next == Instant::max()) return alarm_->clear();
    alarm_->set(std::max(std::chrono::ceil<Milliseconds>(next - to_.clock.now()), Milliseconds(1)));
}

} // namespace openclaw::telegram
