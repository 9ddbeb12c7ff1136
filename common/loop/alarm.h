// loop/alarm.h — "wake me then": how parts of a worker that must be tested without waiting know
// about timers.
//
// One alarm is one wish; setting it again replaces the wish. The tests' alarms ring when the test
// says so.
#pragma once

#include "common/base/clock.h"
#include "common/loop/timer.h"

#include <memory>
#include <utility>

namespace openclaw {

class Alarm {
  public:
    virtual ~Alarm() = default; // it will not ring any more
    virtual void set(Milliseconds delay) = 0;
    virtual void clear() = 0;
};

class AlarmMaker {
  public:
    virtual ~AlarmMaker() = default;
    virtual std::unique_ptr<Alarm> make(Task on_ring) = 0;
};

// Alarms that ring on the loop.
class LoopAlarms final : public AlarmMaker {
  public:
    explicit LoopAlarms(Loop& loop)
        : loop_(loop) {}

    std::unique_ptr<Alarm> make(Task on_ring) override {
        return std::make_unique<LoopAlarm>(loop_, std::move(on_ring));
    }

  private:
    class LoopAlarm final : public Alarm {
      public:
        LoopAlarm(Loop& loop, Task on_ring)
            : timer_(loop)
            , on_ring_(std::move(on_ring)) {}

        void set(Milliseconds delay) override {
            timer_.start(delay, [this] { on_ring_(); });
        }

        void clear() override { timer_.stop(); }

      private:
        Timer timer_;
        Task on_ring_;
    };

    Loop& loop_;
};

} // namespace openclaw
