#include "workers/discord/deliveries.h"

#include <utility>
#include <vector>

namespace openclaw::discord {

Deliveries::Deliveries(Delivering::Links links, Typing& typing)
    : to_(links)
    , typing_(typing)
    , alarm_(links.alarms.make([this] { begin_next(); })) {}

Deliveries::~Deliveries() = default;

void Deliveries::begin(Answering answering) {
    if (by_action_.contains(answering.action_id)) return;
    if (is_too_much(answering)) return refuse(answering);
    file_bytes_ += bytes_of(answering.files);
    const auto name = answering.to.channel.empty() ? answering.to.person : answering.to.channel;
    auto one = std::make_unique<Delivering>(to_, *this, std::move(answering));
    auto& channel = channels_[name];
    by_action_.emplace(one->action_id(), std::pair(one.get(), name));
    channel.push_back(std::move(one));
    if (channel.size() == 1) channel.front()->begin();
}

bool Deliveries::is_too_much(const Answering& answering) const {
    const auto bytes = bytes_of(answering.files);
    const bool has_room = file_bytes_ == 0 || file_bytes_ + bytes <= most_file_bytes;
    return by_action_.size() >= most_deliveries || (bytes != 0 && !has_room);
}

void Deliveries::acknowledge(const std::string& action_id, std::uint32_t part) {
    const auto found = by_action_.find(action_id);
    if (found != by_action_.end()) found->second.first->acknowledge(part);
}

void Deliveries::on_room() {
    std::vector<std::string> active;
    active.reserve(channels_.size());
    for (const auto& [name, channel] : channels_)
        active.push_back(channel.front()->action_id());
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

// The finished one is somewhere above us on the stack: it goes, and the next begins, a turn later.
void Deliveries::on_finished(Delivering& one) {
    const auto entry = by_action_.extract(one.action_id());
    const auto& name = entry.mapped().second;
    auto& channel = channels_.at(name);
    file_bytes_ -= one.file_bytes();
    finished_.push_back(std::move(channel.front()));
    channel.pop_front();
    if (channel.empty())
        channels_.erase(name);
    else
        free_channels_.push_back(name);
    alarm_->set(Milliseconds(0));
}

void Deliveries::begin_next() {
    finished_.clear();
    for (const auto& name : std::exchange(free_channels_, {}))
        if (const auto found = channels_.find(name); found != channels_.end())
            found->second.front()->begin();
    if (is_idle() && on_idle_) std::exchange(on_idle_, nullptr)();
}

} // namespace openclaw::discord
