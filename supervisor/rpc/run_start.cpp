#include "supervisor/rpc/run_start.h"

#include "common/json/write.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/run_json.h"

namespace openclaw::rpc {

Result<std::string> session_named(std::string_view written, const GatewayFacts& facts) {
    return policy::configured_session_key(written, facts.agents);
}

std::string run_status(std::string_view run_id, std::string_view status) {
    return json::Writer()
        .begin_object()
        .member("runId", run_id)
        .member("status", status)
        .end_object()
        .take();
}

void answer_failed(const Reply& reply, const flow::Run& run) {
    reply.fail(unavailable(run.error.empty() ? "the run failed" : run.error),
               status_payload(run, "error"));
}

} // namespace openclaw::rpc
