// discord/action_call.h — an action of message.action as one call of the API. Pure.
//
// The row in common/config/channels/discord.h names the same actions.
#pragma once

#include "common/base/result.h"
#include "proto/channel.pb.h"
#include "workers/discord/api.h"
#include "workers/discord/refusal.h"
#include "workers/discord/settings.h"

namespace openclaw::discord {

struct ActionCall {
    Call call;
    Repeatable repeatable = Repeatable::yes;
};

// Errors: invalid, naming what is missing or wrong; not_found: no such action.
Result<ActionCall> action_call(const wire::ChannelAction& action, const Settings& settings);

// What there is to say of a success besides "done", as a JSON object; empty: nothing.
std::string action_result(const wire::ChannelAction& action, json::View result);

} // namespace openclaw::discord
