#include "supervisor/ledger/schema.h"

#include "supervisor/ledger/place.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <array>

namespace openclaw::ledger {

namespace {

constexpr std::int64_t application_id =
    0x4F43474C; // "OCGL", in the file's header: this is a ledger of ours

// Times are unix milliseconds. States are words, for people who look. Partial indexes hold what is
// unfinished only.
constexpr const char* version_1 = R"sql(
pragma application_id = 0x4F43474C;

create table inbox (
    sequence       integer primary key,
    channel        text not null,
    account        text not null,
    event_id       text not null,
    logical_id     text not null,
    chat_id        text not null,
    message_id     text not null,
    payload        blob,
    received_at_ms integer not null,
    updated_at_ms  integer not null,
    state          text not null,
    reason         text not null default '',
    session_key    text not null default '',
    run_id         text not null default '',
    trace          text not null,
    attempts       integer not null default 0,
    unique (channel, account, event_id)
) strict;
create unique index inbox_logical on inbox (channel, account, logical_id) where logical_id <> '';
create index inbox_unfinished on inbox (sequence) where state in ('received', 'running');

create table outbox (
    sequence            integer primary key,
    action_id           text not null unique,
    channel             text not null,
    account             text not null,
    chat_id             text not null,
    thread_id           text not null,
    chat_kind           integer not null,
    reply_to_message_id text not null,
    session_key         text not null,
    run_id              text not null,
    inbox_event_id      text not null,
    trace               text not null,
    markdown            text not null,
    retry_class         integer not null,
    notice              integer not null,
    state               text not null,
    attempts            integer not null,
    parts               integer not null,
    dispatched_part     integer not null,
    stream_message_id   text not null,
    maybe_duplicate     integer not null,
    next_try_at_ms      integer not null,
    expires_at_ms       integer not null,
    error_code          text not null,
    error               text not null,
    created_at_ms       integer not null,
    updated_at_ms       integer not null
) strict;
create index outbox_unfinished on outbox (sequence) where state in ('queued', 'sending');

create table outbox_receipts (
    outbox_sequence integer not null,
    part            integer not null,
    message_id      text not null,
    at_ms           integer not null,
    primary key (outbox_sequence, part)
) strict, without rowid;

create table sessions (
    key                    text primary key,
    agent_id               text not null,
    session_id             text not null,
    chat_kind              integer not null,
    label                  text not null,
    display_name           text not null,
    last_channel           text not null,
    last_account           text not null,
    last_chat_id           text not null,
    last_thread_id         text not null,
    last_chat_kind         integer not null,
    provider               text not null,
    model                  text not null,
    input_tokens           integer not null,
    output_tokens          integer not null,
    total_tokens           integer not null,
    last_run_id            text not null,
    last_run_status        text not null,
    run_started_at_ms      integer not null,
    run_ended_at_ms        integer not null,
    aborted_last_run       integer not null,
    settings_json          text not null,
    created_at_ms          integer not null,
    session_started_at_ms  integer not null,
    last_interaction_at_ms integer not null,
    updated_at_ms          integer not null
) strict;

-- Every session id there ever was. The number is short because each transcript row carries it.
create table session_ids (
    number        integer primary key,
    session_id    text not null unique,
    session_key   text not null,
    started_at_ms integer not null
) strict;

-- position = number of the session id << 32 | sequence: the rows of one session lie together, in order,
-- without a second index.
create table transcripts (
    position        integer primary key,
    id              text not null,
    role            text not null,
    text            text not null,
    at_ms           integer not null,
    run_id          text not null,
    idempotency_key text not null,
    provider        text not null,
    model           text not null,
    stop_reason     text not null,
    input_tokens    integer not null,
    output_tokens   integer not null
) strict;
create index transcripts_run on transcripts (run_id);
create view transcripts_readable as
    select session_key, session_id, position & 0xFFFFFFFF as sequence, id, role, text, at_ms, run_id, model, stop_reason
    from transcripts join session_ids on number = position >> 32;

create table pairing_requests (
    channel         text not null,
    account         text not null,
    sender_id       text not null,
    code            text not null unique,
    meta_json       text not null,
    requested_at_ms integer not null,
    expires_at_ms   integer not null,
    primary key (channel, account, sender_id)
) strict, without rowid;

create table approved_senders (
    channel        text not null,
    account        text not null,
    sender_id      text not null,
    meta_json      text not null,
    approved_at_ms integer not null,
    primary key (channel, account, sender_id)
) strict, without rowid;

create table worker_state (
    instance text not null,
    key      text not null,
    value    blob not null,
    primary key (instance, key)
) strict, without rowid;

create table boots (
    id            integer primary key,
    started_at_ms integer not null,
    ended_at_ms   integer not null default 0,
    build         text not null,
    pid           integer not null
) strict;

-- One row: proof, after a full disk, that writing works again.
create table probe (
    id    integer primary key check (id = 1),
    at_ms integer not null
) strict;
)sql";

// Devices that hold a key, the operators' answers to them, and the codes that let one in. Lists are
// JSON text; of tokens and codes there is only the SHA-256, in hex.
constexpr const char* version_2 = R"sql(
create table devices (
    device_id        text primary key,
    public_key       text not null,
    display_name     text not null,
    platform         text not null,
    device_family    text not null,
    client_id        text not null,
    client_mode      text not null,
    label            text not null,
    role             text not null,
    roles_json       text not null,
    scopes_json      text not null,
    approved_via     text not null,
    created_at_ms    integer not null,
    approved_at_ms   integer not null,
    last_seen_at_ms  integer not null,
    last_seen_reason text not null
) strict, without rowid;

create table device_tokens (
    device_id       text not null,
    role            text not null,
    salt            text not null,
    hash            text not null,
    scopes_json     text not null,
    created_at_ms   integer not null,
    rotated_at_ms   integer not null,
    last_used_at_ms integer not null,
    primary key (device_id, role)
) strict, without rowid;

create table device_requests (
    device_id       text primary key,
    public_key      text not null,
    display_name    text not null,
    platform        text not null,
    device_family   text not null,
    client_id       text not null,
    client_mode     text not null,
    request_id      text not null unique,
    role            text not null,
    roles_json      text not null,
    scopes_json     text not null,
    is_repair       integer not null,
    requested_at_ms integer not null,
    expires_at_ms   integer not null
) strict, without rowid;

create table setup_codes (
    setup_id      text primary key,
    hash          text not null,
    access        text not null,
    expires_at_ms integer not null,
    used_at_ms    integer not null,
    device_id     text not null,
    device_name   text not null
) strict, without rowid;
)sql";

