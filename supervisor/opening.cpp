#include "supervisor/opening.h"

#include "common/base/names.h"
#include "common/log/log.h"
#include "common/version.h"
#include "supervisor/ledger/migration_time.h"
#include "supervisor/ledger/way_back.h"

#include <utility>

namespace openclaw {

namespace {

constexpr Milliseconds usual_start = std::chrono::seconds(30); // the units' TimeoutStartSec

}

Result<std::unique_ptr<Standing>> make_standing(Loop& loop, const Preparation& p,
                                                std::optional<Arrival>& arrival) {
    auto lock = arrival ? InstanceLock::adopt(std::move(arrival->handoff.lock))
                        : TRY(InstanceLock::take(p.paths.in_state(names::lock_file)));
    const std::string file = p.paths.in_state(names::ledger_file);
    if (arrival && !arrival->returned_because.empty()) TRY_VOID(ledger::take_back(file));
    auto ledger = TRY(ledger::Ledger::open(loop, {.path = file, .build = std::string(build_id)}));
    TRY_VOID(do_as_a_test_wants("ledger"));
    return std::make_unique<Standing>(loop, p.paths, std::move(lock), std::move(ledger));
}

Result<std::unique_ptr<Standing>> make_standing_in_time(const ServiceManager& manager, Loop& loop,
                                                        const Preparation& p,
                                                        std::optional<Arrival>& arrival) {
    const auto bytes = ledger::bytes_to_migrate(p.paths.in_state(names::ledger_file));
    if (bytes == 0) return make_standing(loop, p, arrival);
    const Milliseconds within = usual_start + ledger::time_to_migrate(bytes);
    log::info("ledger.migrating", {{"bytes", bytes}, {"within_ms", within.count()}});
    manager.extend(within, "Migrating the ledger");
    auto standing = make_standing(loop, p, arrival);
    manager.extend_no_more();
    return standing;
}

} // namespace openclaw
