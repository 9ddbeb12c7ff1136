#include "supervisor/rpc/heartbeat.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "supervisor/policy/session_key.h"

#include <array>

namespace openclaw::rpc {

namespace {

constexpr std::size_t max_preview_bytes = 200;
constexpr std::int64_t max_text = 8000; // characters

void queue_event(Call& call, Heartbeats& heartbeats) {
    heartbeats.queue(std::string(trim(call.params["text"].text())));
    call.reply.ok(R"({"ok":true})");
}

void wake(Call& call, Heartbeats& heartbeats) {
    const auto text = trim(call.params["text"].text());
    if (text.empty()) return call.reply.fail(invalid_request("text must not be empty"));
    heartbeats.queue(std::string(text));
    if (call.params["mode"].text() == "now" && heartbeats.is_enabled())
        if (const auto begun = heartbeats.beat(); !begun) return call.reply.fail(begun.error());
    call.reply.ok(R"({"ok":true})");
}

void enable(Call& call, Heartbeats& heartbeats) {
    heartbeats.enable(call.params["enabled"].boolean());
    json::Writer out;
    out.begin_object().member("ok", true).member("enabled", heartbeats.is_enabled());
    call.reply.ok(out.end_object().text());
}

constexpr std::array<std::string_view, 2> modes = {"now", "next-heartbeat"};
constexpr std::array wake_params = {
    Field{.name = "mode", .kind = Kind::string, .required = true, .one_of = modes},
    required_text("text", 1, max_text),
};
constexpr std::array event_params = {required_text("text", 1, max_text)};
constexpr std::array enable_params = {
    Field{.name = "enabled", .kind = Kind::boolean, .required = true}};

} // namespace

void Heartbeats::queue(std::string text) {
    parts_.system_events.add(session_key(), std::move(text), flow::SystemEvents::From::gateway);
}

const flow::SystemEvents::Events& Heartbeats::waiting() const {
    return parts_.system_events.of(session_key());
}

std::string Heartbeats::session_key() const {
    return policy::main_session_key(parts_.facts.agents.default_id);
}

Result<void> Heartbeats::beat() {
    std::string news = "System events:";
    for (const auto& event : waiting())
        news += (event.from == flow::SystemEvents::From::stranger ? "\n- (untrusted) " : "\n- ") +
                event.text;
    flow::RunRequest request;
    request.run_id = uuid_v4();
    request.agent_id = parts_.facts.agents.default_id;
    request.session_key = session_key();
    request.message = std::move(news);
    request.trace = request.run_id;
    request.joins_waiting = true;
    const std::string run_id = request.run_id, key = request.session_key;
    TRY_VOID(parts_.runs.begin(std::move(request)));
    parts_.system_events.forget(key);
    parts_.run_events.when_ended(run_id, [this](const flow::Run& run) { ended(run); });
    parts_.run_events.tell_session_changed(key, "send");
    return {};
}

void Heartbeats::ended(const flow::Run& run) {
    const bool is_ok = run.status == flow::RunStatus::completed;
    json::Writer out;
    out.begin_object().member("ts", parts_.loop.clock().unix_ms());
    out.member("status", is_ok ? "ok" : "failed");
    out.member("preview", utf8_prefix(run.text, max_preview_bytes)).member("reason", "wake");
    out.member("hasMedia", false).member("durationMs", run.ended_at_ms - run.accepted_at_ms);
    if (!run.error.empty()) out.member("message", run.error);
    last_ = out.end_object().take();
    parts_.events.send({.name = "heartbeat", .payload = last_});
}

void add_heartbeat(MethodTable& table, Heartbeats& heartbeats) {
    table.add({.name = "wake",
               .scope = policy::scope::write,
               .admission = Admission::work,
               .params = wake_params,
               .unknown = Unknown::ignored,
               .handler = [&heartbeats](Call& call) { wake(call, heartbeats); }});
    table.add({.name = "system-event",
               .scope = policy::scope::admin,
               .params = event_params,
               .unknown = Unknown::ignored,
               .handler = [&heartbeats](Call& call) { queue_event(call, heartbeats); }});
    table.add({.name = "set-heartbeats",
               .scope = policy::scope::admin,
               .params = enable_params,
               .handler = [&heartbeats](Call& call) { enable(call, heartbeats); }});
    table.add({.name = "last-heartbeat",
               .scope = policy::scope::read,
               .unknown = Unknown::ignored,
               .handler = [&heartbeats](Call& call) { call.reply.ok(heartbeats.last()); }});
}

} // namespace openclaw::rpc
