// cli/view/channels.h — accounts on the platforms, and whether each one really works. Pure.
//
// Reads the answer of channels.status (CLI.md 10). An account counts as well only when it is
// connected: configured and running is not enough.
#pragma once

#include "cli/view/look.h"
#include "common/json/read.h"

#include <functional>
#include <string>

namespace openclaw::cli {

struct AccountState {
    std::string word; // "OK", "connecting", "off", …
    Ink ink = Ink::plain;
    bool needs_attention = false;
};

AccountState account_state(json::View account);
// Every account in the order the gateway gives: its channel's label and itself.
void each_account(json::View status,
                  const std::function<void(std::string_view channel, std::string_view label,
                                           json::View account)>& visit);

std::string channels_view(json::View status, const Look& look); // one line for each account
std::string channels_table(json::View status,
                           const Look& look);    // for the status screen; empty when there is none
std::string channels_summary(json::View status); // "telegram ok, discord off"

} // namespace openclaw::cli
