// http/turn.h — one run and the program that waits for it.
//
//   begin    the run is accepted (flow/runs), under the id the answer will have
//   on_text  the first words open the stream; so does a run that says nothing for a while
//   on_end   the whole answer, the rest of a stream, or the failure
//   left     the program went away: nobody reads the answer, the run is stopped
//
// A stream never runs ahead of its reader: what the run has said waits in the run, and goes out in
// one piece when the reader has taken what it was given. Lives on the loop; owned by http/turns.
#pragma once

#include "common/loop/timer.h"
#include "supervisor/flow/runs.h"
#include "supervisor/http/dialect.h"
#include "supervisor/web/http_exchange.h"

#include <memory>
#include <string>

namespace openclaw::http {

class Turn {
  public:
    Turn(Loop& loop, std::shared_ptr<web::HttpExchange> exchange, std::unique_ptr<Dialect> dialect,
         std::string run_id, bool is_streamed);

    void wait(); // the run was accepted
    void on_text(const flow::Run& run, std::size_t appended);
    void on_end(const flow::Run& run);

    // The reader has taken everything; what the run said meanwhile is in `run`.
    void on_room(const flow::Run& run) { say_more(run); }

    web::HttpExchange& exchange() { return *exchange_; }

  private:
    void open_stream();
    void give_sign_of_life();
    void say_more(const flow::Run& run);
    void finish_stream(const flow::Run& run);
    void fail(const ApiError& error);

    std::shared_ptr<web::HttpExchange> exchange_;
    std::unique_ptr<Dialect> dialect_;
    std::string run_id_;
    bool is_streamed_;
    bool is_open_ = false;      // the stream has begun
    bool has_diverged_ = false; // the run began again in another life of the agent
    std::size_t heard_ = 0;     // bytes of the run's text at its last word
    std::string said_;          // what the stream holds
    Timer patience_;
};

// What a run that did not complete is to its client.
ApiError failure_of(const flow::Run& run);

} // namespace openclaw::http
