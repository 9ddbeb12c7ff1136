#include "supervisor/edge.h"

#include "common/base/names.h"
#include "common/base/strings.h"
#include "supervisor/door_settings.h"
#include "supervisor/flow/explain.h"
#include "supervisor/rpc/restart.h"
#include "supervisor/shown_facts.h"

#include <utility>

namespace openclaw {

namespace {

constexpr std::uint16_t service_restart =
    1012; // RFC 6455 registry; PROTOCOL.md 20: at stop and restart alike

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

void Edge::begin_new_boot() {
    shown_.boot_id = uuid_v4();
    owes_restart_ = false;
}

std::string Edge::status_line() const {
    const auto workers = facts_.workers.views().size();
    std::string line = "Serving at " + url() + " with " + std::to_string(workers) +
                       (workers == 1 ? " worker" : " workers");
    if (const auto ill = policy::who_is_ill(health_.summary()); !ill.empty())
        line.append("; ").append(ill);
    return line;
}

void Edge::on_facts_changed() {
    health_.facts_changed();
    alerts_.look_soon();
    if (on_change_) on_change_();
}

void Edge::on_verdict() {
    if (phase_ != web::Readiness::Phase::started) return;
    auto ill = policy::who_is_ill(health_.summary());
    if (ill == ill_) return;
    ill_ = std::move(ill);
    if (tell_status_) tell_status_();
}

void Edge::watch_facts() {
    facts_.runs.add_listener(stability_);
    facts_.runs.add_listener(run_events_);
    facts_.runs.add_listener(tally_);
    facts_.runs.add_listener(api_.listener());
    facts_.switchboard.on_change([this] { on_facts_changed(); });
    health_.on_verdict([this] { on_verdict(); });
}

Result<std::unique_ptr<Edge>> Edge::create(Standing& facts, const Preparation& preparation,
                                           Doors doors) {
    auto identity = TRY(auth::GatewayIdentity::load_or_create(
        preparation.paths.in_state(names::identity_file), facts.rooms.now_ms()));
    std::unique_ptr<Edge> edge(new Edge(facts, preparation, std::move(identity)));
    TRY_VOID(edge->listen(preparation, std::move(doors)));
    return edge;
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
    take_newcomers();
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

void Edge::hold_newcomers() {
    holds_newcomers_ = true;
    listener_->pause();
    control_->pause();
    server_->use(web::Keeping::no);
}

void Edge::take_newcomers() {
    has_parted_ = holds_newcomers_ = false;
    if (is_closed_) return;
    listener_->resume();
    control_->resume();
    server_->use(web::Keeping::yes);
}

void Edge::part() {
    has_parted_ = true;
    hold_newcomers();
    server_->use(web::Keeping::never);
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

void Edge::close() {
    is_closed_ = true;
    if (returns_)
        events_.announce_shutdown("gateway restarting", rpc::restart_expected_ms);
    else
        events_.announce_shutdown("gateway stopping");
    if (returns_)
        listener_->pause(); // newcomers wait in the queue for the program that begins anew
    else
        listener_.reset();
    server_->close_all(service_restart, "service restart");
    control_->close_all();
}

} // namespace openclaw
