// discord/commands.h — the slash commands people are offered, registered when they change.
//
// One request replaces the whole list (DISCORD.md 1.1); it is made only when the list differs from
// what was registered last, which the next life knows, too.
#pragma once

#include "common/base/backoff.h"
#include "common/loop/alarm.h"
#include "workers/discord/api.h"
#include "workers/discord/remembered.h"
#include "workers/discord/settings.h"

#include <memory>
#include <string>

namespace openclaw::discord {

class Commands {
  public:
    Commands(AlarmMaker& alarms, Api& api, Remembered& remembered, const Settings& settings);

    void register_if_changed(Snowflake application);

    void stop() { alarm_->clear(); }

  private:
    void call();
    void on_answer(const Answer& answer);

    Api& api_;
    Remembered& remembered_;
    std::string body_;
    Snowflake application_;
    Backoff backoff_{std::chrono::seconds(5), std::chrono::minutes(10)};
    std::unique_ptr<Alarm> alarm_;
};

// The list as Discord wants it. Pure.
std::string commands_body(const Settings& settings);

} // namespace openclaw::discord
