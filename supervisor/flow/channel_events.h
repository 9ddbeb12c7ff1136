// flow/channel_events.h — what happens in chats besides messages.
//
// A reaction of somebody who may speak there becomes a line for the session's next turn, and
// nothing for anybody else: no turn, no pairing code, no answer. A message that is deleted before
// its turn has begun has none; one that was joined with others is answered with them.
#pragma once

#include "supervisor/flow/inbound.h"
#include "supervisor/flow/rooms.h"
#include "supervisor/flow/run_table.h"

#include <string>

namespace openclaw::flow {

class ChannelEvents {
  public:
    ChannelEvents(Rooms& rooms, Inbounds& inbounds, RunTable& runs)
        : rooms_(rooms)
        , inbounds_(inbounds)
        , runs_(runs) {}

    // From the switchboard. False: an event that lacks what makes it one.
    bool on_event(const std::string& worker, const wire::ChannelEvent& event);

  private:
    void on_reaction(const std::string& worker, const wire::ChannelEvent& event);
    void on_deletion(const std::string& worker, const wire::ChannelEvent& event);

    Rooms& rooms_;
    Inbounds& inbounds_;
    RunTable& runs_;
};

} // namespace openclaw::flow
