#include "supervisor/flow/channel_events.h"

#include "supervisor/flow/sender_rules.h"
#include "supervisor/flow/wire_form.h"
#include "supervisor/policy/reaction.h"
#include "supervisor/policy/session_key.h"

namespace openclaw::flow {

bool ChannelEvents::on_event(const std::string& worker, const wire::ChannelEvent& event) {
    switch (event.kind()) {
    case wire::ChannelEvent::REACTION_ADDED:
    case wire::ChannelEvent::REACTION_REMOVED:
        if (event.chat().id().empty() || event.sender().id().empty()) return false;
        on_reaction(worker, event);
        return true;
    case wire::ChannelEvent::MESSAGE_DELETED:
        if (event.event_id().empty()) return false;
        on_deletion(worker, event);
        return true;
    default:
        return false;
    }
}

void ChannelEvents::on_reaction(const std::string& worker, const wire::ChannelEvent& event) {
    const auto facts = facts_of(worker, event);
    const auto& config = rooms_.decisions.config();
    const auto* account = config.find_channel(facts.channel, facts.account);
    if (account == nullptr) return;
    if (!policy::wants_reaction(facts, account->access, event.is_on_own())) return;
    const auto judged = judge_sender(rooms_, facts, account->access);
    if (!judged || judged->admission.verdict != policy::Verdict::admit) return;
    rooms_.system_events.add(policy::session_key(facts, judged->route, config.session),
                             reaction_text(account->spec->label, event),
                             SystemEvents::From::stranger);
}

void ChannelEvents::on_deletion(const std::string& worker, const wire::ChannelEvent& event) {
    const auto who = facts_of(worker, event);
    const ledger::InboxKey key{
        .channel = who.channel, .account = who.account, .event_id = event.event_id()};
    if (!inbounds_.withdraw(key)) runs_.withdraw(key);
}

} // namespace openclaw::flow
