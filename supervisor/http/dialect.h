// http/dialect.h — how an API says the course of a run: whole, or as events of a stream. Pure: the
// run's words in, bytes out.
//
//   begin → more… → finish | fail        a stream
//   whole                                an answer at once
#pragma once

#include "supervisor/flow/runs.h"
#include "supervisor/http/answers.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace openclaw::http {

// What every message of one answer repeats.
struct AnswerName {
    std::string id;    // of the response; also the run's
    std::string model; // as the client wrote it
    std::int64_t created_at_ms = 0;
    bool wants_usage = false;
};

class Dialect {
  public:
    virtual ~Dialect() = default;
    virtual std::string begin() = 0;
    virtual std::string more(std::string_view text) = 0;
    // `run` is over and has its whole text, which is what more() was given.
    virtual std::string finish(const flow::Run& run) = 0;
    virtual std::string fail(const ApiError& error) = 0;
    virtual std::string whole(const flow::Run& run) = 0;
};

std::unique_ptr<Dialect> chat_dialect(AnswerName name);
std::unique_ptr<Dialect> responses_dialect(AnswerName name);

} // namespace openclaw::http
