// process/programs.h — where a worker's program lies.
//
// The rule: OPENCLAW_WORKER_DIR alone when it is set (tests), else beside the running executable,
// in its neighbour `workers` (build tree) or in `libexec/openclaw` beside its folder (installed).
// In each directory both <program> and <name>/<program> are tried.
#pragma once

#include "common/base/result.h"
#include "common/worker/spec.h"

#include <string>
#include <vector>

namespace openclaw::process {

class Programs {
  public:
    explicit Programs(std::vector<std::string> directories)
        : directories_(std::move(directories)) {}

    static Programs of_this_executable();

    // The error names every place that was tried.
    Result<std::string> find(const WorkerSpec& spec) const;

  private:
    std::vector<std::string> directories_;
};

} // namespace openclaw::process
