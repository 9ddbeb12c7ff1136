#include "supervisor/ledger/sessions.h"

#include "common/base/strings.h"
#include "supervisor/ledger/database.h"

#include <algorithm>
#include <utility>

namespace openclaw::ledger {

namespace {

constexpr std::size_t max_label_bytes = 512; // METHODS.md sessions.patch: label ≤ 512
constexpr std::size_t max_settings_bytes = std::size_t{16} * 1024;

Result<void> upsert(Database& database, const Session& session) {
    return database.run(
        "insert into sessions (key, agent_id, session_id, chat_kind, label, display_name, "
        "last_channel, last_account, "
        "last_chat_id, last_thread_id, last_chat_kind, provider, model, input_tokens, "
        "output_tokens, total_tokens, "
        "last_run_id, last_run_status, run_started_at_ms, run_ended_at_ms, aborted_last_run, "
        "settings_json, "
        "created_at_ms, session_started_at_ms, last_interaction_at_ms, updated_at_ms) "
        "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "on conflict (key) do update set agent_id = excluded.agent_id, session_id = "
        "excluded.session_id, "
        "chat_kind = excluded.chat_kind, label = excluded.label, display_name = "
        "excluded.display_name, "
        "last_channel = excluded.last_channel, last_account = excluded.last_account, "
        "last_chat_id = excluded.last_chat_id, last_thread_id = excluded.last_thread_id, "
        "last_chat_kind = excluded.last_chat_kind, provider = excluded.provider, model = "
        "excluded.model, "
        "input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens, "
        "total_tokens = excluded.total_tokens, last_run_id = excluded.last_run_id, "
        "last_run_status = excluded.last_run_status, run_started_at_ms = "
        "excluded.run_started_at_ms, "
        "run_ended_at_ms = excluded.run_ended_at_ms, aborted_last_run = excluded.aborted_last_run, "
        "settings_json = excluded.settings_json, session_started_at_ms = "
        "excluded.session_started_at_ms, "
        "last_interaction_at_ms = excluded.last_interaction_at_ms, updated_at_ms = "
        "excluded.updated_at_ms",
        session.key, session.agent_id, session.session_id, std::to_underlying(session.chat_kind),
        session.label, session.display_name, session.last_route.channel, session.last_route.account,
        session.last_route.chat.id, session.last_route.chat.thread_id,
        std::to_underlying(session.last_route.chat.kind), session.provider, session.model,
        session.input_tokens, session.output_tokens, session.total_tokens, session.last_run_id,
        session.last_run_status, session.run_started_at_ms, session.run_ended_at_ms,
        session.aborted_last_run, to_json(session.settings), session.created_at_ms,
        session.session_started_at_ms, session.last_interaction_at_ms, session.updated_at_ms);
}

Result<void> name_session_id(Database& database, const Session& session) {
    return database.run(
        "insert into session_ids (session_id, session_key, started_at_ms) values (?, ?, ?) "
        "on conflict (session_id) do update set session_key = excluded.session_key "
        "where session_key <> excluded.session_key",
        session.session_id, session.key, session.session_started_at_ms);
}

void read_route(Rows& rows, Route& route) {
    route.channel = rows.text();
    route.account = rows.text();
    route.chat.id = rows.text();
    route.chat.thread_id = rows.text();
    route.chat.kind = static_cast<ChatKind>(rows.integer());
}

void read_last_run(Rows& rows, Session& session) {
    session.provider = rows.text();
    session.model = rows.text();
    session.input_tokens = rows.natural();
    session.output_tokens = rows.natural();
    session.total_tokens = rows.natural();
    session.last_run_id = rows.text();
    session.last_run_status = rows.text();
    session.run_started_at_ms = rows.integer();
    session.run_ended_at_ms = rows.integer();
    session.aborted_last_run = rows.flag();
}

Session read_session(Rows& rows) {
    Session session;
    session.key = rows.text();
    session.agent_id = rows.text();
    session.session_id = rows.text();
    session.chat_kind = static_cast<ChatKind>(rows.integer());
    session.label = rows.text();
    session.display_name = rows.text();
    read_route(rows, session.last_route);
    read_last_run(rows, session);
    session.settings = settings_from(rows.text());
    session.created_at_ms = rows.integer();
    session.session_started_at_ms = rows.integer();
    session.last_interaction_at_ms = rows.integer();
    session.updated_at_ms = rows.integer();
    return session;
}

void keep_within_bounds(Session& session) {
    session.label = std::string(utf8_prefix(session.label, max_label_bytes));
    session.display_name = std::string(utf8_prefix(session.display_name, max_label_bytes));
}

} // namespace

Session reborn(const Session& session, std::int64_t now_ms) {
    Session fresh = session;
    fresh.session_id = uuid_v4();
    fresh.session_started_at_ms = now_ms;
    fresh.input_tokens = fresh.output_tokens = fresh.total_tokens = 0;
    fresh.last_run_id.clear();
    fresh.last_run_status.clear();
    fresh.run_started_at_ms = fresh.run_ended_at_ms = 0;
    fresh.aborted_last_run = false;
    fresh.settings.title.clear();
    fresh.settings.preview.clear();
    fresh.settings.branches.clear();
    fresh.settings.checkpoints.clear();
    return fresh;
}

Result<Sessions> Sessions::load(Store& store, const Clock& clock) {
    Sessions sessions(store, clock);
    auto rows = store.at_start()->query(
        "select key, agent_id, session_id, chat_kind, label, display_name, last_channel, "
        "last_account, last_chat_id, "
        "last_thread_id, last_chat_kind, provider, model, input_tokens, output_tokens, "
        "total_tokens, last_run_id, "
        "last_run_status, run_started_at_ms, run_ended_at_ms, aborted_last_run, settings_json, "
        "created_at_ms, "
        "session_started_at_ms, last_interaction_at_ms, updated_at_ms from sessions");
    while (rows.next()) {
        auto session = read_session(rows);
        auto key = session.key;
        sessions.by_key_.emplace(std::move(key), std::move(session));
    }
    TRY_VOID(rows.end());
    return sessions;
}

const Session* Sessions::find(std::string_view key) const {
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? nullptr : &found->second;
}

std::vector<const Session*> Sessions::list() const {
    std::vector<const Session*> sessions;
    sessions.reserve(by_key_.size());
    for (const auto& [key, session] : by_key_)
        sessions.push_back(&session);
    std::ranges::stable_sort(sessions, std::ranges::greater(), &Session::updated_at_ms);
    return sessions;
}

Write Sessions::put(Session session) {
    if (to_json(session.settings).size() > max_settings_bytes) {
        return {.apply = [key = session.key](Database*) -> Result<void> {
            return fail(Code::invalid,
                        "the settings of session " + key + " exceed 16 KiB; remove some overrides");
        }};
    }
    keep_within_bounds(session);
    session.updated_at_ms = clock_->unix_ms();
    if (session.created_at_ms == 0) session.created_at_ms = session.updated_at_ms;
    if (session.session_started_at_ms == 0) session.session_started_at_ms = session.updated_at_ms;
    by_key_.insert_or_assign(session.key, session);
    return {.apply = [session = std::move(session)](Database* database) -> Result<void> {
        TRY_VOID(name_session_id(*database, session));
        return upsert(*database, session);
    }};
}

Write Sessions::erase(std::string key) {
    if (const auto found = by_key_.find(key); found != by_key_.end()) by_key_.erase(found);
    return {.apply = [key = std::move(key)](Database* database) {
        return database->run("delete from sessions where key = ?", key);
    }};
}

void Sessions::session_ids(std::string key,
                           std::move_only_function<void(Result<std::vector<std::string>>)> done) {
    store_->read<std::vector<std::string>>(
        [key = std::move(key)](Database* database) -> Result<std::vector<std::string>> {
            auto rows = database->query(
                "select session_id from session_ids where session_key = ? order by number desc",
                key);
            std::vector<std::string> ids;
            while (rows.next())
                ids.push_back(rows.text());
            TRY_VOID(rows.end());
            return ids;
        },
        std::move(done));
}

} // namespace openclaw::ledger
