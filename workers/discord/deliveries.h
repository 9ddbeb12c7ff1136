// discord/deliveries.h — all answers on their way: in each channel one after the other, channels
// beside each other.
#pragma once

#include "workers/discord/delivering.h"
#include "workers/discord/typing.h"

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

namespace openclaw::discord {

class Deliveries final : public Delivering::Owner {
  public:
    static constexpr std::size_t most_deliveries = 4096;
    static constexpr std::size_t most_file_bytes = 32u << 20; // of all that wait; one may be more

    Deliveries(Delivering::Links links, Typing& typing);
    ~Deliveries() override;

    // An action that is on its way already is not begun again.
    void begin(Answering answering);
    void acknowledge(const std::string& action_id, std::uint32_t part);
    void on_room();

    bool is_idle() const { return by_action_.empty(); }

    std::size_t count() const { return by_action_.size(); }

    void tell_when_idle(std::function<void()> on_idle) { on_idle_ = std::move(on_idle); }

  private:
    using Channel = std::deque<std::unique_ptr<Delivering>>; // the first is on its way

    void on_message(const std::string& channel) override { typing_.end(channel); }

    void on_finished(Delivering& one) override;
    bool is_too_much(const Answering& answering) const;
    void refuse(const Answering& answering);
    void begin_next();

    Delivering::Links to_;
    Typing& typing_;
    std::size_t file_bytes_ = 0;
    std::function<void()> on_idle_;
    std::unordered_map<std::string, Channel> channels_;
    std::unordered_map<std::string, std::pair<Delivering*, std::string>>
        by_action_;                                    // and its channel
    std::deque<std::unique_ptr<Delivering>> finished_; // until nobody is inside of them
    std::deque<std::string> free_channels_;            // whose next one may begin
    std::unique_ptr<Alarm> alarm_;
};

} // namespace openclaw::discord
