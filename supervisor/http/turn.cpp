#include "supervisor/http/turn.h"

#include "supervisor/http/sse.h"

#include <algorithm>
#include <array>

namespace openclaw::http {

namespace {

// Proxies and clients give up on a server that says nothing; undici, Node's own client, after 300
// s.
constexpr Milliseconds first_sign_of_life = std::chrono::seconds(5);
constexpr Milliseconds sign_of_life_every = std::chrono::seconds(15);
// More than this waits in the run, not in the socket's queue.
constexpr std::size_t run_ahead = 64 * 1024;

struct FailureRow {
    std::string_view kind; // flow::Run::error_kind
    int status;
    std::string_view type;
    bool may_retry;
};

// To whoever asks us, a refused provider key is our trouble, not a wrong credential of his.
constexpr std::array<FailureRow, 10> failures = {{
    {"rate", 429, "rate_limit_error", false},
    {"quota", 429, "insufficient_quota", false},
    {"busy", 503, "api_error", true},
    {"shutdown", 503, "api_error", true},
    {"context", 400, "invalid_request_error", false},
    {"timeout", 504, "api_error", false},
    {"network", 502, "api_error", false},
    {"server", 502, "api_error", false},
    {"auth", 500, "api_error", false},
    {"config", 500, "api_error", false},
}};

web::HttpAnswer stream_head(const std::string& run_id) {
    return {.status = 200,
            .content_type = "text/event-stream; charset=utf-8",
            .body = {},
            .headers = {{"Cache-Control", "no-cache"},
                        {"X-Accel-Buffering", "no"}, // nginx: pass on as it comes
                        {"x-request-id", run_id}}};
}

} // namespace

ApiError failure_of(const flow::Run& run) {
    if (run.status == flow::RunStatus::aborted)
        return {.status = 409, .message = "The run was stopped.", .type = "aborted"};
    if (run.stop_reason == "joined")
        return {.status = 429,
                .message = "Too many requests wait in this session.",
                .type = "rate_limit_error",
                .may_retry = true,
                .retry_after_seconds = 5};
    const auto* row = std::ranges::find(failures, run.error_kind, &FailureRow::kind);
    ApiError error{.status = 500,
                   .message = run.error.empty() ? "The run failed." : run.error,
                   .type = "api_error"};
    if (row == failures.end()) return error;
    error.status = row->status;
    error.type = row->type;
    error.may_retry = row->may_retry;
    if (row->kind == "context") error.code = "context_length_exceeded";
    return error;
}

Turn::Turn(Loop& loop, std::shared_ptr<web::HttpExchange> exchange,
           std::unique_ptr<Dialect> dialect, std::string run_id, bool is_streamed)
    : exchange_(std::move(exchange))
    , dialect_(std::move(dialect))
    , run_id_(std::move(run_id))
    , is_streamed_(is_streamed)
    , patience_(loop) {}

void Turn::wait() {
    if (is_streamed_) patience_.start(first_sign_of_life, [this] { give_sign_of_life(); });
}

void Turn::give_sign_of_life() {
    open_stream();
    if (exchange_->waiting() == 0) exchange_->send(sse::sign_of_life);
    patience_.start(sign_of_life_every, [this] { give_sign_of_life(); });
}

void Turn::open_stream() {
    if (std::exchange(is_open_, true)) return;
    exchange_->begin_stream(stream_head(run_id_));
    exchange_->send(dialect_->begin());
}

void Turn::on_text(const flow::Run& run, std::size_t appended) {
    has_diverged_ = has_diverged_ || run.text.size() - appended != heard_;
    heard_ = run.text.size();
    if (is_streamed_) say_more(run);
}

void Turn::say_more(const flow::Run& run) {
    // What a stream said cannot be taken back: the end shows whether the new words agree with it.
    if (has_diverged_ || run.text.size() <= said_.size()) return;
    open_stream();
    if (exchange_->waiting() > run_ahead) return;
    const auto news = std::string_view(run.text).substr(said_.size());
    exchange_->send(dialect_->more(news));
    said_ += news;
    patience_.start(sign_of_life_every, [this] { give_sign_of_life(); });
}

void Turn::on_end(const flow::Run& run) {
    patience_.stop();
    const bool is_answered =
        run.status == flow::RunStatus::completed && run.stop_reason != "joined";
    if (!is_answered) return fail(failure_of(run));
    if (is_streamed_) return finish_stream(run);
    auto answer = json_answer(200, dialect_->whole(run));
    answer.headers.emplace_back("x-request-id", run_id_);
    exchange_->answer(std::move(answer));
}

void Turn::finish_stream(const flow::Run& run) {
    open_stream();
    if (!run.text.starts_with(said_))
        return fail({.status = 500,
                     .message = "The agent began again while it answered, and says something else "
                                "now. Please ask again.",
                     .type = "api_error",
                     .may_retry = true});
    if (const auto rest = std::string_view(run.text).substr(said_.size()); !rest.empty())
        exchange_->send(dialect_->more(rest));
    exchange_->send(dialect_->finish(run));
    exchange_->end();
}

void Turn::fail(const ApiError& error) {
    if (!is_open_) return exchange_->answer(to_answer(error));
    exchange_->send(dialect_->fail(error));
    exchange_->end();
}

} // namespace openclaw::http
