// telegram/intake.h — a batch of updates on its way to the supervisor: sent with a credit each,
// acknowledged on disk.
//
// The batch is settled when every message of it is acknowledged; only then may the poll move its
// offset. A message whose acknowledgement is long overdue is sent again, once: the supervisor knows
// its id, so that is harmless, and twice would fill the link of one that stands still. Bounded by
// the credits.
#pragma once

#include "common/json/read.h"
#include "common/loop/alarm.h"
#include "common/worker/uplink.h"
#include "workers/telegram/identity.h"
#include "workers/telegram/translate.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace openclaw::telegram {

class Intake {
  public:
    struct Listener {
        virtual ~Listener() = default;
        virtual void on_batch_settled() = 0;             // never from inside offer()
        virtual void on_batch_overdue(bool overdue) = 0; // the supervisor takes long; it caught up
        virtual void on_migration(const std::string& old_chat, const std::string& new_chat) = 0;
    };

    Intake(AlarmMaker& alarms, worker::Uplink& uplink, std::uint32_t credits);

    void listen(Listener& listener) { listener_ = &listener; }

    // Sends what `updates` hold. At most credits() of them.
    void offer(const std::vector<json::View>& updates, const Identity& me);
    void acknowledge(const std::string& event_id);

    bool is_settled() const { return open_.empty(); }

    std::uint32_t credits() const { return credits_; }

  private:
    void send(const Translation& translation);
    void on_overdue();

    worker::Uplink& uplink_;
    Listener* listener_ = nullptr;
    std::uint32_t credits_;
    std::map<std::string, Translation> open_; // sent and not acknowledged, by event id
    int rounds_overdue_ = 0;
    bool is_told_again_ = false; // and nothing has been acknowledged since
    std::unique_ptr<Alarm> alarm_;
};

} // namespace openclaw::telegram
