// flow/sender_rules.h — the configured rules, asked about one sender in one place: may they, and
// which agent is it for?
#pragma once

#include "supervisor/flow/rooms.h"
#include "supervisor/policy/access.h"
#include "supervisor/policy/routing.h"

namespace openclaw::flow {

struct Judged {
    policy::Admission admission;
    policy::Route route;
};

// Errors: those of policy::route.
Result<Judged> judge_sender(const Rooms& rooms, const policy::Facts& facts,
                            const config::AccessSettings& access);

} // namespace openclaw::flow
