#include "supervisor/http/turns.h"

#include "common/base/strings.h"

#include <utility>

namespace openclaw::http {

namespace {

// Beyond, a session's line would be joined into turns that share an answer (flow/run_table).
constexpr std::size_t max_waiting_in_session = 50;

flow::RunRequest request_of(Conversation asked, Target target, const std::string& run_id) {
    flow::RunRequest request;
    request.run_id = run_id;
    request.session_key = std::move(target.session_key);
    request.agent_id = std::move(target.agent_id);
    request.message = std::move(asked.message);
    request.images = std::move(asked.images);
    request.trace = uuid_v4();
    request.model = std::move(target.model);
    request.extra_system_prompt = std::move(asked.system);
    request.earlier = std::move(asked.earlier);
    request.max_output_tokens = asked.max_output_tokens;
    return request;
}

ApiError too_many_waiting() {
    return {.status = 429,
            .message = "Too many requests wait in this session.",
            .type = "rate_limit_error",
            .may_retry = true,
            .retry_after_seconds = 5};
}

ApiError not_accepted(const Error& error) {
    const bool is_busy = error.code == Code::busy;
    return {.status = is_busy ? 429 : 503,
            .message = error.sentence,
            .type = is_busy ? "rate_limit_error" : "api_error",
            .may_retry = true,
            .retry_after_seconds = 2};
}

} // namespace

void Turns::begin(std::shared_ptr<web::HttpExchange> exchange, Conversation asked, Target target,
                  const std::string& run_id, MakeDialect make_dialect) {
    const std::string session_key = target.session_key;
    if (parts_.runs.active(session_key).size() >= max_waiting_in_session)
        return exchange->answer(to_answer(too_many_waiting()));
    const bool is_streamed = asked.is_streamed;
    auto dialect = make_dialect({.id = run_id,
                                 .model = asked.model,
                                 .created_at_ms = parts_.loop.clock().unix_ms(),
                                 .wants_usage = asked.wants_usage});
    const auto begun = parts_.runs.begin(request_of(std::move(asked), std::move(target), run_id));
    if (!begun) return exchange->answer(to_answer(not_accepted(begun.error())));
    auto turn = std::make_unique<Turn>(parts_.loop, std::move(exchange), std::move(dialect), run_id,
                                       is_streamed);
    turns_[run_id] = std::move(turn);
    watch(run_id, session_key);
    parts_.run_events.tell_session_changed(session_key, "send");
}

void Turns::watch(const std::string& run_id, const std::string& session_key) {
    Turn& turn = *turns_.at(run_id);
    turn.exchange().when_gone([this, run_id, session_key] { on_left(run_id, session_key); });
    turn.wait();
}

void Turns::on_left(const std::string& run_id, const std::string& session_key) {
    if (turns_.erase(run_id) > 0) parts_.runs.abort(session_key, run_id);
}

void Turns::on_run_delta(const flow::Run& run, std::string_view appended) {
    const auto found = turns_.find(run.request.run_id);
    if (found == turns_.end()) return;
    found->second->on_text(run, appended.size());
    await_room(found->first, *found->second);
}

void Turns::await_room(const std::string& run_id, Turn& turn) {
    if (turn.exchange().waiting() == 0) return;
    turn.exchange().when_room([this, run_id] {
        const auto found = turns_.find(run_id);
        const flow::Run* run = parts_.runs.find(run_id);
        if (found == turns_.end() || run == nullptr) return;
        found->second->on_room(*run);
        await_room(run_id, *found->second);
    });
}

void Turns::on_run_ended(const flow::Run& run) {
    auto node = turns_.extract(run.request.run_id);
    if (node.empty()) return;
    node.mapped()->exchange().when_gone(nullptr);
    node.mapped()->on_end(run);
}

} // namespace openclaw::http
