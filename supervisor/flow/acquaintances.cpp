#include "supervisor/flow/acquaintances.h"

#include "common/base/strings.h"
#include "common/json/read.h"
#include "supervisor/policy/access.h"

#include <algorithm>

namespace openclaw::flow {

namespace {

using Kind = DirectoryQuestion::Kind;

// Everybody once; who comes again may bring the name that was missing.
class Roll {
  public:
    void add(DirectoryRow row) {
        if (row.id.empty() || row.id == "*") return;
        const auto known = std::ranges::find(rows_, row.id, &DirectoryRow::id);
        if (known == rows_.end()) return rows_.push_back(std::move(row));
        if (known->name.empty()) known->name = std::move(row.name);
        if (known->handle.empty()) known->handle = std::move(row.handle);
    }

    std::vector<DirectoryRow> take() { return std::move(rows_); }

  private:
    std::vector<DirectoryRow> rows_;
};

void add_approved(Roll& roll, const config::ChannelAccount& account, const ledger::Ledger& ledger) {
    for (const auto& sender : ledger.pairings.approved(account.channel, account.account_id)) {
        DirectoryRow row{.id = sender.sender_id, .kind = "user"};
        if (const auto meta = json::Document::parse(sender.meta_json)) {
            row.name = meta->root()["name"].text();
            row.handle = meta->root()["handle"].text();
        }
        roll.add(std::move(row));
    }
}

void add_listed_peers(Roll& roll, const config::AccessSettings& access) {
    const auto add = [&](const config::SenderList& list) {
        for (const auto& written : list)
            roll.add({.id = policy::bare_id(written, access), .kind = "user"});
    };
    add(access.allow_from);
    if (access.group_allow_from) add(*access.group_allow_from);
    for (const auto& [id, rules] : access.direct)
        roll.add({.id = policy::bare_id(id, access), .kind = "user"});
}

void add_listed_groups(Roll& roll, const config::AccessSettings& access) {
    if (!access.groups) return;
    for (const auto& [id, rules] : *access.groups)
        roll.add({.id = policy::bare_id(id, access), .kind = "group"});
}

void add_conversations(Roll& roll, const config::ChannelAccount& account,
                       const ledger::Ledger& ledger, Kind kind) {
    for (const auto* session : ledger.sessions.list()) {
        const auto& route = session->last_route;
        if (route.channel != account.channel || route.account != account.account_id) continue;
        const bool is_direct = route.chat.kind == ledger::ChatKind::direct;
        if (is_direct != (kind == Kind::peers)) continue;
        const bool is_channel = route.chat.kind == ledger::ChatKind::channel;
        roll.add({.id = route.chat.id,
                  .name = session->label,
                  .kind = is_direct    ? "user"
                          : is_channel ? "channel"
                                       : "group"});
    }
}

bool is_sought(const DirectoryRow& row, const std::string& query) {
    return query.empty() || row.id == query || to_lower(row.name).contains(query) ||
           to_lower(row.handle).contains(query);
}

} // namespace

DirectoryReport acquaintances(const config::ChannelAccount& account, const ledger::Ledger& ledger,
                              const DirectoryQuestion& question) {
    DirectoryReport report;
    if (question.kind == Kind::members) {
        report.note = "this channel cannot list the members of a group";
        return report;
    }
    report.note = "this channel cannot list its platform: these are the ones the gateway has met "
                  "or the configuration names";
    Roll roll;
    if (question.kind == Kind::peers) {
        add_approved(roll, account, ledger);
        add_listed_peers(roll, account.access);
    } else {
        add_listed_groups(roll, account.access);
    }
    add_conversations(roll, account, ledger, question.kind);
    report.rows = roll.take();
    std::erase_if(report.rows, [query = to_lower(question.query)](const DirectoryRow& row) {
        return !is_sought(row, query);
    });
    report.has_more = report.rows.size() > question.limit;
    if (report.has_more) report.rows.resize(question.limit);
    return report;
}

} // namespace openclaw::flow
