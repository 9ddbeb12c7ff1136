#include "supervisor/flow/recovery.h"

#include "common/log/log.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <vector>

namespace openclaw::flow {

namespace {

constexpr std::size_t page = 500;

struct Recovery : std::enable_shared_from_this<Recovery> {
    Rooms& rooms;
    Deliveries& deliveries;
    Inbounds& inbounds;
    std::function<void()> done;
    std::size_t answers = 0;
    std::vector<ledger::InboxRow> questions;

    Recovery(Rooms& r, Deliveries& d, Inbounds& i, std::function<void()> f)
        : rooms(r)
        , deliveries(d)
        , inbounds(i)
        , done(std::move(f)) {}

    void read_outbox(std::int64_t after) {
        rooms.ledger.outbox.unfinished(
            after, page, [self = shared_from_this()](Result<std::vector<ledger::OutboxRow>> rows) {
                self->on_outbox(std::move(rows));
            });
    }

    void on_outbox(Result<std::vector<ledger::OutboxRow>> rows) {
        if (!rows || rows->empty()) return read_inbox(0);
        const auto last = rows->back().sequence;
        answers += rows->size();
        deliveries.recover(std::move(*rows));
        read_outbox(last);
    }

    void read_inbox(std::int64_t after) {
        rooms.ledger.inbox.unfinished(
            after, page, [self = shared_from_this()](Result<std::vector<ledger::InboxRow>> rows) {
                self->on_inbox(std::move(rows));
            });
    }

    void on_inbox(Result<std::vector<ledger::InboxRow>> rows) {
        if (!rows || rows->empty()) return finish();
        const auto last = rows->back().sequence;
        std::ranges::move(*rows, std::back_inserter(questions));
        read_inbox(last);
    }

    // All at once: messages that one turn had joined are asked together again, whatever page they
    // stood on.
    void finish() {
        inbounds.recover(questions);
        deliveries.end_recovery();
        if (answers + questions.size() > 0)
            log::info("recovery.done", {{"answers", answers}, {"questions", questions.size()}});
        if (done) done();
    }
};

} // namespace

void recover(Rooms& rooms, Deliveries& deliveries, Inbounds& inbounds, std::function<void()> done) {
    std::make_shared<Recovery>(rooms, deliveries, inbounds, std::move(done))->read_outbox(0);
}

} // namespace openclaw::flow
