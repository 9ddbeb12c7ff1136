// What the parts of the worker talk to, in the hands of a test: an Api that answers when told.
#pragma once

#include "tests/unit/workers/scripted.h"
#include "workers/telegram/api.h"

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

using openclaw::scripted::FakeAlarms;
using openclaw::scripted::FakeUplink;

} // namespace openclaw::telegram::scripted
