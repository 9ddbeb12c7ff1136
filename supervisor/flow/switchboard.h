// flow/switchboard.h — every frame of every worker to the room that waits for it, and the news of
// their lives.
//
// Knows bodies, not channels. A frame whose content contradicts itself, or speaks of another
// account's affairs, is misbehaviour and ends that worker's life. So is a flood of frames that need
// no credit.
#pragma once

#include "supervisor/flow/channel_events.h"
#include "supervisor/flow/channel_facts.h"
#include "supervisor/flow/deliveries.h"
#include "supervisor/flow/dials.h"
#include "supervisor/flow/inbound.h"
#include "supervisor/flow/rooms.h"
#include "supervisor/flow/run_table.h"
#include "supervisor/flow/state_writes.h"
#include "supervisor/process/workers.h"

#include <functional>
#include <string>
#include <unordered_map>

namespace openclaw::flow {

class Switchboard final : public process::Listener {
  public:
    Switchboard(Rooms& rooms, Inbounds& inbounds, Deliveries& deliveries, RunTable& runs,
                Dials& dials)
        : rooms_(rooms)
        , inbounds_(inbounds)
        , events_(rooms, inbounds, runs)
        , deliveries_(deliveries)
        , runs_(runs)
        , dials_(dials)
        , state_writes_(rooms) {}

    void on_ready(const std::string& id, std::uint64_t generation) override;
    void on_frame(const std::string& id, const wire::Frame& frame, Fds fds) override;
    void on_room(const std::string& id) override;
    void on_down(const std::string& id, const std::string& reason, process::Whose whose) override;
    void on_view_changed(const std::string& id) override;

    // What it said to a former image of this program.
    void recall(const std::string& id, ChannelFacts facts) { channels_[id] = std::move(facts); }

    const ChannelFactsTable& channels() const { return channels_; }

    // Something that status shows has changed: a worker's state or what a channel says of itself.
    void on_change(std::function<void()> tell) { tell_ = std::move(tell); }

  private:
    // Of frames that nothing else bounds, in a second: platforms take 50 messages, and a message is
    // a handful of reports.
    static constexpr unsigned max_reports = 5000;
    // Discord tells what happened while it could not be reached as fast as it is read.
    static constexpr unsigned max_events = 5000;
    static constexpr unsigned max_dials = 2000; // most of them refused

    struct Budgets { // of one worker
        worker::LineBudget reports{max_reports};
        worker::LineBudget events{max_events};
        worker::LineBudget dials{max_dials};
        worker::LineBudget lines{5};
    };

    void on_channel_status(const std::string& id, const wire::ChannelStatus& status);
    bool has_budget(const std::string& id, const wire::Frame& frame);

    Rooms& rooms_;
    Inbounds& inbounds_;
    ChannelEvents events_;
    Deliveries& deliveries_;
    RunTable& runs_;
    Dials& dials_;
    StateWrites state_writes_;
    ChannelFactsTable channels_;
    std::unordered_map<std::string, Budgets> budgets_;
    std::function<void()> tell_;
};

} // namespace openclaw::flow
