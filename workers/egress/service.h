// egress/service.h — the trade of egress: takes DialOrders, connects, relays, counts.
//
// Mechanism only: what is asked for here has been allowed by the supervisor. Egress adds the one
// judgement that needs resolved addresses (egress/address_rule.h).
#pragma once

#include "common/worker/runtime.h"
#include "workers/egress/connector.h"
#include "workers/egress/stream.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>

namespace openclaw::egress {

inline constexpr std::size_t max_streams = 2048; // of all workers; connecting ones, too
inline constexpr std::size_t max_streams_of_a_worker =
    640; // an agent: 256 runs, and those of before

class Egress final : public worker::Service {
  public:
    static Result<std::unique_ptr<worker::Service>> create(worker::Context& context);
    explicit Egress(worker::Context& context);

    void on_frame(const wire::Frame& frame, Fds fds) override;
    void drain(Milliseconds within) override;
    worker::Vitals vitals() const override;

  private:
    struct Passage { // one stream of one worker, from the order to its end
        std::uint64_t request = 0;
        std::uint32_t slot = 0;
        UniqueFd worker_end;
        std::unique_ptr<Connector> connector;
        std::unique_ptr<Stream> stream;
    };

    void on_counters(const Fds& fds);
    void on_order(const wire::Frame& frame, Fds fds);
    std::optional<Error> refusal(const wire::DialOrder& order, const Fds& fds) const;
    void on_connected(std::uint64_t id, Result<Connected> outcome);
    void relay(std::uint64_t id, Passage& passage, Connected connected);
    void answer(std::uint64_t request, const Error* error);
    void close(std::uint64_t id);
    void bury();
    void leave_when_empty();

    worker::Context& context_;
    std::optional<ipc::StreamCounters> counters_;
    Lookups lookups_; // passages ask it
    std::uint64_t last_id_ = 0;
    std::unordered_map<std::uint64_t, Passage> passages_;
    std::map<std::uint32_t, std::size_t> streams_of_; // by slot
    std::vector<Passage> ended_; // wait for the end of the callback they ended in
    bool is_draining_ = false;
    bool has_left_ = false;
    std::int64_t last_contact_unix_ms_ = 0;
    Timer burial_;
    Timer last_moment_;
};

} // namespace openclaw::egress
