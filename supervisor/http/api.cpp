#include "supervisor/http/api.h"

#include "common/base/strings.h"
#include "supervisor/http/body.h"
#include "supervisor/http/chat_request.h"
#include "supervisor/http/embeddings.h"
#include "supervisor/http/models.h"
#include "supervisor/http/prometheus.h"
#include "supervisor/http/responses_request.h"
#include "supervisor/http/tools.h"
#include "supervisor/policy/session_key.h"

#include <algorithm>
#include <array>

namespace openclaw::http {

// Which error shape a route has, and what it needs to be there at all.
enum class Shape { openai, tools, text };
enum class Needs { nothing, conversations, chat_completions, responses };

namespace {

// PROTOCOL.md 3.
constexpr std::uint64_t conversation_limit = 20u << 20;
constexpr std::uint64_t tool_limit = 2u << 20;
// In hand at once: more is refused for a moment.
constexpr std::size_t max_exchanges = 512;
constexpr std::uint64_t max_body_bytes = 256u << 20;

constexpr std::string_view models_prefix = "/v1/models/";

ApiError overloaded() {
    return {.status = 503,
            .message = "Too many requests at once.",
            .type = "api_error",
            .may_retry = true,
            .retry_after_seconds = 1};
}

ApiError still_starting() {
    return {.status = 503,
            .message = "The gateway is starting.",
            .type = "api_error",
            .may_retry = true,
            .retry_after_seconds = 1};
}

// The session of the turn that had this id: while the run is remembered, and as long as it was the
// last of its session.
std::optional<std::string> session_of_response(const std::string& id, const rpc::RunParts& runs) {
    if (const auto* run = runs.runs.find(id)) return run->request.session_key;
    const auto sessions = runs.conversations.list();
    const auto found = std::ranges::find_if(
        sessions, [&](const ledger::Session* session) { return session->last_run_id == id; });
    if (found == sessions.end()) return std::nullopt;
    return (*found)->key;
}

} // namespace

struct Api::Route {
    std::string_view path;
    std::string_view methods; // as Allow has them
    std::string_view scope;
    Needs needs = Needs::nothing;
    Shape shape = Shape::openai;
    std::uint64_t body_limit = 0;
    bool is_open_locally = false; // no secret from this machine itself
    Handler handler = nullptr;
};

const Api::Route* Api::find(std::string_view path) {
    using policy::scope::read, policy::scope::write;
    static constexpr std::array routes = {
        Route{"/v1/models", "GET, HEAD", read, Needs::conversations, Shape::openai, 0, false,
              &Api::list_models},
        Route{models_prefix, "GET, HEAD", read, Needs::conversations, Shape::openai, 0, false,
              &Api::find_model},
        Route{"/v1/chat/completions", "POST", write, Needs::chat_completions, Shape::openai,
              conversation_limit, false, &Api::complete_chat},
        Route{"/v1/responses", "POST", write, Needs::responses, Shape::openai, conversation_limit,
              false, &Api::respond},
        Route{"/v1/embeddings", "POST", write, Needs::conversations, Shape::openai,
              conversation_limit, false, &Api::embed},
        Route{"/tools/invoke", "POST", write, Needs::nothing, Shape::tools, tool_limit, false,
              &Api::invoke_tool},
        Route{"/metrics", "GET, HEAD", read, Needs::nothing, Shape::text, 0, true,
              &Api::show_metrics},
        Route{"/api/diagnostics/prometheus", "GET, HEAD", read, Needs::nothing, Shape::text, 0,
              false, &Api::show_metrics},
    };
    const auto found = std::ranges::find_if(routes, [&](const Route& route) {
        return route.path == path || (route.path == models_prefix &&
                                      path.starts_with(models_prefix) && path != models_prefix);
    });
    return found == routes.end() ? nullptr : &*found;
}

Api::Api(ApiParts parts, ApiSettings settings)
    : parts_(std::move(parts))
    , settings_(std::move(settings))
    , turns_(parts_.runs) {}

bool Api::is_on(const Route& route) const {
    const auto& api = settings_.api;
    switch (route.needs) {
    case Needs::nothing:
        return true;
    case Needs::conversations:
        return api.has_chat_completions || api.has_responses;
    case Needs::chat_completions:
        return api.has_chat_completions;
    case Needs::responses:
        return api.has_responses;
    }
    return false;
}

bool Api::serves(std::string_view path) const {
    const Route* route = find(path);
    return route != nullptr && is_on(*route);
}

std::expected<Caller, web::HttpAnswer> Api::admit(const Route& route, const web::HttpHead& head) {
    if (route.is_open_locally && head.arrival.direct_local && head.bearer.empty())
        return Caller{{std::string(route.scope)}};
    auto caller = identify(parts_.door, head);
    if (caller && !policy::allows(caller->scopes, route.scope))
        return std::unexpected(refuse_scope(route.scope));
    return caller;
}

std::optional<web::HttpAnswer> Api::refuse(const web::HttpHead& head, const web::HttpLoad& load) {
    const Route& route = *find(head.path);
    const auto methods = split(route.methods, ',');
    const bool is_right = std::ranges::any_of(
        methods, [&](std::string_view method) { return trim(method) == head.method; });
    if (!is_right) return web::refuse_method(route.methods);
    if (const auto caller = admit(route, head); !caller) return caller.error();
    if (route.body_limit == 0) return std::nullopt;
    const auto refusal = [&](const ApiError& error) {
        return route.shape == Shape::tools ? tool_error(error.status, error.type, error.message)
                                           : to_answer(error);
    };
    if (parts_.door.settings().is_starting) return refusal(still_starting());
    if (head.content_length > route.body_limit)
        return refusal(
            {.status = 413,
             .message = "The body is larger than " + std::to_string(route.body_limit) + " bytes."});
    if (load.exchanges >= max_exchanges || load.body_bytes + head.content_length > max_body_bytes)
        return refusal(overloaded());
    return std::nullopt;
}

void Api::handle(Exchange exchange) {
    const Route* route = find(exchange->head().path);
    // Asked again: between head and body a reload may have changed the secret.
    auto caller = admit(*route, exchange->head());
    if (!caller) return exchange->answer(caller.error());
    (this->*route->handler)(std::move(exchange), std::move(*caller));
}

void Api::list_models(Exchange exchange, Caller) {
    exchange->answer(http::list_models(parts_.runs.facts));
}

void Api::find_model(Exchange exchange, Caller) {
    const auto id = exchange->head().path.substr(models_prefix.size());
    exchange->answer(http::find_model(id, parts_.runs.facts));
}

// Strict JSON, at most 64 deep; a refusal has the reader's own words (PROTOCOL.md 17).
void Api::with_body(const Exchange& exchange, Refuse refused, Act act) {
    parts_.door.reader().read(exchange->take_body(),
                              [exchange, refused, act = std::move(act),
                               alive = std::weak_ptr(alive_)](Result<json::Document> body) mutable {
                                  if (alive.expired() || !exchange->is_open())
                                      return; // nobody waits any more
                                  if (body) return act(body->root());
                                  exchange->answer(refused(unreadable_body(body.error())));
                              });
}

void Api::complete_chat(Exchange exchange, Caller) {
    with_body(exchange, to_answer, [this, exchange](json::View body) {
        converse(exchange,
                 {.door = "openai",
                  .id_prefix = "chatcmpl_",
                  .read = read_chat_request,
                  .make_dialect = chat_dialect},
                 body);
    });
}

void Api::respond(Exchange exchange, Caller) {
    with_body(exchange, to_answer, [this, exchange](json::View body) {
        converse(exchange,
                 {.door = "openresponses",
                  .id_prefix = "resp_",
                  .read = read_responses_request,
                  .make_dialect = responses_dialect},
                 body);
    });
}

// The model and the agent are judged before the messages (captures/http-api.json).
void Api::converse(const Exchange& exchange, const Manner& manner, json::View body) {
    const auto model = read_model(body);
    const Aim aim{.model = model ? *model : std::string_view(),
                  .user = body["user"].text(),
                  .door = manner.door};
    auto target = target_meant(aim, exchange->head(), parts_.runs.facts);
    if (!target) return exchange->answer(to_answer(target.error()));
    auto asked = manner.read(body);
    if (!asked) return exchange->answer(to_answer(asked.error()));
    if (const auto refused = go_on_where(*asked, exchange->head(), *target))
        return exchange->answer(to_answer(*refused));
    turns_.begin(exchange, std::move(*asked), std::move(*target),
                 std::string(manner.id_prefix) + uuid_v4(), manner.make_dialect);
}

// A turn that names the one before goes on in its session, unless it names a session itself.
std::optional<ApiError> Api::go_on_where(const Conversation& asked, const web::HttpHead& head,
                                         Target& target) const {
    const auto& before = asked.previous_response_id;
    if (before.empty() || !head.arrival.header("x-openclaw-session-key").empty())
        return std::nullopt;
    auto session = session_of_response(before, parts_.runs);
    if (!session || policy::agent_of(*session) != target.agent_id)
        return ApiError{.message = "Previous response with id '" + before + "' not found.",
                        .code = "previous_response_not_found"};
    target.session_key = std::move(*session);
    return std::nullopt;
}

void Api::embed(Exchange exchange, Caller) {
    with_body(exchange, to_answer, [this, exchange](json::View body) {
        auto order = read_embedding_request(body, exchange->head(), parts_.runs.facts,
                                            settings_.embedding_model);
        if (!order) return exchange->answer(to_answer(order.error()));
        answer_embeddings(exchange, std::move(*order), parts_.embedder);
    });
}

void Api::invoke_tool(Exchange exchange, Caller caller) {
    const auto refused = [](const ApiError& error) {
        return error.status == 503 ? tool_error(503, error.type, error.message)
                                   : tool_error(400, "invalid_request", error.message);
    };
    with_body(exchange, refused,
              [this, exchange, caller = std::move(caller)](json::View body) mutable {
                  http::invoke_tool(exchange, body, std::move(caller),
                                    {.loop = parts_.runs.loop,
                                     .dispatch = parts_.dispatch,
                                     .facts = parts_.runs.facts,
                                     .denied = settings_.api.denied_tools});
              });
}

void Api::show_metrics(Exchange exchange, Caller) {
    exchange->answer({.status = 200,
                      .content_type = std::string(Prometheus::content_type),
                      .body = metrics_text({.health = parts_.health.sources(),
                                            .runs = parts_.runs.runs,
                                            .tally = parts_.tally,
                                            .gauge = parts_.health.gauge(),
                                            .judging = parts_.health.judging(),
                                            .readiness = parts_.readiness(),
                                            .door = parts_.door_figures(),
                                            .streams = parts_.streams}),
                      .headers = {{"Cache-Control", "no-store"}}});
}

} // namespace openclaw::http