// What shall run by itself, and what became of it. Specs, states and entries are JSON text.
constexpr const char* version_3 = R"sql(
create table cron_jobs (
    id            text primary key,
    spec_json     text not null,
    state_json    text not null,
    created_at_ms integer not null,
    updated_at_ms integer not null
) strict;

create table cron_runs (
    sequence   integer primary key,
    run_id     text not null,
    job_id     text not null,
    at_ms      integer not null,
    status     text not null,
    entry_json text not null
) strict;
create index cron_runs_job on cron_runs (job_id, sequence);
)sql";

// How often an answer was repeated is counted, apart from the mark that it may stand twice: a lost
// preview sets the mark and uses up no repeat. What dispatched_part told, the state tells since the
// worker waits for its turn. machine_boot names the kernel's run: another one means that
// marks may be missing.
constexpr const char* version_4 = R"sql(
alter table outbox add column repeats integer not null default 0;
alter table outbox drop column dispatched_part;
alter table boots add column machine_boot text not null default '';
)sql";

// Files that ride with what is recorded, until it is finished.
constexpr const char* version_5 = R"sql(
create table files (
    owner         text not null,
    place         integer not null,
    name          text not null,
    mime          text not null,
    kind          text not null,
    created_at_ms integer not null,
    bytes         blob not null,
    primary key (owner, place)
) strict;
)sql";

constexpr std::array<Migration, 5> all_versions{
    {{1, version_1}, {2, version_2}, {3, version_3}, {4, version_4}, {5, version_5}}};

Result<void> keep_copy(Database& database, const std::string& path, std::int64_t version) {
    const auto name = path + ".schema-" + std::to_string(version) + ".bak";
    const auto partial = name + ".partial";
    ::unlink(partial.c_str());
    const UniqueFd file(::open(partial.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file)
        return Failure(
            system_error(Code::denied, "cannot keep a copy of the ledger at " + partial, errno));
    TRY_VOID(database.copy_to(partial));
    if (::fsync(file.get()) != 0 || ::rename(partial.c_str(), name.c_str()) != 0)
        return Failure(
            system_error(Code::unavailable, "cannot keep a copy of the ledger at " + name, errno));
    return sync_directory_of(name);
}

Result<void> apply(Database& database, std::int64_t found, std::span<const Migration> steps) {
    TRY_VOID(database.run("begin immediate"));
    for (const auto& step : steps) {
        if (step.to <= found) continue;
        TRY_VOID(database.script(step.statements));
        TRY_VOID(database.script(("pragma user_version = " + std::to_string(step.to)).c_str()));
    }
    return database.run("commit");
}

Result<void> check_identity(Database& database, const std::string& path, std::int64_t version,
                            int known) {
    const auto identity = TRY(database.number("pragma application_id", 0));
    const auto tables = TRY(database.number("select count(*) from sqlite_schema", 0));
    if (identity != application_id && (tables > 0 || version > 0)) {
        return fail(Code::invalid,
                    path + " is a database, but not a ledger of this program; move it away");
    }
    if (version > known) {
        return fail(Code::invalid,
                    "the ledger " + path + " was written by a newer version (schema " +
                        std::to_string(version) + ", this program knows up to " +
                        std::to_string(known) +
                        "); start the newer version, or move the file away to begin anew");
    }
    return {};
}

} // namespace

std::span<const Migration> schema() {
    return all_versions;
}

Result<int> migrate(Database& database, const std::string& path, std::span<const Migration> steps) {
    const auto found = TRY(database.number("pragma user_version", 0));
    const int known = steps.back().to;
    TRY_VOID(check_identity(database, path, found, known));
    TRY_VOID(database.rely_on_log()); // not earlier: it would change a file that is not ours
    if (found == known) return static_cast<int>(found);
    if (found > 0) TRY_VOID(keep_copy(database, path, found));
    if (auto applied = apply(database, found, steps); !applied) {
        if (database.in_transaction()) TRY_VOID(database.run("rollback"));
        return Failure(std::move(applied).error());
    }
    return static_cast<int>(found);
}

} // namespace openclaw::ledger
