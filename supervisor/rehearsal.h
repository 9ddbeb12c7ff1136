// supervisor/rehearsal.h — a program shows that it could be the next image, beside this one.
//
// It is started with --rehearse and a directory that holds a copy of the ledger: it reads the live
// configuration, migrates the copy, opens everything an ordinary start opens (there, and on a port
// of its own), says who it is, and leaves. It starts no worker and touches nothing else. What
// exits, hangs, or knows another schema shows here, while this image serves on.
#pragma once

#include "common/loop/child_watch.h"
#include "common/loop/timer.h"
#include "supervisor/ledger/migration_time.h"
#include "supervisor/process/output_reader.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace openclaw {

// A ledger of this size may have to be migrated in it.
inline Milliseconds rehearsal_within(std::uint64_t ledger_bytes) {
    constexpr Milliseconds usual = std::chrono::seconds(8), most = std::chrono::minutes(10);
    return std::min(usual + ledger::time_to_migrate(ledger_bytes), most);
}

// The last line a rehearsal prints: this, and the build.
inline constexpr std::string_view rehearsed_word = "rehearsed ";

class Rehearsal {
  public:
    using Done = std::move_only_function<void(Result<std::string>)>; // the build

    // `arguments`: of this process, its name first. `handoff`: a memfd, for the form and the
    // secrets. What takes longer than `within` has failed. `done` is called once, from the loop;
    // the rehearsal may be destroyed in it. Destruction before ends the program.
    static Result<std::unique_ptr<Rehearsal>> start(Loop& loop, const std::string& program,
                                                    std::vector<std::string> arguments,
                                                    const std::string& directory, int handoff,
                                                    Milliseconds within, Done done);
    ~Rehearsal();

  private:
    Rehearsal(Loop& loop, pid_t pid, UniqueFd output, Milliseconds within, Done done);
    void on_exit(ExitStatus status);
    void on_late();
    void end_all() const;
    void finish(Result<std::string> outcome);
    std::string last_words() const;

    Loop& loop_;
    pid_t pid_;
    Milliseconds within_;
    Done done_;
    std::deque<std::string> lines_; // the last few
    process::OutputReader output_;
    Timer deadline_;
    std::unique_ptr<ChildWatch> child_;
    std::optional<ExitStatus> exit_;
    bool is_late_ = false;
    bool is_output_open_ = true;
};

} // namespace openclaw
