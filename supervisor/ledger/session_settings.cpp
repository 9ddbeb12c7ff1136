#include "supervisor/ledger/session_settings.h"

#include "common/json/read.h"
#include "common/json/write.h"

#include <array>
#include <utility>

namespace openclaw::ledger {

namespace {

using Text = std::pair<std::string_view, std::string SessionSettings::*>;
using Time = std::pair<std::string_view, std::int64_t SessionSettings::*>;

constexpr std::array<Text, 11> texts = {{
    {"model", &SessionSettings::model},
    {"category", &SessionSettings::category},
    {"icon", &SessionSettings::icon},
    {"color", &SessionSettings::color},
    {"boardFace", &SessionSettings::board_face},
    {"attention", &SessionSettings::attention},
    {"statusNote", &SessionSettings::status_note},
    {"title", &SessionSettings::title},
    {"preview", &SessionSettings::preview},
    {"createdVia", &SessionSettings::created_via},
    {"parentKey", &SessionSettings::parent_key},
}};

constexpr std::array<Time, 5> times = {{
    {"statusNoteUntil", &SessionSettings::status_note_until_ms},
    {"archivedAt", &SessionSettings::archived_at_ms},
    {"pinnedAt", &SessionSettings::pinned_at_ms},
    {"markedUnreadAt", &SessionSettings::marked_unread_at_ms},
    {"lastReadAt", &SessionSettings::last_read_at_ms},
}};

} // namespace

std::string to_json(const SessionSettings& settings) {
    json::Writer out;
    out.begin_object();
    for (const auto& [name, member] : texts)
        if (!(settings.*member).empty()) out.member(name, settings.*member);
    for (const auto& [name, member] : times)
        if (settings.*member != 0) out.member(name, settings.*member);
    return out.end_object().take();
}

SessionSettings settings_from(std::string_view json) {
    SessionSettings settings;
    if (json == "{}") return settings; // nearly always
    const auto document = json::Document::parse(json);
    if (!document) return settings;
    for (const auto& [name, member] : texts)
        settings.*member = document->root()[name].text();
    for (const auto& [name, member] : times)
        settings.*member = document->root()[name].integer();
    return settings;
}

} // namespace openclaw::ledger
