// supervisor/upgrade.h — another image of this program in the same process: `openclaw gateway
// upgrade`, and gateway.restart.request with the program that is installed now. docs/restart.md has
// the invariant of every step.
//
//   begin            a copy of the ledger is made; the program rehearses with it (supervisor/
//                    rehearsal)
//   on_rehearsed     wrong: everything is as it was. Right: whoever asked hears which build it will
//                    be
//   wait_for_quiet   for a moment without a run, an answer or a request in hand; if none comes, new
//                    work is refused until one does; if that takes too long, we serve on
//   reread_configuration
//                    once more: one that is refused by now, or cannot be read, ends it
//   close_the_door   newcomers wait in the kernel's queue, who is inside is served to the end; not
//                    quiet within a second: the door opens again
//   part             nobody is heard any more: sockets are the queue. Clients are told when to come
//                    back; acknowledgements that are due still go out
//   close_ledger     all that waits is on disk
//   become           facts go to a memfd, and exec. The next image adopts them (supervisor/
//                    arrival), or comes back here
#pragma once

#include "supervisor/edge.h"
#include "supervisor/handoff.h"
#include "supervisor/program_file.h"
#include "supervisor/rehearsal.h"
#include "supervisor/restart.h"
#include "supervisor/service_manager.h"
#include "supervisor/shutdown.h"
#include "supervisor/standing.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace openclaw {

class Upgrade {
  public:
    using Done = std::move_only_function<void(Result<std::string>)>; // the build that will be

    // All outlive it. `arguments`: main's.
    Upgrade(Standing& facts, Edge& edge, Shutdown& shutdown, const Restart& restart,
            const ServiceManager& manager, char** arguments);

    // `program` empty: the one this process was started from, as it is on the disk now.
    // Errors: busy (one is under way, or we are stopping), invalid, timeout, not_found.
    void begin(std::string program, std::string reason, Done done);
    // The same, and when the rehearsal fails or the gateway is never quiet: an ordinary restart,
    // unless the configuration would be refused. False: we are stopping, or one is under way.
    bool restart(const std::string& reason);

  private:
    static constexpr Milliseconds look_every{10}; // only while one waits
    static constexpr std::string_view was_replaced =
        "the program was replaced since its rehearsal; begin the upgrade anew";
    static Error we_are_stopping();

    using OnRead = std::move_only_function<void(const std::string& refusal)>; // empty: sound

    void begin_anew(const std::string& reason);
    void refuse_restart(const std::string& why);
    std::string ledger_copy() const;
    void copy_ledger();
    void rehearse(Result<void> copied);
    void on_rehearsed(Result<std::string> build);
    void wait_for_quiet();
    bool is_quiet() const;
    void refuse_work();
    void reread_configuration();
    void read_configuration(OnRead then);
    void wait_for_configuration();
    void on_configuration_read(const std::string& refusal);
    void close_the_door();
    void wait_inside();
    void part();
    void wait_for_farewells();
    void stop_after_all();
    void close_ledger();
    void become();
    [[noreturn]] void go_back_at_once(const Handoff& handoff, const std::string& why);
    void end(Error why);
    Handoff facts_to_hand_over(bool with_workers);

    Standing& facts_;
    Edge& edge_;
    Shutdown& shutdown_;
    const Restart& restart_;
    const ServiceManager& manager_;
    char** arguments_;
    bool is_under_way_ = false;
    bool refuses_work_ = false;
    bool must_restart_ = false;
    std::unique_ptr<ProgramFile> program_; // set while one is under way
    std::string reason_, directory_;
    Done done_;
    std::unique_ptr<Rehearsal> rehearsal_;
    Instant rehearsal_began_{}, refuse_at_{}, answer_at_{}, read_by_{}, open_again_at_{},
        give_up_at_{};
    Milliseconds rehearsal_took_{};
    bool is_reading_ = false;   // the configuration, on the pool
    std::uint64_t checked_ = 0; // Edge::config_changes_written() when the file was read
    std::uint64_t reading_ = 0; // the one that somebody waits for
    Timer look_again_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); // for what the pool ends later
};

} // namespace openclaw
