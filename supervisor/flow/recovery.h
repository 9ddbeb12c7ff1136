// flow/recovery.h — what a start finds unfinished, brought back in the right order: first what is
// owed, then what was asked (so that an answer on disk is known before its question comes again).
#pragma once

#include "supervisor/flow/deliveries.h"
#include "supervisor/flow/inbound.h"
#include "supervisor/flow/rooms.h"

namespace openclaw::flow {

// `done` is called once, when everything unfinished is in the hands of its room.
void recover(Rooms& rooms, Deliveries& deliveries, Inbounds& inbounds, std::function<void()> done);

} // namespace openclaw::flow
