// telegram/action_call.h — an action of message.action as one call of the Bot API. Pure.
//
// The row in common/config/channels/telegram.h names the same actions.
#pragma once

#include "common/base/result.h"
#include "proto/channel.pb.h"
#include "workers/telegram/refusal.h"
#include "workers/telegram/settings.h"

#include <string>
#include <string_view>

namespace openclaw::telegram {

struct ActionCall {
    std::string_view method = {}; // of the Bot API
    std::string body = {};
    std::string plain_body = {}; // when the server does not like the markup; empty: there is none
    Repeatable repeatable = Repeatable::yes;
};

// Errors: invalid, naming what is missing or wrong; not_found: no such action.
Result<ActionCall> action_call(const wire::ChannelAction& action, const Settings& settings);

} // namespace openclaw::telegram
