// discord/upload_gate.h — how many bytes of files are on their way out at once.
//
// A request is in memory as a whole, twice while it is written: so only as many leave together as
// one request may hold, and the others wait for their turn, in order.
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
        if (leaving_ != 0 && leaving_ + bytes > most_of_a_request) {
            waiting_.push_back(std::move(go_on));
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
    void let_in() {
        for (auto& go_on : std::exchange(waiting_, {}))
            go_on();
    }

    std::size_t leaving_ = 0;
    std::deque<Task> waiting_;
    std::unique_ptr<Alarm> alarm_;
};

} // namespace openclaw::discord
