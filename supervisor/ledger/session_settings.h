// ledger/session_settings.h — what people chose for one session, and what lists show of it: model,
// marks, title.
//
// Kept as JSON in the row's settings_json; texts are cut by whoever takes them in (rpc). Keys this
// build does not know are dropped when the row is written again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace openclaw::ledger {

struct SessionSettings {
    std::string model; // "provider/model"; empty: the agent's
    std::string category, icon, color, board_face, attention;
    std::string status_note;
    std::int64_t status_note_until_ms = 0; // 0: for good
    std::string title, preview;            // of the first question and the last answer, cut
    std::string created_via;               // "operator"; empty: a run made the session
    std::string parent_key;
    std::int64_t archived_at_ms = 0, pinned_at_ms = 0, marked_unread_at_ms = 0; // 0: it is not
    std::int64_t last_read_at_ms = 0;

    bool operator==(const SessionSettings&) const = default;
};

std::string to_json(const SessionSettings& settings);
SessionSettings settings_from(std::string_view json); // unreadable text: nothing was chosen

} // namespace openclaw::ledger
