// agent/run.h — one turn: ask the model, pass its words on as they come, ask again when that can
// help, report the end.
//
//   begin → ask ─┬→ on_headers → on_bytes … → on_answered ─┬→ complete ─┐
//                │                                         │            ├→ report, once
//                └────────── pause ← on_failed ←───────────┘→ fail ─────┘
//
// Runs do not know each other. A request is repeated only while no word of the answer was passed
// on. Every wait has a deadline: the request's own (silence, total) and the run's. Lives on the
// loop; `over` may destroy it later, not inside the call.
#pragma once

#include "common/loop/timer.h"
#include "common/net/https_client.h"
#include "workers/agent/answer.h"
#include "workers/agent/failure.h"
#include "workers/agent/reports.h"
#include "workers/agent/retry.h"

#include <memory>
#include <optional>
#include <string>

namespace openclaw::agent {

// What a run is asked to do.
struct Order {
    RunName name;
    std::string provider, model;
    std::vector<PromptMessage> prompt;
    Milliseconds timeout{0};             // of the whole run; 0: the default
    std::uint32_t max_output_tokens = 0; // 0: the model's own limit
    ipc::Enclosure images;               // for the model to see; empty: none
};

struct RunTimes {
    Milliseconds whole_run =
        std::chrono::minutes(10); // when neither the order nor the provider says
    Milliseconds connect = std::chrono::seconds(10);
    Milliseconds first_byte = std::chrono::minutes(5); // a local model may have to be loaded first
    Milliseconds silence = std::chrono::minutes(2);    // between two pieces of an answer
    Milliseconds between_deltas{25};
    Milliseconds after_last_event{
        50}; // for the end of the body, so that the connection can be kept
    RetryTable retry;
};

// What runs share. Outlives them.
struct RunWorld {
    Loop& loop;
    net::HttpClient& client;
    Reports& reports;
    RunTimes times;
    std::int64_t last_upstream_unix_ms = 0; // the last byte of any provider
};

class Run {
  public:
    using Over = std::move_only_function<void(const std::string& run_id)>;

    Run(RunWorld& world, Order order, Over over);

    void begin(const ProviderSettings& provider);
    // Ends the run as aborted, with the text so far.
    void abort();
    // Ends the run because this process leaves.
    void cut_short();

    void on_room() { pass_on(); }

    enum class State { asking, answering, pausing, over };

    State state() const { return state_; }

    std::size_t request_bytes() const { return request_.body.size(); }

  private:
    void ask();
    void on_headers(const net::HttpResponse& head);
    void on_bytes(std::string_view bytes);
    void on_last_event();
    void on_answered(net::HttpOutcome outcome);
    void judge_answer();
    void on_failed(RunFailure failure);
    void pass_on();
    void complete();
    void fail(RunFailure failure);
    void report(wire::RunEnd end);

    Milliseconds left() const;

    std::string label() const { return order_.provider + "/" + order_.model; }

    RunWorld& world_;
    Order order_;
    Over over_;
    net::HttpRequest request_;
    State state_ = State::asking;
    int tried_ = 0;
    Answer answer_;
    std::size_t passed_on_ = 0; // bytes of the text the supervisor has
    Instant last_delta_{};
    Milliseconds limit_{};
    Instant deadline_at_{};
    Timer deadline_;
    Timer pause_;
    Timer pace_;
    std::unique_ptr<net::HttpCall> call_; // dies first: no callback reaches a dying run
};

} // namespace openclaw::agent
