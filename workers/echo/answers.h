// echo/answers.h — what the smallest channel says of a platform that is not there: its one chat,
// and that whatever is to be done with a message has been done.
#pragma once

#include "common/worker/question.h"
#include "workers/echo/settings.h"

#include <string_view>

namespace openclaw::echo {

wire::ProbeFacts probe_facts(std::string_view instance);
void answer_directory(worker::Question question, const Injection& inject);
// `files`: of the last message that had any; "read" shows them.
void answer_action(worker::Question question, const Injection& inject, const AttachedFiles& files);

} // namespace openclaw::echo
