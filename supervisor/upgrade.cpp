#include "supervisor/upgrade.h"

#include "common/base/names.h"
#include "common/log/log.h"
#include "supervisor/ledger/database.h"

#include <sys/stat.h>

#include <filesystem>
#include <utility>

namespace openclaw {

namespace {

constexpr Milliseconds quiet_by_itself = std::chrono::seconds(10);
constexpr Milliseconds quiet_at_last =
    std::chrono::minutes(5); // OPS.md 8.2: requested restart drain
// Newcomers wait so long for an image that has time for them, before they hear that it has none.
constexpr Milliseconds newcomers_wait = std::chrono::seconds(3);
// Milliseconds, unless it lies on a mount that hangs.
constexpr Milliseconds configuration_is_read_within = std::chrono::seconds(10);
constexpr const char* could_not_be_read = "the configuration could not be read within 10 s";
// For requests of connections that were taken in a moment ago.
constexpr Milliseconds last_words_within{30};
// For those inside to end what they began, and for newcomers between two tries.
constexpr Milliseconds door_is_closed_within = std::chrono::seconds(1);

} // namespace

Error Upgrade::we_are_stopping() {
    return {.code = Code::busy, .sentence = "the gateway is stopping"};
}

Upgrade::Upgrade(Standing& facts, Edge& edge, Shutdown& shutdown, const Restart& restart,
                 const ServiceManager& manager, char** arguments)
    : facts_(facts)
    , edge_(edge)
    , shutdown_(shutdown)
    , restart_(restart)
    , manager_(manager)
    , arguments_(arguments)
    , directory_(facts.paths.in_state("tmp/next"))
    , look_again_(facts.loop) {}

bool Upgrade::restart(const std::string& reason) {
    if (is_under_way_) must_restart_ = true; // should it be refused
    if (shutdown_.has_begun() || is_under_way_) return false;
    if (is_reading_) { // for a restart, or over a mount that hangs: given up, and not back yet
        if (!look_again_.is_active()) refuse_restart(could_not_be_read);
        return false;
    }
    begin({}, reason, [](const Result<std::string>&) {});
    must_restart_ = is_under_way_;
    if (!is_under_way_) begin_anew(reason); // our own file is gone, or no longer one we would run
    return true;
}

// It would refuse a wrong configuration only after this life has ended.
void Upgrade::begin_anew(const std::string& reason) {
    checked_ = edge_.config_changes_written();
    read_configuration([this, reason](const std::string& refusal) {
        look_again_.stop();
        if (shutdown_.has_begun()) return;
        if (edge_.is_changing_config() || checked_ != edge_.config_changes_written())
            return look_again_.start(look_every, [this, reason] { begin_anew(reason); });
        if (!refusal.empty()) return refuse_restart(refusal);
        (void)shutdown_.restart(reason);
    });
    look_again_.start(configuration_is_read_within, [this] {
        ++reading_;
        refuse_restart(could_not_be_read);
    });
}

void Upgrade::refuse_restart(const std::string& why) {
    log::error("restart.refused", {{"why", why}, {"what", "everything is as it was before"}});
    manager_.status("Restart refused, serving on: " + why);
    edge_.note_upgrade(edge_.upgrades() + 1, "refused", why);
}

void Upgrade::begin(std::string program, std::string reason, Done done) {
    if (shutdown_.has_begun()) return done(Failure(we_are_stopping()));
    if (is_under_way_) return done(fail(Code::busy, "an upgrade is under way already"));
    if (is_reading_)
        return done(fail(Code::busy, "the configuration is still being read, for a restart or an "
                                     "upgrade that was asked for before"));
    auto looked_at = ProgramFile::look_at(std::move(program));
    if (!looked_at) return done(Failure(looked_at.error()));
    is_under_way_ = true;
    must_restart_ = false;
    program_ = std::make_unique<ProgramFile>(std::move(*looked_at));
    reason_ = std::move(reason);
    done_ = std::move(done);
    log::info("upgrade.begun", {{"program", program_->path()}, {"reason", reason_}});
    copy_ledger();
}

std::string Upgrade::ledger_copy() const {
    return directory_ + "/" + std::string(names::ledger_file);
}

void Upgrade::copy_ledger() {
    std::error_code problem;
    std::filesystem::remove_all(directory_, problem);
    const std::string copy = ledger_copy();
    std::filesystem::create_directories(std::filesystem::path(copy).parent_path(), problem);
    chmod(directory_.c_str(), 0700);
    facts_.ledger->store->read<bool>(
        [copy](ledger::Database* database) -> Result<bool> {
            TRY_VOID(database->copy_to(copy));
            return true;
        },
        [this](Result<bool> copied) {
            rehearse(copied ? Result<void>() : Result<void>(Failure(copied.error())));
        });
}

void Upgrade::rehearse(Result<void> copied) {
    if (!copied) return end(copied.error());
    if (shutdown_.has_begun()) return end(we_are_stopping());
    auto memory = write_handoff(facts_to_hand_over(false));
    if (!memory) return end(memory.error());
    std::vector<std::string> arguments;
    for (char** argument = arguments_; *argument != nullptr; ++argument)
        arguments.emplace_back(*argument);
    rehearsal_began_ = facts_.loop.clock().now();
    const auto within = rehearsal_within(ledger::bytes_of(ledger_copy()));
    auto started = Rehearsal::start(
        facts_.loop, program_->path(), std::move(arguments), directory_, memory->get(), within,
        [this](Result<std::string> build) { on_rehearsed(std::move(build)); });
    if (!started) return end(started.error());
    rehearsal_ = std::move(*started);
}

void Upgrade::on_rehearsed(Result<std::string> build) {
    rehearsal_.reset();
    rehearsal_took_ =
        std::chrono::duration_cast<Milliseconds>(facts_.loop.clock().now() - rehearsal_began_);
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
    if (!build) return end(build.error());
    if (shutdown_.has_begun()) return end(we_are_stopping());
    log::info("upgrade.rehearsed", {{"build", *build}});
    if (done_) std::exchange(done_, nullptr)(std::move(build));
    manager_.status("Waiting for a quiet moment to become the next build");
    refuse_at_ = facts_.loop.clock().now() + quiet_by_itself;
    give_up_at_ = refuse_at_ + quiet_at_last;
    look_again_.start(look_every, [this] { wait_for_quiet(); }); // the answer leaves first
}

// A configuration that is being read or written would come into force in workers that are held and
// sockets that are given away. A connection that is being made is lost at exec, and its worker
// finds out after seconds only. But where the platform does not answer there is always one: that is
// not waited for. What a disk refuses would be lost with this image.
bool Upgrade::is_quiet() const {
    const bool may_dial = facts_.loop.clock().now() >= refuse_at_;
    return facts_.runs.active_count() == 0 && facts_.deliveries.in_hand_count() == 0 &&
           facts_.workers.is_settled() && edge_.requests_in_hand() == 0 &&
           !restart_.is_under_way() && !edge_.is_changing_config() &&
           facts_.ledger->store->degraded().empty() && (may_dial || facts_.dials.is_idle());
}

void Upgrade::wait_for_quiet() {
    if (shutdown_.has_begun()) return end(we_are_stopping());
    if (is_quiet()) return reread_configuration();
    const auto now = facts_.loop.clock().now();
    if (const auto& why = facts_.ledger->store->degraded(); now >= refuse_at_ && !why.empty())
        return end({.code = Code::unavailable,
                    .sentence = "the ledger cannot be written: " + why + "; nothing was changed"});
    if (now >= refuse_at_ && !refuses_work_) refuse_work();
    if (refuses_work_ && now >= answer_at_) edge_.take_newcomers(); // they hear that it is refused
    if (now >= give_up_at_)
        return end({.code = Code::timeout,
                    .sentence = "work in progress did not end within 5 min; nothing was changed"});
    look_again_.start(look_every, [this] { wait_for_quiet(); });
}

void Upgrade::refuse_work() {
    refuses_work_ = true;
    edge_.put_off_work();
    facts_.runs.refuse_new("the gateway is restarting");
    edge_.hold_newcomers();
    answer_at_ = facts_.loop.clock().now() + newcomers_wait;
}

// It may have changed since the rehearsal. One that is refused would be refused by either image,
// and none would be left to serve. The door is open meanwhile: nobody waits for a disk.
void Upgrade::reread_configuration() {
    read_by_ = facts_.loop.clock().now() + configuration_is_read_within;
    checked_ = edge_.config_changes_written();
    read_configuration([this](const std::string& refusal) { on_configuration_read(refusal); });
    look_again_.start(look_every, [this] { wait_for_configuration(); });
}

// One at a time: over a mount that hangs each would keep a thread of the pool for good.
void Upgrade::read_configuration(OnRead then) {
    is_reading_ = true;
    const auto refusal = std::make_shared<std::string>();
    facts_.loop.on_pool(
        [refusal, before = edge_.prepared()] {
            if (const auto now = prepare_again(before, Reread::everything); !now)
                *refusal = now.error().text;
        },
        [this, alive = std::weak_ptr(alive_), refusal, reading = ++reading_,
         then = std::move(then)]() mutable {
            if (alive.expired()) return;
            is_reading_ = false;
            if (reading == reading_) then(*refusal);
        });
}

void Upgrade::wait_for_configuration() {
    if (shutdown_.has_begun()) return end(we_are_stopping());
    const auto now = facts_.loop.clock().now();
    if (refuses_work_ && now >= answer_at_) edge_.take_newcomers();
    if (now < read_by_) return look_again_.start(look_every, [this] { wait_for_configuration(); });
    must_restart_ = false; // beginning anew, we would hang over it as well
    end({.code = Code::timeout,
         .sentence = std::string(could_not_be_read) + "; nothing was changed"});
}

void Upgrade::on_configuration_read(const std::string& refusal) {
    if (shutdown_.has_begun()) return end(we_are_stopping());
    if (!refusal.empty())
        return end({.code = Code::invalid,
                    .sentence = "the configuration has changed since the rehearsal and is "
                                "refused: " +
                                refusal});
    close_the_door();
}

// Newcomers wait in the kernel's queue. Who is inside is served in full, work included.
void Upgrade::close_the_door() {
    edge_.hold_newcomers();
    open_again_at_ = facts_.loop.clock().now() + door_is_closed_within;
    look_again_.start(last_words_within, [this] { wait_inside(); });
}

void Upgrade::wait_inside() {
    if (shutdown_.has_begun()) return end(we_are_stopping());
    if (!program_->is_unchanged())
        return end({.code = Code::invalid, .sentence = std::string(was_replaced)});
    const bool is_checked = checked_ == edge_.config_changes_written();
    if (is_quiet() && is_checked) return part();
    const auto now = facts_.loop.clock().now();
    if (now < open_again_at_) return look_again_.start(look_every, [this] { wait_inside(); });
    if (!refuses_work_ || now >= answer_at_) edge_.take_newcomers();
    look_again_.start(door_is_closed_within, [this] { wait_for_quiet(); });
}

// Before anything was given away: nothing was changed. Unless we are stopping: then work stays
// refused, and the service manager was told the last it hears.
void Upgrade::end(Error why) {
    log::error("upgrade.refused",
               {{"why", why.sentence}, {"what", "everything is as it was before"}});
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
    is_under_way_ = false;
    ++reading_; // what is still being read is nobody's
    look_again_.stop();
    const bool serves_on = !shutdown_.has_begun();
    edge_.take_newcomers();
    if (std::exchange(refuses_work_, false) && serves_on) {
        facts_.runs.refuse_new({});
        edge_.take_work();
    }
    if (serves_on) manager_.ready(edge_.status_line());
    edge_.note_upgrade(edge_.upgrades() + 1, "refused", why.sentence);
    if (auto done = std::exchange(done_, nullptr)) done(Failure(why));
    if (std::exchange(must_restart_, false) && serves_on) begin_anew(reason_);
}

} // namespace openclaw
