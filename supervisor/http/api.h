// http/api.h — the routes of plain HTTP beyond the probes: a table, and who may use a row
// (PROTOCOL.md 17).
//
// A request is judged by its head alone, in this order: is the route on, is the method right, who
// asks (401, 403, 429), does he hold the scope (403), does the body fit (413), is there room (503).
// Then its row handles it. Decisions of one configuration are
// replaced with use(). Everything in ApiParts outlives this; this outlives the web server.
#pragma once

#include "common/config/gateway.h"
#include "supervisor/flow/embeddings.h"
#include "supervisor/http/caller.h"
#include "supervisor/http/metrics.h"
#include "supervisor/http/turns.h"
#include "supervisor/rpc/run_start.h"
#include "supervisor/web/http_exchange.h"

#include <functional>
#include <string>

namespace openclaw::http {

// Decisions of one configuration.
struct ApiSettings {
    config::HttpApi api;
    std::string embedding_model; // "provider/model"; empty: none
};

struct ApiParts {
    rpc::FrontDoor& door;
    rpc::RunParts runs;
    rpc::Dispatch& dispatch;
    rpc::HealthSnapshot& health;
    flow::Embedder& embedder;
    const RunTally& tally;
    std::function<web::Readiness()> readiness;
    std::function<DoorFigures()> door_figures;
    rpc::StreamsOf streams = {};
};

class Api final : public web::HttpEndpoint {
  public:
    Api(ApiParts parts, ApiSettings settings);

    void use(ApiSettings settings) { settings_ = std::move(settings); }

    // Told about runs: for AgentRuns::add_listener.
    flow::RunListener& listener() { return turns_; }

    bool serves(std::string_view path) const override;
    std::optional<web::HttpAnswer> refuse(const web::HttpHead& head,
                                          const web::HttpLoad& load) override;
    void handle(std::shared_ptr<web::HttpExchange> exchange) override;

  private:
    using Exchange = std::shared_ptr<web::HttpExchange>;
    using Handler = void (Api::*)(Exchange exchange, Caller caller);
    struct Route;
    static const Route* find(std::string_view path);
    bool is_on(const Route& route) const;
    std::expected<Caller, web::HttpAnswer> admit(const Route& route, const web::HttpHead& head);

    // How one of the two APIs talks.
    struct Manner {
        std::string_view door, id_prefix;
        ReadConversation (*read)(json::View body);
        Turns::MakeDialect make_dialect;
    };

    using Act = std::move_only_function<void(json::View body)>;
    using Refuse = web::HttpAnswer (*)(const ApiError& error);
    void with_body(const Exchange& exchange, Refuse refused, Act act);
    void converse(const Exchange& exchange, const Manner& manner, json::View body);
    std::optional<ApiError> go_on_where(const Conversation& asked, const web::HttpHead& head,
                                        Target& target) const;

    void list_models(Exchange exchange, Caller caller);
    void find_model(Exchange exchange, Caller caller);
    void complete_chat(Exchange exchange, Caller caller);
    void respond(Exchange exchange, Caller caller);
    void embed(Exchange exchange, Caller caller);
    void invoke_tool(Exchange exchange, Caller caller);
    void show_metrics(Exchange exchange, Caller caller);

    ApiParts parts_;
    ApiSettings settings_;
    Turns turns_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); // for bodies read elsewhere
};

} // namespace openclaw::http
