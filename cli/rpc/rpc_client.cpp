#include "cli/rpc/rpc_client.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "common/version.h"

namespace openclaw::cli {

namespace {

CallError refused(json::View error) {
    CallError out{.type = CallError::Type::request,
                  .message = std::string(
                      error["message"].text("the gateway refused the request without a reason")),
                  .code = std::string(error["code"].text()),
                  .details_json = error["details"] ? error["details"].dump() : "",
                  .retryable = error["retryable"].boolean()};
    if (error["retryAfterMs"].is_integer()) out.retry_after_ms = error["retryAfterMs"].integer();
    return out;
}

// What was sent may have been done: the operator must know that before trying again.
CallError no_answer(const Error& error) {
    auto out = transport_error(error);
    if (error.code == Code::timeout)
        out.message += "; the request may have been carried out, its outcome is unknown";
    return out;
}

std::string connect_params(const Secret& token, const Secret& password) {
    json::Writer params;
    params.begin_object().member("minProtocol", 4).member("maxProtocol", 4);
    params.key("client")
        .begin_object()
        .member("id", "cli")
        .member("version", version)
        .member("platform", "linux");
    params.member("mode", "cli")
        .end_object()
        .key("caps")
        .begin_array()
        .end_array()
        .member("role", "operator");
    params.key("scopes").begin_array();
    for (const auto* scope : {"operator.admin", "operator.read", "operator.write",
                              "operator.approvals", "operator.pairing"})
        params.value(scope);
    params.end_array();
    if (!token.empty() || !password.empty()) {
        params.key("auth").begin_object();
        if (!token.empty()) params.member("token", token.reveal());
        if (!password.empty()) params.member("password", password.reveal());
        params.end_object();
    }
    return params.end_object().take();
}

} // namespace

CallResult<std::string> RpcClient::send(std::string_view method, std::string_view params_json,
                                        Milliseconds within) {
    std::string id = std::to_string(++last_id_) + ":" + uuid_v4();
    json::Writer request;
    request.begin_object().member("type", "req").member("id", id).member("method", method);
    if (!params_json.empty()) request.raw_member("params", params_json);
    request.end_object();
    if (auto sent = transport_->send(request.text(), std::chrono::steady_clock::now() + within);
        !sent)
        return std::unexpected(transport_error(sent.error()));
    answers_[id];
    return id;
}

CallResult<Answer> RpcClient::wait(const std::string& id, Milliseconds within) {
    const auto deadline = std::chrono::steady_clock::now() + within;
    auto& waiting = answers_[id];
    while (waiting.empty())
        if (auto read = read_one(deadline); !read) return std::unexpected(read.error());
    Answer answer(std::move(waiting.front()));
    waiting.pop_front();
    if (!answer.is_accepted()) answers_.erase(id);
    if (answer.is_ok()) return answer;
    return std::unexpected(refused(answer.error()));
}

CallResult<Answer> RpcClient::call(std::string_view method, std::string_view params_json,
                                   Milliseconds within) {
    auto id = send(method, params_json, within);
    if (!id) return std::unexpected(id.error());
    return wait(*id, within);
}

CallResult<Answer> RpcClient::connect(const Secret& token, const Secret& password,
                                      Milliseconds within) {
    return call("connect", connect_params(token, password), within);
}

CallResult<void> RpcClient::read_one(Instant deadline) {
    const auto message = transport_->receive(deadline);
    if (!message) return std::unexpected(no_answer(message.error()));
    auto document = json::Document::parse(*message);
    if (!document || !document->root().is_object())
        return std::unexpected(
            transport_error({.code = Code::corrupt,
                             .sentence = "the gateway sent something that is no protocol frame"}));
    const auto type = document->root()["type"].text();
    if (type == "res")
        keep_answer(std::move(*document));
    else if (type == "event" && on_event_)
        on_event_(document->root()["event"].text(), document->root()["payload"]);
    return {};
}

void RpcClient::keep_answer(json::Document document) {
    const auto waiting = answers_.find(std::string(document.root()["id"].text()));
    if (waiting != answers_.end()) waiting->second.push_back(std::move(document));
}

} // namespace openclaw::cli
