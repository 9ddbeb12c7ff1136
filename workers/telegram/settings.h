// telegram/settings.h — the account's part of channels.telegram that this worker acts on.
//
// Read from Configure.settings_json (root and account merged, secrets left out). Who may speak, and
// where, is the supervisor's: those keys are not looked at here.
#pragma once

#include "common/base/result.h"
#include "workers/telegram/pace.h"
#include "workers/telegram/split.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::telegram {

struct MenuCommand {
    std::string name; // without "/"
    std::string description;

    friend bool operator==(const MenuCommand&, const MenuCommand&) = default;
};

struct Settings {
    std::string api_root = "https://api.telegram.org"; // no slash at the end
    bool ipv4_first = true;                            // network.dnsResultOrder
    SplitRule split{};                                 // textChunkLimit, streaming.chunkMode
    bool previews = true;                              // streaming.mode is not "off"
    std::optional<bool> link_preview{};                // unset: the platform decides
    bool reply_on_every_part = false;                  // replyToMode "all"
    bool show_commands = true;                         // commands.native
    std::vector<MenuCommand> custom_commands{};
    PaceRules pace{};
    std::vector<std::string> notes{}; // what was corrected, for the log
};

// Errors: invalid, with the key and what to write instead.
Result<Settings> read_settings(std::string_view json);

// "123456789:AAF…": digits, a colon, and what the platform may put behind it (TELEGRAM.md 1.1).
Result<void> check_token(std::string_view token);

} // namespace openclaw::telegram
