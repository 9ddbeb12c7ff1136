// agent/embedding.h — one request for vectors: asked once of the provider, answered once to the
// supervisor.
//
// Not repeated here: nothing is lost by a failure, and the program at the other end of the HTTP
// call has its own rule. Lives on the loop; `over` may destroy it later, not inside the call.
#pragma once

#include "common/ipc/link.h"
#include "common/net/https_client.h"
#include "workers/agent/failure.h"
#include "workers/agent/settings.h"

#include <memory>
#include <string>

namespace openclaw::agent {

class Embedding {
  public:
    using Over = std::move_only_function<void(std::uint64_t request_id)>;

    Embedding(ipc::Link& link, const wire::Frame& frame, Over over);

    void ask(net::HttpClient& client, const ProviderSettings& provider, std::string input_json);
    void fail(const RunFailure& failure);

  private:
    void on_answered(net::HttpOutcome outcome);
    void answer(wire::Frame& frame, std::string_view answer_json);

    std::string label() const { return order_.model().provider() + "/" + order_.model().model(); }

    ipc::Link& link_;
    std::uint64_t request_id_;
    std::string trace_;
    wire::Embed order_; // without its input
    Over over_;
    std::unique_ptr<net::HttpCall> call_;
};

} // namespace openclaw::agent
