// flow/recovery.h — what a start finds unfinished, brought back in the right order: first what is
// owed, then what was asked (so that an answer on disk is known before its question comes again).
//
// A page that cannot be read is read again after a pause. Until all of them were, nothing has
// happened: the in-flight files of the life before stay, being all that tells what had left. When
// the patience ends, the start has failed and the next one finds the same.
#pragma once

#include "common/base/backoff.h"
#include "common/loop/timer.h"
#include "supervisor/flow/deliveries.h"
#include "supervisor/flow/inbound.h"
#include "supervisor/flow/rooms.h"

#include <memory>
#include <string_view>
#include <vector>

namespace openclaw::flow {

struct RecoveryPatience {
    Milliseconds first_pause{100};
    Milliseconds longest_pause = std::chrono::seconds(4);
    int failures = 9; // of one page; with these pauses 14 s, half of what the units give a start
};

class Recovery {
  public:
    using Done = std::move_only_function<void(Result<void>)>;

    Recovery(Rooms& rooms, Deliveries& deliveries, Inbounds& inbounds,
             RecoveryPatience patience = {});

    // `done` is called once, from the loop: with success when everything unfinished is in the hands
    // of its room, else with what the disk said.
    void begin(Done done);

  private:
    using OutboxPage = Result<std::vector<ledger::OutboxRow>>;
    using InboxPage = Result<std::vector<ledger::InboxRow>>;

    void read_outbox();
    void on_outbox(OutboxPage rows);
    void read_inbox();
    void on_inbox(InboxPage rows);
    void again(std::string_view table, const Error& why, Task read);
    void finish();

    Rooms& rooms_;
    Deliveries& deliveries_;
    Inbounds& inbounds_;
    RecoveryPatience patience_;
    Done done_;
    std::int64_t outbox_read_ = 0, inbox_read_ = 0; // the sequence of the last row
    std::vector<ledger::OutboxRow> answers_;
    std::vector<ledger::InboxRow> questions_;
    Backoff pause_;
    Timer later_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); // for reads under way
};

} // namespace openclaw::flow
