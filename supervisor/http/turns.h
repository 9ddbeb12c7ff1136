// http/turns.h — every run that a program waits for over HTTP.
//
// Runs are begun like any other (flow/runs): recorded, one after the other in their session, shown
// to whoever watches, stopped by chat.abort. This table knows who waits for them.
#pragma once

#include "supervisor/http/conversation.h"
#include "supervisor/http/target.h"
#include "supervisor/http/turn.h"
#include "supervisor/rpc/run_start.h"

#include <memory>
#include <string>
#include <unordered_map>

namespace openclaw::http {

class Turns final : public flow::RunListener {
  public:
    // All of it outlives this; add_listener() is the caller's.
    explicit Turns(rpc::RunParts parts)
        : parts_(parts) {}

    using MakeDialect = std::unique_ptr<Dialect> (*)(AnswerName name);

    // Answers the exchange, now or when the run is over. The run's id is `run_id`.
    void begin(std::shared_ptr<web::HttpExchange> exchange, Conversation asked, Target target,
               const std::string& run_id, MakeDialect make_dialect);

    std::size_t count() const { return turns_.size(); }

    void on_run_started(const flow::Run&) override {}

    void on_run_delta(const flow::Run& run, std::string_view appended) override;
    void on_run_ended(const flow::Run& run) override;

    void on_transcript_row(const std::string&, const flow::TranscriptRow&) override {}

    void on_session_changed(const std::string&, std::string_view) override {}

  private:
    void watch(const std::string& run_id, const std::string& session_key);
    void await_room(const std::string& run_id, Turn& turn);
    void on_left(const std::string& run_id, const std::string& session_key);

    rpc::RunParts parts_;
    std::unordered_map<std::string, std::unique_ptr<Turn>> turns_; // by run id
};

} // namespace openclaw::http
