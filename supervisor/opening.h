// supervisor/opening.h — the facts a start opens: the lock of the state directory and the ledger.
#pragma once

#include "supervisor/arrival.h"
#include "supervisor/preparation.h"
#include "supervisor/service_manager.h"
#include "supervisor/standing.h"

#include <memory>
#include <optional>

namespace openclaw {

// `arrival`: of the image before this one; its lock is taken out of it.
// Errors: busy (another gateway has the directory), and what Ledger::open says.
Result<std::unique_ptr<Standing>> make_standing(Loop& loop, const Preparation& preparation,
                                                std::optional<Arrival>& arrival);
// The same, and the service manager waits for a migration, which may take longer than a start does.
Result<std::unique_ptr<Standing>> make_standing_in_time(const ServiceManager& manager, Loop& loop,
                                                        const Preparation& preparation,
                                                        std::optional<Arrival>& arrival);

} // namespace openclaw
