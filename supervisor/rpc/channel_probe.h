// rpc/channel_probe.h — every account asked at the same time whether its platform answers, and the
// answers as channels.status and channels.capabilities show them.
#pragma once

#include "common/json/read.h"
#include "common/json/write.h"
#include "supervisor/flow/questions.h"
#include "supervisor/rpc/sources.h"

#include <map>
#include <string>
#include <vector>

namespace openclaw::rpc {

struct Probed {
    std::int64_t at_ms = 0; // when the answer was there
    std::int64_t elapsed_ms = 0;
    Result<flow::ProbeReport> report = {};
};

using Probes = std::map<std::string, Probed>; // by worker id

// How long a caller's `timeoutMs` leaves for a probe: never more than a question may take.
Milliseconds probe_time(json::View params);

// Accounts that are off or cannot work are not asked. `done` is called once, when the last has
// answered or its time is over; never from inside, unless nobody is asked.
void probe_accounts(const std::vector<ChannelFacts>& accounts, const std::string& target,
                    Milliseconds within, flow::Questions& questions, const Clock& clock,
                    std::move_only_function<void(Probes)> done);

// {"ok":true,"elapsedMs":85,"checkedAt":…,"bot":{…},"facts":{…},"links":[…],"warnings":[…]}
void write_probe(json::Writer& out, const Probed& probed);

} // namespace openclaw::rpc
