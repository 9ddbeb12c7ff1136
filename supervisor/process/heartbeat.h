// process/heartbeat.h — pings one worker and knows when it stopped answering.
//
// Pings are sent on multiples of the period, so that all workers' pings cost the supervisor one
// wake-up. While one is unanswered no other is sent. An answer, however late, ends the trouble: a
// worker that was stopped and goes on serves on.
#pragma once

#include "common/ipc/link.h"
#include "common/worker/spec.h"
#include "supervisor/process/worker_view.h"

#include <memory>
#include <optional>

namespace openclaw::process {

class Heartbeat {
  public:
    // `on_change`: health or responsiveness changed. `on_lost`: no answer for Limits::hung_after;
    // may destroy this.
    Heartbeat(Loop& loop, ipc::Link& link, const Limits& limits, Task on_change, Task on_lost);

    const std::optional<Health>& health() const { return health_; }

    bool is_unresponsive() const { return is_unresponsive_; }

  private:
    void beat();
    void ask();
    void on_answer(Result<const wire::Frame*> reply);
    void on_pong(const wire::Pong& pong);
    void plan_next();
    std::int64_t now_us() const;

    const Clock& clock_;
    ipc::Link& link_;
    const Limits& limits_;
    Task on_change_;
    Task on_lost_;
    Timer next_;
    Timer late_;
    Timer lost_;
    std::optional<Health> health_;
    bool is_unresponsive_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(); // the link may outlive this object
};

} // namespace openclaw::process
