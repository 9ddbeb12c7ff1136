// telegram/refusal.h — the Bot API's no, as the answer to a person's question.
#pragma once

#include "common/worker/question.h"
#include "workers/telegram/answer.h"

namespace openclaw::telegram {

enum class Repeatable { no, yes }; // is it all the same whether it was done once or twice?

// Pure.
worker::Refusal refusal_for(Trouble trouble, Repeatable repeatable);

void refuse(worker::Question& question, const Answer& answer, Repeatable repeatable);

} // namespace openclaw::telegram
