#include "workers/discord/refusal.h"

namespace openclaw::discord {

namespace {

worker::Refusal refusal_of(Trouble trouble, Repeatable repeatable) {
    switch (trouble) {
    case Trouble::target_gone:
    case Trouble::route_gone:
    case Trouble::peer_gone:
    case Trouble::reply_gone:
    case Trouble::too_late:
        return wire::ChannelAnswer::NOT_FOUND;
    case Trouble::rights:
    case Trouble::locked:
    case Trouble::foreign:
    case Trouble::auth:
        return wire::ChannelAnswer::DENIED;
    case Trouble::rate:
        return wire::ChannelAnswer::RATE;
    case Trouble::not_sent:
    case Trouble::dropped:
        return wire::ChannelAnswer::UNAVAILABLE;
    case Trouble::server:
    case Trouble::lost:
        return repeatable == Repeatable::yes ? wire::ChannelAnswer::UNAVAILABLE
                                             : wire::ChannelAnswer::UNKNOWN_OUTCOME;
    case Trouble::none:
    case Trouble::form:
    case Trouble::empty:
    case Trouble::is_forum:
    case Trouble::archived:
    case Trouble::answered:
    case Trouble::too_large:
    case Trouble::refused:
        return wire::ChannelAnswer::INVALID;
    }
    return wire::ChannelAnswer::INVALID;
}

} // namespace

void refuse(worker::Question& question, const Answer& answer, Repeatable repeatable) {
    question.refuse(refusal_of(answer.trouble, repeatable), "Discord: " + answer.description,
                    answer.retry_after);
}

} // namespace openclaw::discord
