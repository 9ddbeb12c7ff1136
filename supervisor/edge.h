// supervisor/edge.h — everything that faces the operator and the world: the port, the local socket,
// the methods.
//
// Put together here and nowhere else: who answers whom can be read off the members. Outlives no
// fact; a restart in place gives it new decisions with use().
#pragma once

#include "supervisor/auth/attempt_limit.h"
#include "supervisor/auth/gateway_identity.h"
#include "supervisor/control/control_socket.h"
#include "supervisor/flow/alerts.h"
#include "supervisor/flow/embeddings.h"
#include "supervisor/flow/questions.h"
#include "supervisor/http/api.h"
#include "supervisor/preparation.h"
#include "supervisor/rpc/approvals.h"
#include "supervisor/rpc/automations.h"
#include "supervisor/rpc/devices.h"
#include "supervisor/rpc/dispatch.h"
#include "supervisor/rpc/events.h"
#include "supervisor/rpc/facts.h"
#include "supervisor/rpc/front_door.h"
#include "supervisor/rpc/health.h"
#include "supervisor/rpc/heartbeat.h"
#include "supervisor/rpc/live.h"
#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/nodes.h"
#include "supervisor/rpc/presence.h"
#include "supervisor/rpc/run_events.h"
#include "supervisor/rpc/stability.h"
#include "supervisor/rpc/table.h"
#include "supervisor/service_manager.h"
#include "supervisor/sources.h"
#include "supervisor/standing.h"
#include "supervisor/web/listener.h"
#include "supervisor/web/server.h"

#include <deque>
#include <memory>
#include <string>

namespace openclaw {

// Sockets that listen already: of the image before this one.
struct Doors {
    Fds listening;
    bool are_given = false; // by the service manager: the address is its affair
    UniqueFd control;
};

class Edge {
  public:
    // Opens the listening sockets and the local socket; answers "starting" until open().
    // Errors: unavailable (the port is taken), invalid (an address or path that cannot be),
    // internal.
    static Result<std::unique_ptr<Edge>> create(Standing& facts, const Preparation& preparation,
                                                Doors doors = {});
    ~Edge();

    void open();         // ready: workers are spawned, everybody may come in
    void refuse_work();  // stopping: looking is still allowed
    void put_off_work(); // the same for a moment: nobody is told that we are not ready
    void take_work();    // … and it is over
    void close();        // says goodbye (1012) and closes what is open

    // Who is asked for a restart in an orderly way; it says whether it was the first to ask.
    void on_restart(rpc::RestartGateway restart) { restart_ = std::move(restart); }

    using RestartInPlace = std::move_only_function<void(std::string_view why, Reread what)>;

    // Called when a change was written that only a restart in place brings into force, or when the
    // file could not be read back.
    void on_costly_change(RestartInPlace restart) { restart_in_place_ = std::move(restart); }

    // New decisions for the same facts (supervisor/restart).
    const Preparation& prepared() const { return prepared_; }

    void use(Preparation next, std::unique_ptr<Generation> generation);
    // Listens there, when that is elsewhere. Errors: as create(); then nothing has changed.
    Result<void> move_to(const web::ListenAddress& address);
    // Everything is read anew. Clients that connect see another bootId.
    void begin_new_boot();
    std::string status_line() const;

    // Called when it says something else, as long as we serve.
    void on_new_status(Task tell) { tell_status_ = std::move(tell); }

    // Another image takes over (supervisor/upgrade). part(): after hold_newcomers(); everybody
    // inside is told when to come back.
    std::size_t requests_in_hand() const;
    void hold_newcomers(); // they wait in the kernel's queue; who is inside is served, and let go
    void take_newcomers();
    void part();

    bool has_parted() const { return has_parted_; }

    bool is_alone() const;

    // A change of the configuration is being written, and put in force in a later turn.
    bool is_changing_config() const { return config_changes_ > 0; }

    // Whoever has checked the file sees by it that it is another one now.
    std::uint64_t config_changes_written() const { return config_changes_written_; }

    // The service manager keeps the port open over our death.
    void let_keep(const ServiceManager& manager) const;
    Fds duplicate_listening() const; // survive exec, as does the next
    UniqueFd duplicate_control() const;

