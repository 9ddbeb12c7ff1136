#include "supervisor/rpc/run_events.h"

#include "supervisor/rpc/message_row.h"
#include "supervisor/rpc/run_json.h"
#include "supervisor/rpc/session_row.h"

#include <algorithm>
#include <array>
#include <utility>

namespace openclaw::rpc {

namespace {

constexpr Milliseconds text_every{75}; // PROTOCOL.md 12.3

constexpr std::string_view no_model = R"({"phase":"model","provider":null,"model":null})";

std::string phase_data(std::string_view phase) {
    return json::Writer().begin_object().member("phase", phase).end_object().take();
}

// The words clients know; ours, which are finer, are in errorDetail.
std::string_view error_kind(std::string_view ours) {
    static constexpr std::array<std::string_view, 4> known = {"refusal", "timeout", "rate_limit",
                                                              "context_length"};
    return std::ranges::find(known, ours) == known.end() ? "unknown" : ours;
}

bool is_over(const flow::Run* run) {
    return run == nullptr || run->is_over();
}

// What both of the last two words about a run that came to its end say.
std::string end_data(const flow::Run& run, std::string_view phase) {
    json::Writer out;
    out.begin_object().member("phase", phase).member("stopReason", run.stop_reason);
    out.member("aborted", false).member("endedAt", run.ended_at_ms);
    if (phase == "end") {
        out.member("startedAt", run.started_at_ms);
        write_terminal_reply(out, run);
    }
    return out.end_object().take();
}

} // namespace

RunEvents::RunEvents(RunEventSources sources)
    : from_(sources)
    , late_text_(sources.loop) {}

void RunEvents::when_ended(const std::string& run_id, OnEnd then) {
    waiting_[run_id].push_back(std::move(then));
}

// The beginning.

void RunEvents::on_run_started(const flow::Run& run) {
    Told& told = told_[run.request.run_id];
    phase(run, told, "preparing_workspace");
    phase(run, told, "preparing_context");
    json::Writer start;
    start.begin_object()
        .member("phase", "start")
        .member("startedAt", run.started_at_ms)
        .end_object();
    lifecycle(run, told, start.text());
    phase(run, told, "starting_model");
    session_changed(run.request.session_key,
                    {.reason = "agent.run.started", .phase = {}, .run = &run});
    session_changed(run.request.session_key, {.reason = {}, .phase = "start", .run = &run});
    model_chosen(run, told);
}

void RunEvents::phase(const flow::Run& run, Told& told, std::string_view phase) {
    if (!narrated_.contains(run.request.run_id)) return;
    ++told.sequence;
    auto chat = begin_chat(run, told.sequence, "status");
    from_.events.send({.name = "chat", .payload = chat.member("phase", phase).end_object().take()});
    from_.events.send({.name = "agent",
                       .payload = agent_payload(run, told.sequence, "run_status", phase_data(phase),
                                                from_.loop.clock().unix_ms())});
}

void RunEvents::lifecycle(const flow::Run& run, Told& told, std::string_view data_json) {
    ++told.sequence;
    from_.events.send({.name = "agent",
                       .payload = agent_payload(run, told.sequence, "lifecycle", data_json,
                                                from_.loop.clock().unix_ms())});
}

void RunEvents::model_chosen(const flow::Run& run, Told& told) {
    if (told.model || run.model.empty()) return;
    told.model = true;
    json::Writer data;
    data.begin_object()
        .member("phase", "model")
        .member("provider", run.provider)
        .member("model", run.model)
        .end_object();
    lifecycle(run, told, data.text());
    told.model_is_news = true;
}

// After the first words of it (PROTOCOL.md 12.5).
void RunEvents::model_is_known(const flow::Run& run, Told& told) {
    if (!std::exchange(told.model_is_news, false)) return;
    session_changed(run.request.session_key, {.reason = {}, .phase = "model", .run = &run});
}

// The text.

void RunEvents::on_run_delta(const flow::Run& run, std::string_view) {
    Told& told = told_[run.request.run_id];
    model_chosen(run, told);
    const auto now = from_.loop.clock().now();
    if (now - told.last_text >= text_every) return text(run, told);
    if (!late_text_.is_active()) late_text_.start(text_every, [this] { tell_late_text(); });
}

void RunEvents::tell_late_text() {
    for (auto& [run_id, told] : told_)
        if (const flow::Run* run = from_.runs.find(run_id);
            !is_over(run) && run->text.size() != told.text)
            text(*run, told);
}

void RunEvents::text(const flow::Run& run, Told& told) {
    const bool replaces = run.text.size() < told.text;
    const std::string_view appended = std::string_view(run.text).substr(replaces ? 0 : told.text);
    if (appended.empty() && !replaces) return;
    agent_text(run, told, appended);
    chat_text(run, told, appended, replaces);
    model_is_known(run, told);
}

void RunEvents::agent_text(const flow::Run& run, Told& told, std::string_view appended) {
    ++told.sequence;
    if (from_.events.has_viewers("agent"))
        from_.events.send("agent",
                          agent_delta(run, told.sequence, appended, from_.loop.clock().unix_ms()));
}

void RunEvents::chat_text(const flow::Run& run, Told& told, std::string_view appended,
                          bool replaces) {
    if (from_.events.has_viewers("chat"))
        from_.events.send("chat", chat_delta(run, told.sequence, appended, replaces,
                                             from_.loop.clock().unix_ms()));
    told.text = run.text.size();
    told.last_text = from_.loop.clock().now();
}

// The end.

void RunEvents::on_run_ended(const flow::Run& run) {
    Told told = told_[run.request.run_id];
    switch (run.status) {
    case flow::RunStatus::completed:
        if (run.started_at_ms == 0)
            dropped(run, told);
        else
            completed(run, told);
        break;
    case flow::RunStatus::failed:
        failed(run, told);
        break;
    case flow::RunStatus::aborted:
    case flow::RunStatus::queued:
    case flow::RunStatus::running:
        aborted(run, told);
        break;
    }
    told_.erase(run.request.run_id);
    narrated_.erase(run.request.run_id);
    auto waiting = waiting_.extract(run.request.run_id);
    if (waiting.empty()) return;
    for (const auto& then : waiting.mapped())
        then(run);
}

// The agent stream has the whole text, and what it cost, before the answer's row is told.
void RunEvents::whole_text(const flow::Run& run, Told& told) {
    if (std::exchange(told.is_whole, true)) return;
    const bool replaces = run.text.size() < told.text;
    const std::string_view rest = std::string_view(run.text).substr(replaces ? 0 : told.text);
    if (!rest.empty()) agent_text(run, told, rest);
    ++told.sequence;
    json::Writer usage;
    usage.begin_object().member("outputTokens", run.output_tokens).end_object();
    from_.events.send({.name = "agent",
                       .payload = agent_payload(run, told.sequence, "usage", usage.text(),
                                                from_.loop.clock().unix_ms())});
}

// The agent stream ends before the chat stream does; the rest of the text is told between
// (PROTOCOL.md 12.5).
void RunEvents::completed(const flow::Run& run, Told& told) {
    const auto now_ms = from_.loop.clock().unix_ms();
    const std::string& key = run.request.session_key;
    const bool replaces = run.text.size() < told.text;
    const std::string_view rest = std::string_view(run.text).substr(replaces ? 0 : told.text);
    whole_text(run, told);
    lifecycle(run, told, end_data(run, "finishing"));
    lifecycle(run, told, no_model);
    lifecycle(run, told, end_data(run, "end"));
    if (!rest.empty()) chat_text(run, told, rest, replaces);
    auto chat = begin_chat(run, told.sequence, "final");
    if (!run.text.empty()) chat.raw_member("message", assistant_message(run.text, now_ms));
    chat.member("stopReason", run.stop_reason.empty() ? "stop" : run.stop_reason)
        .raw_member("usage", usage_json(run));
    from_.events.send({.name = "chat", .payload = chat.end_object().take()});
    session_changed(key, {.reason = "agent.input.settled", .phase = {}, .run = &run});
    session_changed(key, {.reason = {}, .phase = "model", .run = &run}); // let go of
    session_changed(key, {.reason = {}, .phase = "end", .run = &run});
}

void RunEvents::failed(const flow::Run& run, Told& told) {
    const auto data = [&](std::string_view phase) {
        json::Writer out;
        out.begin_object()
            .member("phase", phase)
            .member("error", run.error)
            .member("aborted", false);
        if (phase == "error")
            out.member("startedAt", run.started_at_ms).member("endedAt", run.ended_at_ms);
        return out.end_object().take();
    };
    lifecycle(run, told, data("finishing"));
    lifecycle(run, told, no_model);
    lifecycle(run, told, data("error"));
    auto chat = begin_chat(run, told.sequence, "error");
    chat.member("errorMessage", run.error);
    chat.member("errorKind", error_kind(run.error_kind));
    chat.key("errorDetail")
        .begin_object()
        .member("provider", run.provider)
        .member("model", run.model);
    if (!run.error_kind.empty()) chat.member("failoverReason", run.error_kind);
    from_.events.send({.name = "chat", .payload = chat.end_object().end_object().take()});
    session_changed(run.request.session_key, {.reason = {}, .phase = "error", .run = &run});
}

// A queued run that is dropped, or whose message joined another turn, ends with a bare final.
void RunEvents::dropped(const flow::Run& run, Told& told) {
    ++told.sequence;
    from_.events.send(
        {.name = "chat", .payload = begin_chat(run, told.sequence, "final").end_object().take()});
    const std::string_view reason =
        run.status == flow::RunStatus::aborted ? "abort" : "agent.input.settled";
    session_changed(run.request.session_key, {.reason = reason, .phase = {}, .run = &run});
}

// One that ran tells what it had.
void RunEvents::aborted(const flow::Run& run, Told& told) {
    if (run.started_at_ms == 0) return dropped(run, told);
    const std::string_view reason = run.stop_reason == "timeout" ? "timeout" : "rpc";
    ++told.sequence;
    auto chat = begin_chat(run, told.sequence, "aborted");
    chat.member("stopReason", reason);
    if (!run.text.empty())
        chat.raw_member("message", assistant_message(run.text, from_.loop.clock().unix_ms()));
    from_.events.send({.name = "chat", .payload = chat.end_object().take()});
    json::Writer end;
    end.begin_object()
        .member("phase", "end")
        .member("status", "cancelled")
        .member("aborted", true)
        .member("stopReason", reason);
    end.member("startedAt", run.started_at_ms).member("endedAt", run.ended_at_ms).end_object();
    lifecycle(run, told, end.text());
    session_changed(run.request.session_key, {.reason = "abort", .phase = {}, .run = &run});
}

} // namespace openclaw::rpc
