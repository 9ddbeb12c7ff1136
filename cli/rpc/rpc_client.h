// cli/rpc/rpc_client.h — requests and their answers over one connection to the gateway (PROTOCOL.md
// 2).
//
// Several requests may be on their way at once: send() them all, then wait() for each. Events that
// come meanwhile go to on_event. Answers to requests nobody waits for are dropped. The client never
// retries: what was sent may have been done.
#pragma once

#include "cli/rpc/call_error.h"
#include "cli/rpc/transport.h"
#include "common/base/secret.h"
#include "common/json/read.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace openclaw::cli {

class Answer {
  public:
    Answer(json::Document document)
        : document_(std::move(document)) {}

    json::View payload() const { return document_.root()["payload"]; }

    bool is_ok() const { return document_.root()["ok"].boolean(); }

    json::View error() const { return document_.root()["error"]; }

    bool is_accepted() const { return payload()["status"].text() == "accepted"; }

  private:
    json::Document document_;
};

class RpcClient {
  public:
    using OnEvent = std::function<void(std::string_view event, json::View payload)>;

    explicit RpcClient(std::unique_ptr<Transport> transport)
        : transport_(std::move(transport)) {}

    void on_event(OnEvent callback) { on_event_ = std::move(callback); }

    // Sends a request; its id. `params_json` is an object, or empty for none.
    CallResult<std::string> send(std::string_view method, std::string_view params_json,
                                 Milliseconds within);
    // The next answer to request `id`. One that says "accepted" is followed by another with the
    // outcome: wait again (PROTOCOL.md 12.2).
    CallResult<Answer> wait(const std::string& id, Milliseconds within);
    CallResult<Answer> call(std::string_view method, std::string_view params_json,
                            Milliseconds within);

    // The v4 handshake (PROTOCOL.md 4) as `cli`. On the control socket it is not needed, but brings
    // the events.
    CallResult<Answer> connect(const Secret& token, const Secret& password, Milliseconds within);

  private:
    CallResult<void> read_one(Instant deadline);
    void keep_answer(json::Document document);

    std::unique_ptr<Transport> transport_;
    OnEvent on_event_;
    std::map<std::string, std::deque<json::Document>>
        answers_; // of requests under way, in the order they came
    int last_id_ = 0;
};

} // namespace openclaw::cli
