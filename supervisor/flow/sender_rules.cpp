#include "supervisor/flow/sender_rules.h"

#include <utility>

namespace openclaw::flow {

Result<Judged> judge_sender(const Rooms& rooms, const policy::Facts& facts,
                            const config::AccessSettings& access) {
    const auto& config = rooms.decisions.config();
    const auto where = policy::room_for(facts, access);
    auto route = TRY(policy::route(facts, where.agent_id, config.bindings, config.agents));
    const auto is_paired = [&](std::string_view sender) {
        return rooms.ledger.pairings.is_approved(facts.channel, facts.account, sender);
    };
    const policy::AccessRules rules{.access = access,
                                    .commands = config.commands,
                                    .mentions = rooms.decisions.mentions(route.agent_id)};
    return Judged{.admission = policy::admit(facts, rules, is_paired), .route = std::move(route)};
}

} // namespace openclaw::flow
