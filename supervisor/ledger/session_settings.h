// ledger/session_settings.h — what people chose for one session, and what lists show of it: model,
// marks, title.
//
// Kept as JSON in the row's settings_json; texts are cut by whoever takes them in (rpc). Keys this
// build does not know are dropped when the row is written again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::ledger {

// A transcript the session had before somebody went back in it and took another way.
struct SessionBranch {
    std::string session_id, leaf_id, headline; // the last row's id, and its first words
    std::int64_t rows = 0, updated_at_ms = 0;

    bool operator==(const SessionBranch&) const = default;
};

// Where a long transcript was continued by a short one.
struct SessionCheckpoint {
    std::string id;
    std::string before_session_id, before_leaf_id; // the long one, and its last row then
    std::string after_session_id, first_kept_id;   // the short one, and its first copied row
    std::int64_t before_rows = 0, created_at_ms = 0, tokens_before = 0;

    bool operator==(const SessionCheckpoint&) const = default;
};

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
    std::vector<SessionBranch> branches;        // newest first, without the present one
    std::vector<SessionCheckpoint> checkpoints; // newest first

    static constexpr std::size_t max_branches = 16, max_checkpoints = 8;

    bool operator==(const SessionSettings&) const = default;
};

std::string to_json(const SessionSettings& settings);
SessionSettings settings_from(std::string_view json); // unreadable text: nothing was chosen

} // namespace openclaw::ledger
