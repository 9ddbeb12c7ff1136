#include "workers/agent/run.h"

#include "common/base/strings.h"
#include "common/log/log.h"

#include <algorithm>
#include <utility>

namespace openclaw::agent {

namespace {

constexpr std::size_t max_stream_bytes = 512u
                                         << 20; // envelopes included; the text has its own limit

double chance() {
    constexpr std::uint64_t steps = 1u << 20;
    return static_cast<double>(random_below(steps)) / static_cast<double>(steps);
}

Milliseconds first_set(Milliseconds a, Milliseconds b, Milliseconds otherwise) {
    if (a.count() > 0) return a;
    return b.count() > 0 ? b : otherwise;
}

} // namespace

Run::Run(RunWorld& world, Order order, Over over)
    : world_(world)
    , order_(std::move(order))
    , over_(std::move(over))
    , deadline_(world.loop)
    , pause_(world.loop)
    , pace_(world.loop) {}

void Run::begin(const ProviderSettings& provider) {
    const auto& times = world_.times;
    limit_ = first_set(order_.timeout, provider.timeout, times.whole_run);
    deadline_at_ = world_.loop.clock().now() + limit_;
    deadline_.start(limit_, [this] { fail(too_slow(label(), limit_)); });
    request_ = build_request(provider, order_.model, order_.prompt, order_.max_output_tokens,
                             order_.images.files);
    order_.prompt = {}; // it is in the body now
    order_.images = {};
    request_.connect_timeout = times.connect;
    request_.first_byte_timeout = times.first_byte;
    request_.idle_timeout = times.silence;
    request_.total_timeout = provider.timeout;
    request_.max_response_bytes = max_stream_bytes;
    request_.may_repeat = true; // a second completion costs money, not correctness
    ask();
}

void Run::ask() {
    state_ = State::asking;
    ++tried_;
    answer_ = {};
    net::HttpHandlers handlers;
    handlers.on_headers = [this](const net::HttpResponse& head) { on_headers(head); };
    handlers.on_data = [this](std::string_view bytes) { on_bytes(bytes); };
    handlers.done = [this](net::HttpOutcome outcome) { on_answered(std::move(outcome)); };
    call_ = world_.client.start(request_, std::move(handlers));
}

void Run::on_headers(const net::HttpResponse& head) {
    world_.last_upstream_unix_ms = world_.loop.clock().unix_ms();
    if (head.is_success()) state_ = State::answering;
    answer_.begin(head.header("content-type"));
}

void Run::on_bytes(std::string_view bytes) {
    world_.last_upstream_unix_ms = world_.loop.clock().unix_ms();
    const auto fed = answer_.feed(bytes);
    if (!fed) return on_failed(broken_answer(label(), fed.error().sentence));
    if (answer_.error()) return judge_answer();
    pass_on();
    if (answer_.is_complete()) on_last_event();
}

// The answer is there; the body's end follows within the same packet as a rule. Waiting for it
// keeps the connection.
void Run::on_last_event() {
    if (pause_.is_active()) return;
    pause_.start(world_.times.after_last_event, [this] { judge_answer(); });
}

void Run::on_answered(net::HttpOutcome outcome) {
    pause_.stop();
    if (!outcome && answer_.is_complete()) return judge_answer();
    if (!outcome) return on_failed(not_delivered(label(), outcome.error()));
    if (!outcome->is_success())
        return on_failed(refused_by_provider(label(), outcome->status, read_error(outcome->body),
                                             outcome->retry_after(world_.loop.clock().unix_ms())));
    const auto finished = answer_.finish();
    if (!finished) return on_failed(broken_answer(label(), finished.error().sentence));
    judge_answer();
}

void Run::judge_answer() {
    if (const auto& error = answer_.error())
        return on_failed(error->status >= 400
                             ? refused_by_provider(label(), error->status, *error, std::nullopt)
                             : broken_answer(label(), error->message));
    const auto reason = answer_.stop_reason();
    const bool is_silent = answer_.text().empty();
    if (is_silent && reason == "content_filter") return fail(filtered(label()));
    if (is_silent && (reason == "tool_calls" || reason == "function_call"))
        return fail(wanted_tool(label()));
    complete();
}

void Run::on_failed(RunFailure failure) {
    call_.reset();
    const bool nothing_said = answer_.text().empty();
    const auto pause =
        nothing_said ? pause_before_retry(world_.times.retry, tried_, failure, chance(), left())
                     : std::nullopt;
    if (!pause) return fail(std::move(failure));
    log::info("run.retry", {{"run", order_.name.run_id},
                            {"model", label()},
                            {"kind", failure.kind},
                            {"status", failure.http_status},
                            {"tried", tried_},
                            {"pause_ms", pause->count()},
                            {"detail", failure.detail}});
    state_ = State::pausing;
    pause_.start(*pause, [this] { ask(); });
}

// Passes on what is new, at most every 25 ms; what has to wait is merged and never held longer than
// that.
void Run::pass_on() {
    if (state_ != State::answering || passed_on_ == answer_.text().size()) return;
    const auto now = world_.loop.clock().now();
    const auto since = std::chrono::duration_cast<Milliseconds>(now - last_delta_);
    if (since < world_.times.between_deltas) {
        if (!pace_.is_active())
            pace_.start(world_.times.between_deltas - since, [this] { pass_on(); });
        return;
    }
    passed_on_ +=
        world_.reports.delta(order_.name, std::string_view(answer_.text()).substr(passed_on_));
    last_delta_ = now;
}

void Run::complete() {
    wire::RunEnd end;
    end.set_outcome(wire::RunEnd::COMPLETED);
    end.set_stop_reason(answer_.stop_reason());
    report(std::move(end));
}

void Run::abort() {
    wire::RunEnd end;
    end.set_outcome(wire::RunEnd::ABORTED);
    end.set_stop_reason("abort");
    report(std::move(end));
}

void Run::cut_short() {
    const auto failure = shutting_down();
    wire::RunEnd end;
    end.set_outcome(wire::RunEnd::ABORTED);
    end.set_stop_reason("abort");
    end.set_error_kind(std::string(failure.kind));
    end.set_error(failure.sentence);
    report(std::move(end));
}

void Run::fail(RunFailure failure) {
    log::warn("run.failed", {{"run", order_.name.run_id},
                             {"model", label()},
                             {"kind", failure.kind},
                             {"status", failure.http_status},
                             {"tried", tried_},
                             {"detail", failure.detail}});
    wire::RunEnd end;
    end.set_outcome(wire::RunEnd::FAILED);
    end.set_stop_reason(failure.kind == kind::timeout ? "timeout" : "error");
    end.set_error(std::move(failure.sentence));
    end.set_error_kind(std::string(failure.kind));
    end.set_http_status(failure.http_status);
    report(std::move(end));
}

void Run::report(wire::RunEnd end) {
    if (std::exchange(state_, State::over) == State::over) return;
    log::debug("run.ended", {{"run", order_.name.run_id},
                             {"model", label()},
                             {"outcome", wire::RunEnd::Outcome_Name(end.outcome())},
                             {"bytes", answer_.text().size()},
                             {"tried", tried_}});
    call_.reset();
    deadline_.stop();
    pause_.stop();
    pace_.stop();
    end.mutable_usage()->set_input_tokens(answer_.input_tokens());
    end.mutable_usage()->set_output_tokens(answer_.output_tokens());
    end.set_response_model(answer_.model());
    world_.reports.end(order_.name, std::move(end), answer_.take_text());
    over_(order_.name.run_id);
}

Milliseconds Run::left() const {
    return std::chrono::duration_cast<Milliseconds>(deadline_at_ - world_.loop.clock().now());
}

} // namespace openclaw::agent
