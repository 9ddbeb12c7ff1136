// The agent worker: holds the providers' keys, asks models, streams their answers.
//
//   secrets   the providers' API keys, from Configure, never from argv, environment or a file
//   reads     provider answers (foreign bytes: HTTP, server-sent events, JSON), one transcript for
//   each run network   HTTPS to the configured providers files     none of its own; OpenSSL reads
//   the system's certificates decides   nothing: what may be said, to whom, and in which session is
//   the supervisor's
#include "common/config/agent.h"
#include "workers/agent/service.h"

using namespace openclaw;

int main() {
    return worker::run(config::agent_worker,
                       [](worker::Context& context) { return agent::Agent::create(context); });
}
