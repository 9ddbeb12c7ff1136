// telegram/deliveries.h — all answers on their way: in each chat one after the other, chats beside
// each other.
#pragma once

#include "common/loop/alarm.h"
#include "workers/telegram/delivering.h"
#include "workers/telegram/typing.h"

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace openclaw::telegram {

class Deliveries final : public Delivering::Owner {
  public:
    using OnRefused = std::function<void(const Answer&)>;

    Deliveries(Delivering::Links links, AlarmMaker& alarms, Typing& typing, OnRefused on_refused);
    ~Deliveries() override;

    // An action that is on its way already is not begun again. `on_idle` is told when none is left.
    void begin(Answering answering);
    void acknowledge(const std::string& action_id, std::uint32_t part);
    void on_room();

    bool is_idle() const { return by_action_.empty(); }

    std::size_t count() const { return by_action_.size(); }

    void tell_when_idle(std::function<void()> on_idle) { on_idle_ = std::move(on_idle); }

  private:
    using Chat = std::deque<std::unique_ptr<Delivering>>; // the first is on its way

    void on_pause(Delivering& one) override;
    void on_message(const Target& target) override;

    void on_refused(const Answer& answer) override { on_refused_(answer); }

    void on_finished(Delivering& one) override;

    void refuse(const Answering& answering);
    void on_alarm();
    void plan();

    Delivering::Links to_;
    Typing& typing_;
    OnRefused on_refused_;
    std::function<void()> on_idle_;
    std::unordered_map<std::string, Chat> chats_;
    std::unordered_map<std::string, std::pair<Delivering*, std::string>> by_action_; // and its chat
    std::vector<Delivering*> sleeping_; // until their wakes_at()
    std::unique_ptr<Alarm> alarm_;
};

} // namespace openclaw::telegram
