#include "workers/agent/service.h"

#include "common/ipc/text.h"
#include "common/log/log.h"
#include "workers/agent/dialect_builtin.h"
#include "workers/agent/transcript.h"

namespace openclaw::agent {

namespace {

// What is left of the drain's budget for the last reports to reach the supervisor.
constexpr Milliseconds farewell{300};

net::HttpOptions client_options() {
    net::HttpOptions options;
    options.max_connections_per_host =
        Agent::max_runs; // a stuck run must not hold another one's connection
    options.max_calls = 2 * Agent::max_runs;
    return options;
}

// A long one is the transcript's first entry.
std::string take_system_prompt(const wire::RunStart& start, std::vector<PromptMessage>& history) {
    if (history.empty() || history.front().role != "system") return start.system_prompt();
    std::string prompt = std::move(history.front().text);
    history.erase(history.begin());
    return prompt;
}

} // namespace

Result<std::unique_ptr<worker::Service>> Agent::create(worker::Context& context, RunTimes times) {
    const auto& assignment = context.assignment();
    auto settings = TRY(read_settings(assignment.settings_json, assignment.secrets));
    // Behind the sandbox's walls no library can be loaded. Without it every request says what to
    // install, and the placeholder model still answers.
    if (!settings.providers.empty()) (void)net::load_http();
    return std::unique_ptr<worker::Service>(new Agent(context, std::move(settings), times));
}

Agent::Agent(worker::Context& context, Settings settings, RunTimes times)
    : context_(context)
    , settings_(std::move(settings))
    , dialer_(context.loop(), context.link())
    , client_(context.loop(), dialer_, client_options())
    , reports_(context.link())
    , world_{context.loop(), client_, reports_, times}
    , last_moment_(context.loop())
    , burial_(context.loop()) {}

void Agent::on_frame(const wire::Frame& frame, Fds fds) {
    if (frame.has_run_start())
        on_start(frame, fds);
    else if (frame.has_run_abort())
        on_abort(frame.run_abort().run_id());
    else if (frame.has_embed())
        on_embed(frame, fds);
}

void Agent::on_start(const wire::Frame& frame, const Fds& fds) {
    const auto& start_frame = frame.run_start();
    const RunName name{start_frame.run_id(), frame.trace()};
    if (runs_.contains(name.run_id)) return log::warn("run.twice", {{"run", name.run_id}});
    const auto& provider_id = start_frame.model().provider();
    const auto& model = start_frame.model().model();
    const std::string label = provider_id + "/" + model;
    if (runs_.size() + reports_.waiting() >= max_runs) return refuse(name, label, too_many_runs());

    auto talk = read_talk(start_frame, fds);
    if (!talk) return refuse(name, label, broken_transcript(talk.error().sentence));
    const auto* provider = settings_.find(provider_id);
    const auto* known = provider == nullptr ? nullptr : provider->find_model(model);
    const std::string system_prompt = take_system_prompt(start_frame, talk->history);
    auto prompt = assemble_prompt(system_prompt, std::move(talk->history),
                                  start_frame.message().inline_text(),
                                  prompt_budget(known == nullptr ? 0 : known->context_window));
    auto& images = talk->images;
    if (provider_id == builtin_provider && model == builtin_echo)
        return answer_at_once(name, answer_of_echo(prompt.back().text, images.files));
    if (provider == nullptr) return refuse(name, label, unknown_provider(label, provider_id));
    if (!provider->problem.empty())
        return refuse(name, label, not_configured(label, provider->problem));
    if (known == nullptr || !known->sees_images) {
        prompt.back().text += unseen_images(images.files);
        images = {};
    }
    if (!images.files.empty() && !has_room_for(images)) return refuse(name, label, too_many_runs());
    start({.name = name,
           .provider = provider_id,
           .model = model,
           .prompt = std::move(prompt),
           .timeout = Milliseconds(start_frame.timeout_ms()),
           .max_output_tokens = start_frame.max_output_tokens(),
           .images = std::move(images)},
          *provider);
}

// A request is kept while its run lasts, to ask again. As base64, three bytes are four.
bool Agent::has_room_for(const ipc::Enclosure& images) const {
    std::size_t sum = 0;
    for (const auto& image : images.files)
        sum += image.bytes.size() / 3 * 4;
    for (const auto& [id, run] : runs_)
        sum += run->request_bytes();
    return sum <= max_request_bytes;
}

void Agent::start(Order order, const ProviderSettings& provider) {
    const auto id = order.name.run_id;
    log::debug("run.started", {{"run", id}, {"model", order.provider + "/" + order.model}});
    auto run = std::make_unique<Run>(world_, std::move(order),
                                     [this](const std::string& over) { on_run_over(over); });
    auto& started = *(runs_[id] = std::move(run));
    started.begin(provider);
}

void Agent::answer_at_once(const RunName& name, std::string text) {
    wire::RunEnd end;
    end.set_outcome(wire::RunEnd::COMPLETED);
    end.set_stop_reason("stop");
    end.set_response_model(std::string(builtin_echo));
    reports_.end(name, std::move(end), std::move(text));
}

void Agent::refuse(const RunName& name, const std::string& model, const RunFailure& failure) {
    log::warn("run.refused", {{"run", name.run_id},
                              {"model", model},
                              {"kind", failure.kind},
                              {"detail", failure.detail}});
    wire::RunEnd end;
    end.set_outcome(wire::RunEnd::FAILED);
    end.set_stop_reason("error");
    end.set_error(failure.sentence);
    end.set_error_kind(std::string(failure.kind));
    reports_.end(name, std::move(end), {});
}

// An abort of a run that has ended crossed its end on the way: nothing to do.
void Agent::on_abort(const std::string& run_id) {
    if (const auto found = runs_.find(run_id); found != runs_.end()) found->second->abort();
}

void Agent::on_run_over(const std::string& run_id) {
    ended_.push_back(std::move(runs_.extract(run_id).mapped()));
    bury();
    leave_when_empty();
}

void Agent::bury() {
    burial_.start(Milliseconds(0), [this] {
        ended_.clear();
        answered_.clear();
    });
}

// Who asks for vectors waits for the answer and nothing else does: a drain does not wait for it.
void Agent::on_embed(const wire::Frame& frame, const Fds& fds) {
    auto embedding = std::make_unique<Embedding>(
        context_.link(), frame, [this](std::uint64_t id) { on_embedding_over(id); });
    auto& asked = *(embeddings_[frame.id()] = std::move(embedding));
    const auto& model = frame.embed().model();
    const std::string label = model.provider() + "/" + model.model();
    auto input = ipc::take_text(frame.embed().input_json(), fds);
    const auto* provider = settings_.find(model.provider());
    if (embeddings_.size() > max_embeddings) return asked.fail(too_many_runs());
    if (!input) return asked.fail(broken_transcript(input.error().sentence));
    if (provider == nullptr) return asked.fail(unknown_provider(label, model.provider()));
    if (!provider->problem.empty()) return asked.fail(not_configured(label, provider->problem));
    asked.ask(client_, *provider, std::move(*input));
}

void Agent::on_embedding_over(std::uint64_t request_id) {
    answered_.push_back(std::move(embeddings_.extract(request_id).mapped()));
    bury();
}

void Agent::on_room() {
    reports_.on_room();
    for (const auto& [id, run] : runs_)
        run->on_room();
    leave_when_empty();
}

void Agent::drain(Milliseconds within) {
    is_draining_ = true;
    last_moment_.start(within - farewell, [this] { cut_short(); });
    leave_when_empty();
}

void Agent::cut_short() {
    while (!runs_.empty())
        runs_.begin()->second->cut_short();
}

void Agent::leave_when_empty() {
    if (!is_draining_ || !runs_.empty() || reports_.waiting() > 0) return;
    if (!std::exchange(has_left_, true)) context_.drained();
}

worker::Vitals Agent::vitals() const {
    worker::Vitals vitals;
    for (const auto& [id, run] : runs_)
        ++(run->state() == Run::State::pausing ? vitals.queued : vitals.in_flight);
    vitals.last_upstream_unix_ms = world_.last_upstream_unix_ms;
    vitals.in_flight += static_cast<std::uint32_t>(embeddings_.size());
    return vitals;
}

} // namespace openclaw::agent
