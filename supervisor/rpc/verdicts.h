// rpc/verdicts.h — from what the rooms know to policy::Evidence, and the verdict as it is shown.
//
// Everything that shows how an account is goes through here: health, channels.status, workers.list,
// /readyz, /metrics, and the owner's alerts.
#pragma once

#include "common/json/write.h"
#include "supervisor/policy/health.h"
#include "supervisor/rpc/sources.h"

#include <vector>

namespace openclaw::rpc {

// By what, and when, it is judged.
//
// Ages are measured by the clock that neither jumps nor runs while the machine sleeps, and shown as
// moments of the wall clock as it is set now: a clock that is set to another day makes nobody ill
// or well, and nothing was seen in the future. After a suspend an account is as fresh as it was
// before, and has the usual time to show itself.
struct Judging {
    config::HealthRule rule;
    Instant now{};
    std::int64_t epoch_ms = 0; // what the wall clock would have shown at Instant{}

    std::int64_t now_ms() const { return on_wall(now); }

    // Instant{}, never, is 0.
    std::int64_t on_wall(Instant when) const {
        if (when == Instant{}) return 0;
        return epoch_ms + std::chrono::floor<Milliseconds>(when.time_since_epoch()).count();
    }
};

// `worker`: null where nothing runs for the account.
policy::HealthVerdict judge_account(const ChannelFacts& account, const process::WorkerView* worker,
                                    const Judging& by);

// The workers that serve no channel, then every configured account.
std::vector<policy::Judged> judge_all(const std::vector<ChannelFacts>& accounts,
                                      const std::vector<process::WorkerView>& workers,
                                      const Judging& by);

// {"level":"degraded","cause":"silence","reason":…,"sinceMs":…,"seen":…,"seenAtMs":…}
void write_verdict(json::Writer& out, const policy::HealthVerdict& verdict);
// {"level":…,"down":[…],"degraded":[…],"processes":{"agent":{…}}}: the accounts have their verdicts
// in their own rows.
void write_health(json::Writer& out, const policy::Health& health,
                  const std::vector<policy::Judged>& judged);

} // namespace openclaw::rpc
