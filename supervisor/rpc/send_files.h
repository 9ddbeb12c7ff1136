// rpc/send_files.h — the files of a call of `send`: in the call itself, or on this machine's disk
// (sendable_files.h says which).
//
// From the disk they are read on libuv's pool, one call at a time, in the order they came: a disk
// that hangs keeps one of the pool's threads and leaves the other to the ledger. Addresses of the
// internet are refused: the supervisor opens no connections. Lives as long as the methods that use
// it.
#pragma once

#include "common/json/read.h"
#include "common/loop/loop.h"
#include "supervisor/ledger/files.h"
#include "supervisor/rpc/facts.h"

#include <deque>
#include <memory>

namespace openclaw::rpc {

using OnSendFiles = std::move_only_function<void(Result<ledger::SharedFiles>)>;

class SendFiles {
  public:
    static constexpr std::size_t max_waiting = 32; // calls whose files are on the disk

    SendFiles(Loop& loop, const GatewayFacts& facts)
        : loop_(loop)
        , facts_(facts) {}

    // `buffer` (base64); `mediaUrl`, `mediaUrls`: paths. `filename` and `contentType` describe the
    // only one. Calls `done` once, inside this call when nothing has to be read, and not at all
    // after our end. None: null. Errors: invalid, denied, not_found, busy (32 wait), each a
    // sentence with the remedy.
    void gather(json::View params, OnSendFiles done);

  private:
    struct Reading; // what the pool works on

    struct Waiting {
        std::shared_ptr<Reading> reading;
        OnSendFiles done;
    };

    Result<Reading> wanted(json::View params) const;
    void next();
    void settle(Reading& reading);

    Loop& loop_;
    const GatewayFacts& facts_;
    std::deque<Waiting> waiting_; // the first one is being read
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace openclaw::rpc
