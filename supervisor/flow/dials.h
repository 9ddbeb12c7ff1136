// flow/dials.h — a worker asks for a stream to the internet: judged here, made by egress.
//
// Who asks is known by the link the frame came over; no worker can speak for another. What its row
// and the configuration do not name is refused, logged and counted. An allowed Dial waits, within
// its own deadline, for an egress that is not there yet or has just died; no byte of its stream has
// been read then, so that handing it on again repeats nothing. Bounded for each worker:
// `max_waiting`, descriptors included, and how many come in a second. The bytes never come here.
#pragma once

#include "common/base/allowance.h"
#include "common/ipc/stream_counters.h"
#include "common/loop/timer.h"
#include "common/worker/line_budget.h"
#include "supervisor/policy/reach.h"
#include "supervisor/process/workers.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::flow {

inline constexpr std::string_view egress_worker_id = "egress";

// The present generation's rules (HOUSE 3.3): an answer is used within the call.
class Reaches {
  public:
    virtual ~Reaches() = default;
    virtual const policy::ReachRules& reach_of(std::string_view worker) const = 0;
};

struct DialFacts { // of one worker, since the supervisor began
    ipc::StreamCounts streams;
    std::uint64_t refused = 0; // by the rules
    std::uint64_t failed = 0;  // allowed, and not connected
    std::size_t waiting = 0;   // now
    std::string last_refused;  // "169.254.169.254:80"
};

class Dials {
  public:
    static constexpr std::size_t max_waiting = 300; // a worker's; an agent has 256 runs
    // Of one worker. After the death of an egress all it had is dialled again.
    static constexpr unsigned most_per_second = 100, most_at_once = 600;

    // All references outlive this.
    Dials(Loop& loop, process::Links& links, const Reaches& reaches,
          policy::AmbientProxies ambient);
    ~Dials();
    Dials(const Dials&) = delete;
    Dials& operator=(const Dials&) = delete;

    // False: the frame contradicts itself.
    bool on_dial(const std::string& worker, const wire::Frame& frame, Fds fds);
    void on_egress_ready();
    void on_egress_room();
    void on_egress_down();
    void on_worker_down(const std::string& worker);

    bool is_idle() const { return dials_.empty(); } // no connection is being made

    DialFacts facts(const std::string& worker) const;

  private:
    struct Account {
        std::uint32_t slot = 0;
        std::uint64_t refused = 0;
        std::uint64_t failed = 0;
        std::size_t waiting = 0;
        std::string last_refused;
        Allowance allowance{most_per_second, most_at_once};
        worker::LineBudget lines{5}; // of refusals; the rest is only counted
    };

    struct Dial {
        std::string worker;
        std::uint64_t request = 0; // the worker's
        UniqueFd end;
        wire::Frame order;
        Instant give_up_at;
        std::unique_ptr<Timer> deadline;
        bool is_with_egress = false;
        int lives = 0; // of egress that it was handed to
    };

    Account& account_of(const std::string& worker);
    void refuse(const std::string& worker, const wire::Frame& frame,
                const policy::Endpoint& wanted);
    void accept(const std::string& worker, const wire::Frame& frame, UniqueFd end,
                policy::AddressesAllowed addresses);
    void set_proxy(wire::DialOrder& order, const policy::ProxyServer& proxy) const;
    void hand_on(std::uint64_t id);
    void hand_on_all();
    void on_answer(std::uint64_t id, Result<const wire::Frame*> answer);
    void settle(std::uint64_t id, wire::Dialled::Outcome outcome, const std::string& sentence,
                int error = 0);
    void answer(const std::string& worker, std::uint64_t request, wire::Dialled::Outcome outcome,
                const std::string& sentence, int error = 0);

    Loop& loop_;
    process::Links& links_;
    const Reaches& reaches_;
    policy::AmbientProxies ambient_;
    std::optional<ipc::StreamCounters> counters_;
    std::map<std::string, Account> accounts_;
    std::map<std::uint64_t, Dial> dials_; // in the order they came
    std::uint64_t last_id_ = 0;
    std::shared_ptr<bool> alive_;
};

} // namespace openclaw::flow