    bool sockets_are_given() const { return sockets_are_given_; }

    // Shown by gateway.upgrade.status.
    void note_upgrade(std::int64_t number, std::string outcome, std::string why);

    std::int64_t upgrades() const { return shown_.upgrades; }

    void on_upgrade(rpc::UpgradeGateway upgrade) { upgrade_ = std::move(upgrade); }

    // Told when something about the workers or channels has changed; empty: nobody.
    void on_change(Task tell) { on_change_ = std::move(tell); }

    void will_return() { returns_ = true; } // close() tells clients when to come back

    int port() const;
    std::string url() const;

  private:
    using ConfigDone =
        std::move_only_function<void(std::expected<rpc::ConfigChanged, rpc::ConfigRefusal>)>;

    Edge(Standing& facts, const Preparation& preparation, auth::GatewayIdentity identity);
    rpc::MethodTable list_methods();
    Result<void> listen(const Preparation& preparation, Doors doors);
    void listen_on(std::vector<UniqueFd> sockets);
    void watch_facts();
    void on_facts_changed();
    void on_verdict();
    web::Readiness readiness();
    http::DoorFigures door_figures() const;
    void change_config(rpc::ConfigChange change, ConfigDone done);
    std::string_view why_config_stays() const; // empty: it may be changed
    void write_next_change();
    OnConfigWritten when_written(ConfigDone done);
    void on_config_written(ConfigWritten written, std::uint64_t before, ConfigDone done);
    void done_but_wrong(ConfigWritten written, ConfigDone done);
    void put_in_force(config::Config config);
    bool may_restart_by_itself() const;
    void leave_for_a_restart(rpc::ConfigChanged& changed) const;
    void show_decisions();
    void judge_visitors();

    Standing& facts_;
    auth::GatewayIdentity identity_;
    Preparation prepared_; // how this process was started, with the configuration in force
    OutgoingSource outgoing_;
    flow::WorkerQuestions questions_;
    rpc::LiveWorkers workers_;
    rpc::LiveConversations conversations_;
    rpc::LivePairings pairings_;
    rpc::LiveCron cron_;
    rpc::LiveNodes node_store_;
    rpc::LiveNotes notes_;
    rpc::GatewayFacts shown_;
    rpc::Events events_;
    rpc::Presence presence_;
    rpc::HealthSnapshot health_;
    flow::Alerts alerts_;
    rpc::RunEvents run_events_;
    rpc::SetupRoute setup_route_;
    rpc::DeviceDesk devices_;
    rpc::StabilityLog stability_;
    rpc::Heartbeats heartbeats_;
    rpc::Automations automations_;
    rpc::Approvals approvals_;
    rpc::Nodes nodes_;
    rpc::RestartGateway restart_;
    rpc::UpgradeGateway upgrade_;
    Task on_change_;
    RestartInPlace restart_in_place_;
    rpc::MethodTable methods_;
    rpc::Dispatch dispatch_;
    auth::AttemptLimit attempts_;
    rpc::FrontDoor door_;
    flow::AgentEmbedder embedder_;
    http::RunTally tally_;
    http::Api api_;
    std::unique_ptr<web::Server> server_;
    std::unique_ptr<web::Listener> listener_;
    std::unique_ptr<control::ControlSocket> control_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); // for what the pool ends later
    Task tell_status_;
    std::string ill_;        // as it was told last
    std::deque<std::pair<rpc::ConfigChange, ConfigDone>> waiting_changes_;
    bool is_writing_config_ = false;
    int config_changes_ = 0; // waiting, or on the pool
    std::uint64_t config_changes_written_ = 0;
    bool owes_restart_ = false; // a key that was written needs one in place, and had none yet
    bool has_parted_ = false;   // the next image reads the configuration
    bool holds_newcomers_ = false;
    bool is_closed_ = false; // takes nobody in any more
    bool returns_ = false;
    bool sockets_are_given_ = false; // by the service manager: the address is its affair
    web::Readiness::Phase phase_ = web::Readiness::Phase::starting;
};

} // namespace openclaw
