// process/output_reader.h — what a worker writes to stdout and stderr, line by line: where a
// sanitizer or abort speaks.
//
// At most 200 lines a second are read; a worker that writes more waits for us in its pipe, so a
// flood costs the supervisor nothing. Lines are cut at 4 KiB and made valid UTF-8.
#pragma once

#include "common/base/unique_fd.h"
#include "common/loop/fd_watch.h"
#include "common/loop/timer.h"
#include "common/worker/line_budget.h"

#include <memory>
#include <string>
#include <string_view>

namespace openclaw::process {

class OutputReader {
  public:
    using OnLine = std::move_only_function<void(std::string_view)>;

    // Neither callback may destroy the reader.
    OutputReader(Loop& loop, UniqueFd fd, OnLine on_line, Task on_closed);

    // The writer is dead: what is left (a pipe holds 64 KiB) is read at once.
    void finish();

    int descriptor() const { return fd_.get(); }

    const std::string& last_line() const { return last_line_; }

  private:
    void read_some();
    void take(std::string_view bytes);
    void end_line();
    void rest();
    void close();

    UniqueFd fd_;
    OnLine on_line_;
    Task on_closed_;
    const Clock& clock_;
    worker::LineBudget budget_;
    bool is_hurried_ = false;
    std::string line_;
    std::string last_line_;
    Timer resting_;
    std::unique_ptr<FdWatch> watch_; // null: closed
};

} // namespace openclaw::process
