#include "supervisor/flow/recovery.h"

#include "common/log/log.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace openclaw::flow {

namespace {

constexpr std::size_t page = 500;

}

Recovery::Recovery(Rooms& rooms, Deliveries& deliveries, Inbounds& inbounds,
                   RecoveryPatience patience)
    : rooms_(rooms)
    , deliveries_(deliveries)
    , inbounds_(inbounds)
    , patience_(patience)
    , pause_(patience.first_pause, patience.longest_pause)
    , later_(rooms.loop) {}

void Recovery::begin(Done done) {
    done_ = std::move(done);
    read_outbox();
}

void Recovery::read_outbox() {
    rooms_.ledger.outbox.unfinished(outbox_read_, page,
                                    [this, alive = std::weak_ptr(alive_)](OutboxPage rows) {
                                        if (!alive.expired()) on_outbox(std::move(rows));
                                    });
}

void Recovery::on_outbox(OutboxPage rows) {
    if (!rows) return again("outbox", rows.error(), [this] { read_outbox(); });
    pause_.reset();
    if (rows->empty()) return read_inbox();
    outbox_read_ = rows->back().sequence;
    std::ranges::move(*rows, std::back_inserter(answers_));
    read_outbox();
}

void Recovery::read_inbox() {
    rooms_.ledger.inbox.unfinished(inbox_read_, page,
                                   [this, alive = std::weak_ptr(alive_)](InboxPage rows) {
                                       if (!alive.expired()) on_inbox(std::move(rows));
                                   });
}

void Recovery::on_inbox(InboxPage rows) {
    if (!rows) return again("inbox", rows.error(), [this] { read_inbox(); });
    pause_.reset();
    if (rows->empty()) return finish();
    inbox_read_ = rows->back().sequence;
    std::ranges::move(*rows, std::back_inserter(questions_));
    read_inbox();
}

void Recovery::again(std::string_view table, const Error& why, Task read) {
    const auto pause = pause_.next();
    if (pause_.failures() >= patience_.failures) {
        log::error("recovery.failed", {{"table", table}, {"why", why.sentence}});
        Error error = why;
        error.sentence = "what is unfinished in the ledger's " + std::string(table) +
                         " cannot be read: " + why.sentence;
        return std::exchange(done_, nullptr)(Failure(std::move(error)));
    }
    log::warn("recovery.read_failed", {{"table", table},
                                       {"why", why.sentence},
                                       {"failures", pause_.failures()},
                                       {"again_in_ms", pause.count()}});
    later_.start(pause, std::move(read));
}

// All at once. Messages that one turn had joined are asked together again, whatever page they stood
// on; and an answer whose fate is unknown is counted so once, not again by the start after one that
// failed half way.
void Recovery::finish() {
    const auto answers = answers_.size();
    deliveries_.recover(std::move(answers_));
    inbounds_.recover(questions_);
    deliveries_.end_recovery();
    if (answers + questions_.size() > 0)
        log::info("recovery.done", {{"answers", answers}, {"questions", questions_.size()}});
    std::exchange(done_, nullptr)({});
}

} // namespace openclaw::flow
