// What the parts of any channel's worker talk to, in the hands of a test: an uplink that remembers,
// alarms that ring when the clock is moved.
#pragma once

#include "common/loop/alarm.h"
#include "common/worker/uplink.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace openclaw::scripted {

class FakeUplink final : public worker::Uplink {
  public:
    void send(wire::Frame frame, UniqueFd) override { frames.push_back(std::move(frame)); }

    bool has_room() const override { return room; }

    // "DISPATCHING 1/3", "SENT 1/3 #7", "preview #7", "FAILED 1/1 blocked permanent"
    std::vector<std::string> deliveries() const {
        std::vector<std::string> lines;
        for (const auto& frame : frames) {
            if (!frame.has_delivery()) continue;
            const auto& one = frame.delivery();
            if (one.preview()) {
                const bool sent = one.state() == wire::Delivery::SENT;
                lines.push_back(sent ? "preview #" + one.message_id()
                                     : "preview " + wire::Delivery::State_Name(one.state()));
                continue;
            }
            auto line = wire::Delivery::State_Name(one.state()) + " " + std::to_string(one.part()) +
                        "/" + std::to_string(one.parts());
            if (!one.message_id().empty()) line += " #" + one.message_id();
            if (!one.error_code().empty()) line += " " + one.error_code();
            if (one.permanent()) line += " permanent";
            lines.push_back(line);
        }
        return lines;
    }

    std::vector<wire::Frame> frames;
    bool room = true;
};

// Alarms on a ManualClock: advance() moves the time and rings what is due, in order.
class FakeAlarms final : public AlarmMaker {
  public:
    explicit FakeAlarms(ManualClock& clock)
        : clock_(clock) {}

    std::unique_ptr<Alarm> make(Task on_ring) override {
        auto alarm = std::make_unique<FakeAlarm>(*this, std::move(on_ring));
        alarms_.push_back(alarm.get());
        return alarm;
    }

    void advance(Milliseconds by) {
        const auto end = clock_.now() + by;
        while (auto* next = earliest(end)) {
            if (next->due > clock_.now())
                clock_.advance(std::chrono::duration_cast<Milliseconds>(next->due - clock_.now()));
            next->due = Instant::max();
            next->on_ring();
        }
        if (end > clock_.now())
            clock_.advance(std::chrono::duration_cast<Milliseconds>(end - clock_.now()));
    }

  private:
    struct FakeAlarm final : Alarm {
        FakeAlarm(FakeAlarms& of, Task ring)
            : owner(of)
            , on_ring(std::move(ring)) {}

        ~FakeAlarm() override { std::erase(owner.alarms_, this); }

        void set(Milliseconds delay) override { due = owner.clock_.now() + delay; }

        void clear() override { due = Instant::max(); }

        FakeAlarms& owner;
        Task on_ring;
        Instant due = Instant::max();
    };

    FakeAlarm* earliest(Instant until) const {
        FakeAlarm* first = nullptr;
        for (auto* alarm : alarms_)
            if (alarm->due <= until && (first == nullptr || alarm->due < first->due)) first = alarm;
        return first;
    }

    ManualClock& clock_;
    std::vector<FakeAlarm*> alarms_;
};

} // namespace openclaw::scripted
