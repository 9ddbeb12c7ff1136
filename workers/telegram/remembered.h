// telegram/remembered.h — what this worker wants to know again in its next life; kept by the
// supervisor.
//
// The poll offset is bound to the bot's id: the offset of another bot would skip, and so lose,
// messages. It is written lazily, since losing it only brings back messages that the supervisor
// knows already.
#pragma once

#include "common/loop/alarm.h"
#include "common/worker/uplink.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace openclaw::telegram {

class Remembered {
  public:
    Remembered(AlarmMaker& alarms, worker::Uplink& uplink,
               const std::map<std::string, std::string>& state);

    std::optional<std::int64_t> offset_of(std::int64_t bot_id) const;
    void set_offset(std::int64_t bot_id, std::int64_t offset);

    const std::string& menu() const { return menu_; } // what the command menu was last set to

    void set_menu(std::string menu);

    void flush(); // writes what has not been written

  private:
    void write(const std::string& key, const std::string& value);

    worker::Uplink& uplink_;
    std::optional<std::int64_t> offset_;
    std::int64_t bot_id_ = 0;
    std::string menu_;
    bool unwritten_ = false;
    std::unique_ptr<Alarm> alarm_;
};

} // namespace openclaw::telegram
