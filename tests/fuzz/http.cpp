// A program sends any body it likes to the routes of plain HTTP, and any model, user and session.
// Whatever it sends: a refusal is a client's error with words and valid JSON, an acceptance has
// something to say, a session's name is one we could have made.
#include "common/json/read.h"
#include "supervisor/http/body.h"
#include "supervisor/http/chat_request.h"
#include "supervisor/http/dialect.h"
#include "supervisor/http/embeddings.h"
#include "supervisor/http/responses_request.h"
#include "supervisor/http/target.h"
#include "supervisor/http/tools.h"
#include "supervisor/policy/session_key.h"

#include <cstdlib>

using namespace openclaw;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

const rpc::GatewayFacts& facts() {
    static const rpc::GatewayFacts known = [] {
        rpc::GatewayFacts made;
        made.agents.entries["main"].id = "main";
        made.providers.push_back({.id = "fake"});
        return made;
    }();
    return known;
}

void check(const http::ApiError& error) {
    require(error.status >= 400 && error.status <= 500 && !error.message.empty());
    require(json::Document::parse(http::to_answer(error).body).has_value());
}

// What a client would read back of the answer to it.
void check(const http::Conversation& asked, bool is_chat) {
    require(!asked.message.empty() && asked.max_output_tokens >= 0);
    for (const auto& said : asked.earlier)
        require((said.role == "user" || said.role == "assistant") && !said.text.empty());
    flow::Run run;
    run.text = asked.message;
    const http::AnswerName name{.id = "id", .model = asked.model};
    const auto dialect = is_chat ? http::chat_dialect(name) : http::responses_dialect(name);
    const auto whole = json::Document::parse(dialect->whole(run));
    require(whole && whole->root()["model"].is_string());
    const auto stream = dialect->begin() + dialect->more(run.text) + dialect->finish(run);
    require(stream.ends_with("\n\n") && !stream.contains("\r"));
}

void check_target(json::View body) {
    const auto model = body["model"].text("openclaw"), user = body["user"].text();
    web::HttpHead head;
    if (const auto key = body["session"].text(); !key.empty())
        head.arrival.headers.emplace_back("x-openclaw-session-key", key);
    const auto target =
        http::target_meant({.model = model, .user = user, .door = "openai"}, head, facts());
    if (!target) return check(target.error());
    require(target->agent_id == "main");
    const auto parts = policy::read_session_key(target->session_key);
    require(parts.has_value() && !policy::is_reserved_for_us(*parts));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto body = json::Document::parse({reinterpret_cast<const char*>(data), size});
    if (!body) {
        check(http::unreadable_body(body.error()));
        return 0;
    }
    const auto root = body->root();
    for (const bool is_chat : {true, false}) {
        const auto asked =
            is_chat ? http::read_chat_request(root) : http::read_responses_request(root);
        if (asked)
            check(*asked, is_chat);
        else
            check(asked.error());
    }
    check_target(root);
    const auto order = http::read_embedding_request(root, {}, facts(), "fake/embed");
    if (order)
        require(json::Document::parse(order->input_json).has_value());
    else
        check(order.error());
    for (const auto tool : http::tool_names()) {
        const auto request = http::read_tool_request(tool, root, "agent:main:main");
        require(request && json::Document::parse(request->params_json).has_value());
    }
    return 0;
}
