// agent/service.h — the agent's trade: takes RunStart, RunAbort and Embed, keeps the tables of what
// is being asked, drains.
#pragma once

#include "common/net/link_dialer.h"
#include "common/worker/runtime.h"
#include "workers/agent/embedding.h"
#include "workers/agent/run.h"

#include <unordered_map>

namespace openclaw::agent {

class Agent final : public worker::Service {
  public:
    static constexpr std::size_t max_runs = 256; // running at once, and ends that wait for the link
    static constexpr std::size_t max_embeddings = 16; // at once
    // Of all requests that wait for their answers: images make them large, and above half a
    // gigabyte this process is replaced (config/agent.h).
    static constexpr std::size_t max_request_bytes = 256u << 20;

    // Errors: invalid (the settings cannot be read).
    static Result<std::unique_ptr<worker::Service>> create(worker::Context& context,
                                                           RunTimes times = {});

    void on_frame(const wire::Frame& frame, Fds fds) override;
    void on_room() override;
    void drain(Milliseconds within) override;
    worker::Vitals vitals() const override;

  private:
    Agent(worker::Context& context, Settings settings, RunTimes times);

    void on_start(const wire::Frame& frame, const Fds& fds);
    void on_abort(const std::string& run_id);
    void on_embed(const wire::Frame& frame, const Fds& fds);
    void on_embedding_over(std::uint64_t request_id);
    bool has_room_for(const ipc::Enclosure& images) const;
    void start(Order order, const ProviderSettings& provider);
    void answer_at_once(const RunName& name, std::string text);
    void refuse(const RunName& name, const std::string& model, const RunFailure& failure);
    void on_run_over(const std::string& run_id);
    void bury();
    void leave_when_empty();
    void cut_short();

    worker::Context& context_;
    Settings settings_;
    net::LinkDialer dialer_;
    net::HttpClient client_;
    Reports reports_;
    RunWorld world_;
    Timer last_moment_;
    bool is_draining_ = false;
    bool has_left_ = false;
    // Runs die before what they use. One that has ended may be on the stack: it goes a turn later.
    std::unordered_map<std::string, std::unique_ptr<Run>> runs_;
    std::vector<std::unique_ptr<Run>> ended_;
    std::unordered_map<std::uint64_t, std::unique_ptr<Embedding>> embeddings_; // by request id
    std::vector<std::unique_ptr<Embedding>> answered_;
    Timer burial_;
};

} // namespace openclaw::agent
