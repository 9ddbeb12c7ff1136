#include "supervisor/edge.h"

#include "common/base/names.h"
#include "common/base/strings.h"
#include "common/log/log.h"
#include "common/version.h"
#include "supervisor/door_settings.h"
#include "supervisor/flow/explain.h"
#include "supervisor/roster.h"
#include "supervisor/rpc/restart.h"

#include <utility>

namespace openclaw {

namespace {

constexpr std::uint16_t service_restart =
    1012; // RFC 6455 registry; PROTOCOL.md 20: at stop and restart alike

std::vector<rpc::ShownProvider> shown_providers(const config::Models& models) {
    std::vector<rpc::ShownProvider> shown;
    for (const auto& [id, provider] : models.providers) {
        rpc::ShownProvider one{
            .id = id, .has_key = !provider.api_key.empty(), .problem = provider.problem};
        for (const auto& model : provider.models)
            one.models.push_back({.id = model.id,
                                  .name = model.name,
                                  .reasoning = model.reasoning,
                                  .context_window = model.context_window,
                                  .max_tokens = model.max_tokens});
        shown.push_back(std::move(one));
    }
    return shown;
}

std::string_view word(config::Messages::QueueMode mode) {
    using Mode = config::Messages::QueueMode;
    switch (mode) {
    case Mode::followup:
        return "followup";
    case Mode::collect:
        return "collect";
    case Mode::interrupt:
        return "interrupt";
    case Mode::steer:
        break;
    }
    return "steer";
}

// What a configuration decides of them.
void show(const config::Config& config, rpc::GatewayFacts& shown) {
    const auto* agent = config.agents.find(config.agents.default_id);
    shown.agents = config.agents;
    shown.providers = shown_providers(config.models);
    shown.applied_config_hash = config.hash;
    shown.queue_mode = word(config.messages.queue_mode);
    shown.health = config.gateway.health;
    shown.model_configured = agent != nullptr && !config.agents.model_of(*agent).primary.empty();
}

rpc::GatewayFacts shown_facts(const Standing& facts, const Preparation& p) {
    rpc::GatewayFacts shown{.workspace = p.paths.workspace,
                            .config_path = p.paths.config_file,
                            .state_directory = p.paths.state_directory,
                            .ledger_path = p.paths.in_state(names::ledger_file),
                            .log_file = p.log_file,
                            .auth_mode = std::string(auth::name(gate_of(p).mode)),
                            .started_at_ms = facts.rooms.started_at_ms,
                            .boot_id = uuid_v4(),
                            .build = std::string(build_id)};
    show(facts.generation.config(), shown);
    return shown;
}

} // namespace

Edge::Edge(Standing& facts, const Preparation& p, auth::GatewayIdentity identity)
    : facts_(facts)
    , identity_(std::move(identity))
    , prepared_(p)
    , outgoing_(facts.outgoings)
    , questions_(facts.rooms)
    , workers_(facts.workers, *facts.ledger)
    , conversations_(*facts.ledger)
    , pairings_(facts.loop, *facts.ledger)
    , cron_(facts.loop, *facts.ledger)
    , node_store_(*facts.ledger)
    , notes_(facts.loop, *facts.ledger)
    , shown_(shown_facts(facts, p))
    , events_(facts.loop)
    , presence_(facts.loop.clock(), events_)
    , health_(facts.loop, events_,
              {.facts = shown_,
               .workers = workers_,
               .conversations = conversations_,
               .channels = [&facts] { return list_channels(facts); },
               .ledger = [&facts] { return facts.ledger->store->counters(); },
               .storage_problem = [&facts] { return facts.ledger->store->degraded(); }})
    , alerts_(facts.rooms, facts.deliveries, [this] { return health_.judged(); })
    , run_events_({.loop = facts.loop,
                   .events = events_,
                   .conversations = conversations_,
                   .facts = shown_,
                   .runs = facts.runs})
    , setup_route_(setup_route_of(p, p.address.port))
    , devices_(
          {.loop = facts.loop, .ledger = *facts.ledger, .events = events_, .identity = identity_})
    , stability_(facts.loop.clock())
    , heartbeats_({.loop = facts.loop,
                   .events = events_,
                   .runs = facts.runs,
                   .run_events = run_events_,
                   .facts = shown_,
                   .system_events = facts.system_events})
    , automations_({.loop = facts.loop,
                    .runs = facts.runs,
                    .run_events = run_events_,
                    .conversations = conversations_,
                    .facts = shown_},
                   events_, cron_)
    , approvals_(facts.loop, events_, notes_)
    , nodes_(facts.loop, events_, node_store_)
    , methods_(list_methods())
    , dispatch_(methods_, facts.loop.clock())
    , attempts_(facts.loop.clock(), attempt_rule_of(p))
    , door_({.loop = facts.loop,
             .dispatch = dispatch_,
             .events = events_,
             .presence = presence_,
             .health = health_,
             .facts = shown_,
             .attempts = attempts_,
             .devices = devices_},
            door_settings_of(p))
    , embedder_(facts.loop, facts.workers)
    , api_({.door = door_,
            .runs = {.loop = facts.loop,
                     .runs = facts.runs,
                     .run_events = run_events_,
                     .conversations = conversations_,
                     .facts = shown_},
            .dispatch = dispatch_,
            .health = health_,
            .embedder = embedder_,
            .tally = tally_,
            .readiness = [this] { return readiness(); },
            .door_figures = [this] { return door_figures(); },
            .streams = [this](const std::string& worker) { return list_streams(facts_, worker); }},
           api_settings_of(p.config)) {
    watch_facts();
}

Edge::~Edge() {
    facts_.switchboard.on_change(nullptr);
}

rpc::MethodTable Edge::list_methods() {
    return rpc::make_method_table(
        {.loop = facts_.loop,
         .health = health_,
         .presence = presence_,
         .facts = shown_,
         .workers = workers_,
         .conversations = conversations_,
         .pairings = pairings_,
         .devices = devices_,
         .setup_route = setup_route_,
         .runs = facts_.runs,
         .run_events = run_events_,
         .outgoing = outgoing_,
         .questions = questions_,
         .read_config =
             [this] { return read_config(prepared_.load_options(), shown_.applied_config_hash); },
         .explain =
             [this](const std::string& id, rpc::Done<std::string> done) {
                 flow::explain(facts_.rooms, id, std::move(done));
             },
         .heartbeats = heartbeats_,
         .stability = stability_,
         .cron = cron_,
         .automations = automations_,
         .approvals = approvals_,
         .nodes = nodes_,
         .notes = notes_,
         .events = events_,
         .change_config =
             [this](rpc::ConfigChange change, ConfigDone done) {
                 change_config(std::move(change), std::move(done));
             },
         .restart = [this](std::string reason) { return restart_ && restart_(std::move(reason)); },
         .upgrade =
             [this](std::string program, rpc::Done<std::string> done) {
                 if (upgrade_) upgrade_(std::move(program), std::move(done));
             },
         .streams = [this](const std::string& worker) { return list_streams(facts_, worker); }});
}

// What needs no restart is in force before anybody hears that it was written.
void Edge::change_config(rpc::ConfigChange change, ConfigDone done) {
    write_config(facts_.loop, std::move(change), prepared_.load_options(),
                 [this, alive = std::weak_ptr(alive_),
                  done = std::move(done)](ConfigWritten written) mutable {
                     if (alive.expired()) return; // the next start reads the file
                     if (!written.changed) return done(std::unexpected(written.changed.error()));
                     if (written.to_put_in_force) put_in_force(std::move(*written.to_put_in_force));
                     done(std::move(*written.changed));
                 });
}

// HOUSE 3.3: one turn of the loop, so nothing sees half of it.
void Edge::put_in_force(config::Config config) {
    auto generation = std::make_unique<Generation>(config);
    auto again = prepared_.with(std::move(config));
    if (again) return use(std::move(*again), std::move(generation));
    log::error("door.unchanged",
               {{"why", again.error().text}, {"what", "who may come in is as it was before"}});
    facts_.generation.replace(std::move(generation));
    show_decisions();
}

void Edge::use(Preparation next, std::unique_ptr<Generation> generation) {
    const auto before = gate_of(prepared_), after = gate_of(next);
    const bool is_new_gate = before.secret.reveal() != after.secret.reveal() ||
                             before.mode != after.mode || before.proxy != after.proxy;
    facts_.generation.replace(std::move(generation));
    prepared_ = std::move(next);
    judge_visitors();
    show_decisions();
    if (is_new_gate) door_.send_away_secret_holders();
}

void Edge::show_decisions() {
    const auto& now = facts_.generation.config();
    facts_.workers.want(roster(now));
    show(now, shown_);
    shown_.auth_mode = auth::name(gate_of(prepared_).mode);
    shown_.log_file = prepared_.log_file;
    api_.use(api_settings_of(now));
    server_->use_transport_security(now.gateway.http.strict_transport_security);
    on_facts_changed();
}

// Sockets that are open stay, but for those whose secret is not the secret any more.
void Edge::judge_visitors() {
    auto settings = door_settings_of(prepared_);
    settings.is_starting = door_.settings().is_starting;
    door_.use(std::move(settings));
    attempts_.use(attempt_rule_of(prepared_));
    setup_route_ = setup_route_of(prepared_, port());
    server_->use_rules(request_rules_of(prepared_));
}

Result<void> Edge::move_to(const web::ListenAddress& address) {
    if (address == prepared_.address || sockets_are_given_) return {};
    auto sockets = web::open_listen_sockets(address);
    if (!sockets && address.port == prepared_.address.port) {
        // Another address, the same port: our own sockets may be in the way.
        listener_.reset();
        sockets = web::open_listen_sockets(address);
        if (!sockets) listen_on(TRY(web::open_listen_sockets(prepared_.address)));
    }
    if (!sockets) return Failure(sockets.error());
    listen_on(std::move(*sockets));
    log::info("gateway.moved", {{"url", url()}});
    return {};
}

void Edge::listen_on(std::vector<UniqueFd> sockets) {
    listener_ = std::make_unique<web::Listener>(
        facts_.loop, std::move(sockets),
        [this](UniqueFd connection) { server_->adopt(std::move(connection)); });
    shown_.port = port();
}

void Edge::begin_new_boot() {
    shown_.boot_id = uuid_v4();
}

std::string Edge::status_line() const {
    const auto workers = facts_.workers.views().size();
    return "Serving at " + url() + " with " + std::to_string(workers) +
           (workers == 1 ? " worker" : " workers");
}

void Edge::on_facts_changed() {
    health_.facts_changed();
    alerts_.look_soon();
}

void Edge::watch_facts() {
    facts_.runs.add_listener(stability_);
    facts_.runs.add_listener(run_events_);
    facts_.runs.add_listener(tally_);
    facts_.runs.add_listener(api_.listener());
    facts_.switchboard.on_change([this] { on_facts_changed(); });
}

Result<std::unique_ptr<Edge>> Edge::create(Standing& facts, const Preparation& preparation,
                                           Doors doors) {
    auto identity = TRY(auth::GatewayIdentity::load_or_create(
        preparation.paths.in_state(names::identity_file), facts.rooms.now_ms()));
    std::unique_ptr<Edge> edge(new Edge(facts, preparation, std::move(identity)));
    TRY_VOID(edge->listen(preparation, std::move(doors)));
    return edge;
}

Result<void> Edge::listen(const Preparation& p, Doors doors) {
    const bool is_handed_over = !doors.listening.empty();
    auto sockets = std::move(doors.listening);
    sockets_are_given_ = doors.are_given;
    if (!is_handed_over) {
        auto inherited = web::inherited_listen_sockets(p.address);
        sockets = std::move(inherited.sockets);
        sockets_are_given_ = inherited.are_given;
    }
    if (sockets.empty()) sockets = TRY(web::open_listen_sockets(p.address));
    web::ServerOptions options{.limits = {},
                               .rules = request_rules_of(p),
                               .readiness = [this] { return readiness(); },
                               .may_see_details =
                                   [this](std::string_view bearer, const web::Arrival& from) {
                                       return door_.check_bearer(bearer, from).verdict ==
                                              rpc::BearerVerdict::accepted;
                                   },
                               .http = &api_};
    options.limits.handshake_within = p.config.gateway.handshake_timeout;
    setup_route_ = setup_route_of(p, web::port_of(sockets.front().get()));
    server_ = TRY(web::Server::create(facts_.loop, std::move(options), door_));
    listen_on(std::move(sockets));
    const std::string control = p.paths.in_state(names::control_socket);
    control_ = doors.control ? control::ControlSocket::adopt(facts_.loop, control,
                                                             std::move(doors.control), door_)
                             : TRY(control::ControlSocket::create(facts_.loop, control, door_));
    if (is_handed_over) { // until open(): this image may yet go back
        listener_->pause();
        control_->pause();
    }
    return {};
}

web::Readiness Edge::readiness() {
    web::Readiness now{.phase = phase_,
                       .failing = {},
                       .uptime_ms = facts_.rooms.now_ms() - facts_.rooms.started_at_ms,
                       .event_loop_json = health_.gauge().to_json()};
    rpc::show_readiness(health_, now);
    return now;
}

http::DoorFigures Edge::door_figures() const {
    return {.counters = server_->counters(),
            .sockets = server_->client_count(),
            .exchanges = server_->http_exchange_count()};
}

void Edge::open() {
    phase_ = web::Readiness::Phase::started;
    auto settings = door_.settings();
    settings.is_starting = false;
    door_.use(std::move(settings));
    alerts_.look_soon();
    listener_->resume();
    control_->resume();
}

void Edge::take_work() {
    dispatch_.refuse_work({});
}

void Edge::put_off_work() {
    dispatch_.refuse_work("gateway-restarting");
}

void Edge::refuse_work() {
    phase_ = web::Readiness::Phase::draining;
    put_off_work();
}

std::size_t Edge::requests_in_hand() const {
    return server_->http_exchange_count();
}

void Edge::part() {
    listener_->pause();
    control_->pause();
    events_.announce_shutdown("gateway restarting", rpc::restart_expected_ms);
    server_->close_all(service_restart, "service restart");
    control_->close_all();
}

bool Edge::is_alone() const {
    return server_->client_count() == 0 && server_->http_exchange_count() == 0 &&
           control_->connection_count() == 0;
}

void Edge::note_upgrade(std::int64_t number, std::string outcome, std::string why) {
    shown_.upgrades = number;
    shown_.upgrade_outcome = std::move(outcome);
    shown_.upgrade_why = std::move(why);
}

void Edge::let_keep(const ServiceManager& manager) const {
    if (sockets_are_given_ || !manager.is_there()) return;
    manager.forget(web::kept_socket_name); // those of another address
    for (const auto& socket : listener_->duplicates())
        manager.keep(socket.get(), web::kept_socket_name);
}

Fds Edge::duplicate_listening() const {
    return listener_->duplicates();
}

UniqueFd Edge::duplicate_control() const {
    return control_->duplicate();
}

void Edge::close() {
    if (returns_)
        events_.announce_shutdown("gateway restarting", rpc::restart_expected_ms);
    else
        events_.announce_shutdown("gateway stopping");
    listener_.reset();
    server_->close_all(service_restart, "service restart");
    control_->close_all();
}

int Edge::port() const {
    return listener_->port();
}

std::string Edge::url() const {
    return "http://127.0.0.1:" + std::to_string(port());
}

} // namespace openclaw
