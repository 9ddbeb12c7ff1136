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

void write_branches(json::Writer& out, const std::vector<SessionBranch>& branches) {
    out.key("branches").begin_array();
    for (const auto& branch : branches)
        out.begin_object()
            .member("session", branch.session_id)
            .member("leaf", branch.leaf_id)
            .member("headline", branch.headline)
            .member("rows", branch.rows)
            .member("at", branch.updated_at_ms)
            .end_object();
    out.end_array();
}

std::vector<SessionBranch> read_branches(json::View list) {
    std::vector<SessionBranch> branches;
    list.each_element([&](json::View one) {
        branches.push_back({.session_id = std::string(one["session"].text()),
                            .leaf_id = std::string(one["leaf"].text()),
                            .headline = std::string(one["headline"].text()),
                            .rows = one["rows"].integer(),
                            .updated_at_ms = one["at"].integer()});
        return branches.size() < SessionSettings::max_branches;
    });
    return branches;
}

void write_checkpoints(json::Writer& out, const std::vector<SessionCheckpoint>& checkpoints) {
    out.key("checkpoints").begin_array();
    for (const auto& point : checkpoints)
        out.begin_object()
            .member("id", point.id)
            .member("before", point.before_session_id)
            .member("leaf", point.before_leaf_id)
            .member("after", point.after_session_id)
            .member("kept", point.first_kept_id)
            .member("rows", point.before_rows)
            .member("at", point.created_at_ms)
            .member("tokens", point.tokens_before)
            .end_object();
    out.end_array();
}

std::vector<SessionCheckpoint> read_checkpoints(json::View list) {
    std::vector<SessionCheckpoint> checkpoints;
    list.each_element([&](json::View one) {
        checkpoints.push_back({.id = std::string(one["id"].text()),
                               .before_session_id = std::string(one["before"].text()),
                               .before_leaf_id = std::string(one["leaf"].text()),
                               .after_session_id = std::string(one["after"].text()),
                               .first_kept_id = std::string(one["kept"].text()),
                               .before_rows = one["rows"].integer(),
                               .created_at_ms = one["at"].integer(),
                               .tokens_before = one["tokens"].integer()});
        return checkpoints.size() < SessionSettings::max_checkpoints;
    });
    return checkpoints;
}

} // namespace

std::string to_json(const SessionSettings& settings) {
    json::Writer out;
    out.begin_object();
    for (const auto& [name, member] : texts)
        if (!(settings.*member).empty()) out.member(name, settings.*member);
    for (const auto& [name, member] : times)
        if (settings.*member != 0) out.member(name, settings.*member);
    if (!settings.branches.empty()) write_branches(out, settings.branches);
    if (!settings.checkpoints.empty()) write_checkpoints(out, settings.checkpoints);
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
    settings.branches = read_branches(document->root()["branches"]);
    settings.checkpoints = read_checkpoints(document->root()["checkpoints"]);
    return settings;
}

} // namespace openclaw::ledger
