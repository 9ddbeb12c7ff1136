// What the parts of the worker talk to, in the hands of a test: an Api that answers when told.
#pragma once

#include "tests/unit/workers/scripted.h"
#include "workers/discord/api.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

namespace openclaw::discord::scripted {

using openclaw::scripted::FakeAlarms;
using openclaw::scripted::FakeUplink;

class FakeApi final : public Api {
  public:
    struct Made {
        Id id = 0;
        std::string line; // "POST /channels/7/messages"
        std::string body;
        Priority priority{};
        bool is_anonymous = false;
        bool rather_never = false;
        std::string content_type{};
        bool comes_back = false;
    };

    Id call(Call call, OnAnswer done) override {
        if (call.on_leaving && connects && !call.on_leaving()) held_back = true;
        made.push_back({++last_, call.method + " " + call.path, call.body, call.priority,
                        call.is_anonymous, call.rather_never, call.content_type, call.comes_back});
        open_.emplace(last_, std::move(done));
        return last_;
    }

    void cancel(Id id) override { open_.erase(id); }

    std::size_t in_flight() const override { return open_.size(); }

    // The oldest call that waits.
    void answer(Answer answer) {
        REQUIRE_FALSE(open_.empty());
        auto done = std::move(open_.begin()->second);
        open_.erase(open_.begin());
        done(std::move(answer));
    }

    void answer_ok(const std::string& body) {
        answer(read_answer(200, body, [](std::string_view) { return std::string_view(); }));
    }

    void answer_sent(const std::string& id) { answer_ok(R"({"id":")" + id + R"("})"); }

    void answer_error(int status, int code, const std::string& extra = "") {
        answer(read_answer(status,
                           R"({"message":"no","code":)" + std::to_string(code) + extra + "}",
                           [](std::string_view) { return std::string_view(); }));
    }

    void lose() { answer(no_answer("connection reset", true)); }

    void refuse_connection() { answer(no_answer("connection refused", false)); }

    const Made& last() const {
        REQUIRE_FALSE(made.empty());
        return made.back();
    }

    std::vector<std::string> lines() const {
        std::vector<std::string> all;
        for (const auto& one : made)
            all.push_back(one.line);
        return all;
    }

    json::Document last_body() const {
        auto document = json::Document::parse(last().body);
        REQUIRE(document);
        return std::move(*document);
    }

    std::vector<Made> made;
    bool connects = true; // false: nothing leaves
    bool held_back = false;

  private:
    Id last_ = 0;
    std::map<Id, OnAnswer> open_; // in order of the calls
};

} // namespace openclaw::discord::scripted
