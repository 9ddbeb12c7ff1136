// rpc/send_files.h — the files of a call of `send`: in the call itself, or on this machine's disk.
//
// From the disk only what lies under the state directory's media/ or an agent's workspace: links
// are resolved first and none is followed after, regular files only. Addresses of the internet are
// refused: the supervisor opens no connections.
#pragma once

#include "common/json/read.h"
#include "common/loop/loop.h"
#include "supervisor/ledger/files.h"
#include "supervisor/rpc/facts.h"

namespace openclaw::rpc {

struct FilePlace {
    Loop& loop;
    const GatewayFacts& facts;
};

using OnSendFiles = std::move_only_function<void(Result<ledger::SharedFiles>)>;

// `buffer` (base64) with `filename` and `contentType`; `mediaUrl`, `mediaUrls`: paths. Calls `done`
// once, inside this call when nothing has to be read. None: null. Errors: invalid, denied,
// not_found, each a sentence with the remedy.
void gather_files(const FilePlace& place, json::View params, OnSendFiles done);

} // namespace openclaw::rpc
