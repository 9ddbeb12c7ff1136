// discord/refusal.h — what an answer of Discord's that is no success means for a person who asked.
// Pure.
#pragma once

#include "common/worker/question.h"
#include "workers/discord/answer.h"

namespace openclaw::discord {

enum class Repeatable { yes, no };

// `repeatable`: what was asked for may be asked again, so a lost answer is no riddle.
void refuse(worker::Question& question, const Answer& answer, Repeatable repeatable);

} // namespace openclaw::discord
