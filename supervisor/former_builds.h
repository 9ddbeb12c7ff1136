// supervisor/former_builds.h — which worker of another build is replaced next. Pure.
//
// Each once: what comes back with another build than ours was started from a file that is of
// another build, and would come back so for ever, every time at the price of a platform's sign-in.
// Egress carries the others' connections: it is last, and only while it carries none.
#pragma once

#include "supervisor/process/worker_view.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw {

class FormerBuilds {
  public:
    explicit FormerBuilds(std::string_view own_build)
        : own_build_(own_build) {}

    bool is_among(const std::vector<process::WorkerView>& workers) const;

    struct Choice {
        const process::WorkerView* next = nullptr; // replace this one; it counts as tried from now
        std::vector<const process::WorkerView*> in_vain; // it was, and its program is still another
                                                         // one: told once for each
        const process::WorkerView* carrier = nullptr;    // egress, while it is in use: told once
        bool must_look_again = false; // somebody has work in hand or is on its way, or egress has
                                      // not said yet what it carries for those that came
        bool is_over = false;         // nobody is left who could be replaced
    };

    using IsIdle = std::function<bool(const process::WorkerView&)>;

    // The views outlive the choice.
    Choice choose(const std::vector<process::WorkerView>& workers, const IsIdle& is_idle);

  private:
    struct Attempt {
        std::uint64_t generation = 0; // the life that was ended
        bool is_told = false;
    };

    bool is_former(const process::WorkerView& worker) const;
    bool came_back_the_same(const process::WorkerView& worker);
    std::vector<const process::WorkerView*> untried(const std::vector<process::WorkerView>& workers,
                                                    Choice& choice);

    std::string own_build_;
    std::map<std::string, Attempt> tried_; // by worker id
    bool carrier_is_told_ = false;
};

} // namespace openclaw
