// What of the edge a configuration decides, and how another one comes into force.
#include "common/log/log.h"
#include "supervisor/door_settings.h"
#include "supervisor/edge.h"
#include "supervisor/gateway_log.h"
#include "supervisor/roster.h"
#include "supervisor/shown_facts.h"

#include <utility>

namespace openclaw {

namespace {

constexpr std::size_t most_waiting_changes = 64; // one client may make thirty a minute

std::string listed(const std::vector<std::string>& paths) {
    std::string list;
    for (const auto& path : paths)
        list += (list.empty() ? "" : ", ") + path;
    return list;
}

} // namespace

// What needs no restart is in force before anybody hears that it was written, the rest a moment
// after. An upgrade waits for that, and a stop (is_changing_config).
void Edge::change_config(rpc::ConfigChange change, ConfigDone done) {
    if (const auto why = why_config_stays(); !why.empty())
        return done(std::unexpected(rpc::ConfigRefusal{
            .error = {.code = Code::unavailable, .sentence = std::string(why)}, .issues = {}}));
    ++config_changes_;
    waiting_changes_.emplace_back(std::move(change), std::move(done));
    if (!is_writing_config_) write_next_change();
}

// One at a time: two threads would wait for the file's lock, and one of them in vain.
void Edge::write_next_change() {
    is_writing_config_ = !waiting_changes_.empty();
    if (!is_writing_config_) return;
    auto [change, done] = std::move(waiting_changes_.front());
    waiting_changes_.pop_front();
    write_config(facts_.loop, std::move(change), prepared_.load_options(), prepared_.config.tree,
                 [this, written = when_written(std::move(done)),
                  alive = std::weak_ptr(alive_)](ConfigWritten outcome) mutable {
                     written(std::move(outcome));
                     if (!alive.expired() && !is_closed_) write_next_change();
                 });
}

// The next image, or the next life, must find the file that was checked for it. One that starts has
// not yet put its own in force.
std::string_view Edge::why_config_stays() const {
    if (waiting_changes_.size() >= most_waiting_changes)
        return "too many changes of the configuration wait to be written; try again in a second";
    if (has_parted_) return "the gateway becomes another build; try again in a second";
    if (returns_) return "the gateway is restarting; try again when it is back";
    if (phase_ == web::Readiness::Phase::starting)
        return "the gateway is starting; try again in a second";
    return {};
}

OnConfigWritten Edge::when_written(ConfigDone done) {
    return [this, alive = std::weak_ptr(alive_), before = facts_.generation.number(),
            done = std::move(done)](ConfigWritten written) mutable {
        if (alive.expired()) return; // the next start reads the file
        --config_changes_;
        ++config_changes_written_;
        if (is_closed_) return; // the same: who asked is gone, and the listener is
        on_config_written(std::move(written), before, std::move(done));
    };
}

void Edge::on_config_written(ConfigWritten written, std::uint64_t before, ConfigDone done) {
    if (!written.changed) return done(std::unexpected(written.changed.error()));
    if (before != facts_.generation.number()) { // which one of the two is newer, nobody can say
        ++config_changes_;
        return read_config_back(facts_.loop, std::move(written), prepared_.load_options(),
                                prepared_.config.tree, when_written(std::move(done)));
    }
    if (!written.read_back) return done_but_wrong(std::move(written), std::move(done));
    const bool owes = written.needs_restart || owes_restart_;
    if (owes && !may_restart_by_itself()) {
        leave_for_a_restart(*written.changed);
        return done(std::move(*written.changed));
    }
    owes_restart_ = owes;
    put_in_force(std::move(*written.read_back));
    done(std::move(*written.changed));
    if (owes && restart_in_place_)
        restart_in_place_("a change of the configuration", Reread::everything);
}

// Somebody spoiled the file in the moment after: the log names the place, or it is mended already.
void Edge::done_but_wrong(ConfigWritten written, ConfigDone done) {
    done(std::move(*written.changed));
    if (restart_in_place_)
        restart_in_place_("a configuration that could not be read", Reread::config);
}

// CONFIG.md 9: hybrid and restart.
bool Edge::may_restart_by_itself() const {
    using Mode = config::Gateway::Reload;
    const auto mode = facts_.generation.config().gateway.reload;
    return mode == Mode::hybrid || mode == Mode::restart;
}

void Edge::leave_for_a_restart(rpc::ConfigChanged& changed) const {
    changed.is_left_for_a_restart = true;
    log::warn("config.restart_required",
              {{"paths", listed(changed.paths)},
               {"why", "gateway.reload.mode lets no change restart the gateway"},
               {"remedy", "openclaw gateway restart"}});
}

// HOUSE 3.3: one turn of the loop, so nothing sees half of it.
void Edge::put_in_force(config::Config config) {
    auto generation = std::make_unique<Generation>(config);
    auto again = prepared_.with(std::move(config));
    if (again) {
        if (auto opened = open_log(*again); !opened)
            log::warn("restart.log_unchanged", {{"why", opened.error().sentence}});
        return use(std::move(*again), std::move(generation));
    }
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
    const auto before = shown_.applied_config_hash;
    show(now, shown_);
    if (owes_restart_) shown_.applied_config_hash = before; // not all of it is in force
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
    server_->use_handshake_limit(prepared_.config.gateway.handshake_timeout);
}

} // namespace openclaw
