#include "workers/telegram/refusal.h"

namespace openclaw::telegram {

worker::Refusal refusal_for(Trouble trouble, Repeatable repeatable) {
    if (is_ambiguous(trouble))
        return repeatable == Repeatable::yes ? wire::ChannelAnswer::UNAVAILABLE
                                             : wire::ChannelAnswer::UNKNOWN_OUTCOME;
    switch (trouble) {
    case Trouble::target_gone:
    case Trouble::reply_gone:
    case Trouble::thread_gone:
    case Trouble::route_gone:
    case Trouble::migrated:
        return wire::ChannelAnswer::NOT_FOUND;
    case Trouble::peer_gone:
    case Trouble::rights:
    case Trouble::auth:
    case Trouble::misdirected:
        return wire::ChannelAnswer::DENIED;
    case Trouble::rate:
        return wire::ChannelAnswer::RATE;
    case Trouble::not_sent:
        return wire::ChannelAnswer::UNAVAILABLE;
    default:
        return wire::ChannelAnswer::INVALID;
    }
}

void refuse(worker::Question& question, const Answer& answer, Repeatable repeatable) {
    const auto refusal = refusal_for(answer.trouble, repeatable);
    std::string sentence = "Telegram: " + answer.description;
    if (answer.trouble == Trouble::migrated)
        sentence += " (the group has the id " + answer.migrated_to + " now)";
    if (refusal == wire::ChannelAnswer::UNKNOWN_OUTCOME)
        sentence += "; it may have been done: look before you repeat it";
    question.refuse(refusal, sentence, answer.retry_after);
}

} // namespace openclaw::telegram
