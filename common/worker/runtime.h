// worker/runtime.h — what every worker's main calls: fd 3, Hello, Configure, Ready, pings, drain,
// the end.
//
//   int main() { return worker::run(telegram_worker, [](worker::Context& context) { return
//   std::make_unique<Telegram>(context); }); }
//
// The runtime owns the Loop and the Link. It answers Ping from the worker's own loop (so an answer
// proves the loop turns), sends logs over the link, leaves with ExitCode::link_lost when the
// supervisor is gone, and exits 0 after Drained. A Service is made after Configure and destroyed
// before the process ends. Between its making and Ready the process goes into its sandbox
// (sandbox/enter.h): libraries are loaded and files opened in the making, or not at all.
#pragma once

#include "common/base/result.h"
#include "common/base/secret.h"
#include "common/ipc/link.h"
#include "common/worker/spec.h"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace openclaw::worker {

// What the supervisor handed over.
struct Assignment {
    std::string instance; // "telegram:default"
    std::uint64_t generation = 0;
    std::string settings_json;
    std::map<std::string, Secret> secrets;
    std::map<std::string, std::string>
        state; // what this instance wrote with StateWrite in earlier lives
    std::uint32_t inbound_credits = 0;
};

// Facts for Pong.
struct Vitals {
    std::uint32_t queued = 0;
    std::uint32_t in_flight = 0;
    std::int64_t last_upstream_unix_ms = 0;
    std::uint32_t credits = 0;
};

class Context {
  public:
    virtual ~Context() = default;
    virtual Loop& loop() = 0;
    virtual ipc::Link& link() = 0;
    virtual const Assignment& assignment() const = 0;
    // Says why (Fault frame), lets it reach the supervisor, and exits with `code`. Returns; do
    // nothing after it.
    virtual void give_up(ExitCode code, std::string_view fault_code, std::string_view sentence) = 0;
    // The service has finished draining: Drained is sent and the process exits 0.
    virtual void drained() = 0;
};

class Service {
  public:
    virtual ~Service() = default;

    virtual void start() {} // Ready has been sent

    virtual void on_frame(const wire::Frame& frame, Fds fds) = 0; // bodies of the trade only

    virtual void on_room() {} // the link can send again

    virtual void
    drain(Milliseconds within) = 0; // take nothing new; call Context::drained() when empty
    virtual Vitals vitals() const = 0;
};

using MakeService = std::function<Result<std::unique_ptr<Service>>(Context&)>;

// Does not return before the worker's life is over; the value is the process's exit code.
int run(const WorkerSpec& spec, const MakeService& make_service);

} // namespace openclaw::worker
