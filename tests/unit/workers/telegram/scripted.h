// What the parts of the worker talk to, in the hands of a test: an Api that answers when told, an
// uplink that remembers, alarms that ring when the clock is moved.
#pragma once

#include "workers/telegram/alarm.h"
#include "workers/telegram/api.h"
#include "workers/telegram/uplink.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace openclaw::telegram::scripted {

class FakeApi final : public Api {
  public:
    struct Made {
        Id id = 0;
        std::string method;
        std::string body;
        Milliseconds deadline{};
        Lane lane = Lane::send;
    };

    Id call(Call call, OnAnswer done) override {
        if (call.on_leaving && connects && !call.on_leaving()) held_back = true;
        made.push_back({++last_, std::string(call.method), call.body, call.deadline, call.lane});
        open_.emplace(last_, std::move(done));
        return last_;
    }

    void cancel(Id id) override { open_.erase(id); }

    void rebuild(Lane) override { ++rebuilds; }

    std::size_t in_flight(Lane) const override { return open_.size(); }

    std::size_t open() const { return open_.size(); }

    const Made& last() const { return made.back(); }

    std::vector<std::string> methods() const {
        std::vector<std::string> names;
        for (const auto& one : made)
            names.push_back(one.method);
        return names;
    }

    // The oldest call that waits.
    void answer(Answer answer) {
        REQUIRE_FALSE(open_.empty());
        auto done = std::move(open_.begin()->second);
        open_.erase(open_.begin());
        done(std::move(answer));
    }

    void answer_ok(const std::string& result) {
        answer(read_answer(200, R"({"ok":true,"result":)" + result + "}", std::nullopt));
    }

    void answer_sent(int message_id) {
        answer_ok(R"({"message_id":)" + std::to_string(message_id) + "}");
    }

    void answer_error(int code, const std::string& description,
                      const std::string& parameters = "{}") {
        answer(read_answer(code,
                           R"({"ok":false,"error_code":)" + std::to_string(code) +
                               R"(,"description":")" + description + R"(","parameters":)" +
                               parameters + "}",
                           std::nullopt));
    }

    void lose() { answer(no_answer("connection reset", true)); }

    void refuse_connection() { answer(no_answer("connection refused", false)); }

    std::vector<Made> made;
    int rebuilds = 0;
    bool connects = true; // false: nothing leaves
    bool held_back = false;

  private:
    Id last_ = 0;
    std::map<Id, OnAnswer> open_; // in order of the calls
};

class FakeUplink final : public Uplink {
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

} // namespace openclaw::telegram::scripted
