// discord/upload_gate.h — how many bytes of files are on their way out at once.
//
// A request is in memory as a whole, twice while it is written: so only as many leave together as
// one request may hold, and the others wait for their turn, in order: small ones do not go by a
// large one for ever.
#pragma once

#include "common/loop/alarm.h"
#include "workers/discord/upload.h"

#include <cstddef>
#include <deque>
#include <memory>
#include <utility>

namespace openclaw::discord {

class UploadGate {
  public:
    explicit UploadGate(AlarmMaker& alarms)
        : alarm_(alarms.make([this] { let_in(); })) {}

    // True: it may leave now, and holds its bytes until leave(). False: `go_on` runs when there may
    // be room, and asks again.
    bool enter(std::size_t bytes, Task go_on) {
        const bool is_its_turn = waiting_.empty() || is_letting_in_;
        if (!is_its_turn || !has_room_for(bytes)) {
            waiting_.push_back({bytes, std::move(go_on)});
            return false;
        }
        leaving_ += bytes;
        return true;
    }

    void leave(std::size_t bytes) {
        leaving_ -= bytes;
        if (!waiting_.empty()) alarm_->set(Milliseconds(0));
    }

  private:
    struct Waiting {
        std::size_t bytes = 0;
        Task go_on;
    };

    bool has_room_for(std::size_t bytes) const {
        return leaving_ == 0 || leaving_ + bytes <= most_of_a_request;
    }

    // Who is not there any more takes nothing, and the next one is asked.
    void let_in() {
        is_letting_in_ = true;
        while (!waiting_.empty() && has_room_for(waiting_.front().bytes)) {
            auto next = std::move(waiting_.front());
            waiting_.pop_front();
            next.go_on();
        }
        is_letting_in_ = false;
    }

    std::size_t leaving_ = 0;
    std::deque<Waiting> waiting_;
    bool is_letting_in_ = false;
    std::unique_ptr<Alarm> alarm_;
};

} // namespace openclaw::discord
