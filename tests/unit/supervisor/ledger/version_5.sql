-- A ledger as schema 5 left it. Never change this file: it is what files on disks look like.
pragma user_version = 5;
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
    stream_message_id   text not null,
    maybe_duplicate     integer not null,
    next_try_at_ms      integer not null,
    expires_at_ms       integer not null,
    error_code          text not null,
    error               text not null,
    created_at_ms       integer not null,
    updated_at_ms       integer not null,
    repeats             integer not null default 0
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
    pid           integer not null,
    machine_boot  text not null default ''
) strict;

-- One row: proof, after a full disk, that writing works again.
create table probe (
    id    integer primary key check (id = 1),
    at_ms integer not null
) strict;

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

insert into inbox (sequence, channel, account, event_id, logical_id, chat_id, message_id, payload, received_at_ms, updated_at_ms, state, reason, session_key, run_id, trace, attempts) values
  (1, 'telegram', 'default', '806855533', '5001:11', '5001', '11', null, 1795288466912, 1795288467000, 'done', '', 'agent:main:main', 'run-1', 'trace-1', 0),
  (2, 'telegram', 'default', '806855534', '5001:12', '5001', '12', x'0A0132', 1795288468912, 1795288468912, 'running', '', 'agent:main:main', 'run-2', 'trace-2', 1);
insert into outbox values
  (1, 'reply-1', 'telegram', 'default', '5001', '', 1, '', 'agent:main:main', 'run-1', '806855533', 'trace-1', '', 2, 0, 'sent', 1, 1, '', 0, 0, 1795289066912, '', '', 1795288466950, 1795288467000, 0),
  (2, 'reply-2', 'telegram', 'default', '5001', '', 1, '', 'agent:main:main', 'run-2', '806855534', 'trace-2', '*four*', 2, 0, 'sending', 1, 2, '1001', 0, 0, 1795289068912, '', '', 1795288468950, 1795288469000, 1);
insert into outbox_receipts values (1, 0, '1000', 1795288467000), (2, 0, '1001', 1795288469000);
insert into sessions values
  ('agent:main:main', 'main', '2097f1e2-9c0a-40e5-ae37-3dc8e5babd73', 1, 'first', 'Ada', 'telegram', 'default', '5001', '', 1, 'builtin', 'echo', 11, 12, 23, 'run-1', 'done', 1795288466920, 1795288466950, 0, '{}', 1795288466912, 1795288466912, 1795288466912, 1795288467000);
insert into session_ids values (1, '2097f1e2-9c0a-40e5-ae37-3dc8e5babd73', 'agent:main:main', 1795288466912);
insert into transcripts values
  (4294967297, 'row-1', 'user', 'What time is it?', 1795288466912, 'run-1', 'run-1:user', '', '', '', 0, 0),
  (4294967298, 'row-2', 'assistant', 'It''s 4 o''clock.', 1795288466950, 'run-1', '', 'builtin', 'echo', 'stop', 11, 12);
insert into pairing_requests values ('telegram', 'default', '5002', 'QWC6DQXA', '{}', 1795288466912, 1795292066912);
insert into approved_senders values ('telegram', 'default', '5001', '{"handle":"ada"}', 1795288466000);
insert into worker_state values ('telegram:default', 'offset', x'383036383535353335');
insert into boots values (1, 1795288460000, 1795288470000, '0123456789ab', 812, '');
insert into devices values ('5647', 'A6EH', 'laptop', 'linux', 'Linux', 'cli', 'cli', 'mine', 'operator', '["operator"]', '["operator.read"]', 'silent', 1795288460000, 1795288461000, 1795288462000, 'connect');
insert into device_tokens values ('5647', 'operator', 'c0ffee', 'ba5eba11', '["operator.read"]', 1795288461000, 0, 1795288462000);
insert into setup_codes values ('setup-1', 'feed', 'full', 1795289060000, 1795288465000, '5647', 'laptop');
insert into cron_jobs values ('job-1', '{"name":"morning"}', '{}', 1795288460000, 1795288460000);
insert into files values
  ('in:telegram:default:806855534', 0, 'photo.png', 'image/png', 'image', 1795288468912, x'89504E47'),
  ('run:run-9', 0, 'left.png', 'image/png', 'image', 1795288468912, x'89504E47');
