// telegram/menu.h — the list of commands that Telegram offers behind the "/" button.
//
// Registered beside polling, never before it, and only when it differs from what was registered
// last: the list is kept in Remembered as a digest. What a command does is the supervisor's.
#pragma once

#include "common/base/backoff.h"
#include "common/loop/alarm.h"
#include "workers/telegram/api.h"
#include "workers/telegram/remembered.h"
#include "workers/telegram/settings.h"

#include <memory>
#include <vector>

namespace openclaw::telegram {

// Ours, then the operator's; names and descriptions as the Bot API wants them, what cannot be
// mended left out.
std::vector<MenuCommand> menu_commands(const Settings& settings);

class Menu {
  public:
    Menu(AlarmMaker& alarms, Api& api, Remembered& remembered, std::vector<MenuCommand> commands);

    void register_if_changed();

    void stop() { alarm_->clear(); }

  private:
    void call_next();
    void on_answer(const Answer& answer);
    std::string body() const;
    std::string digest() const;

    Api& api_;
    Remembered& remembered_;
    std::vector<MenuCommand> commands_;
    std::size_t scope_ = 0;
    std::string wanted_; // digest of what is asked for
    bool is_shortened_ = false;
    Backoff backoff_{std::chrono::seconds(2), std::chrono::minutes(10)};
    std::unique_ptr<Alarm> alarm_;
};

} // namespace openclaw::telegram
