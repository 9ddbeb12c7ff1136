// Everything behind the methods, scripted: runs, sessions, workers, outgoing messages, pairings;
// and a peer that keeps what it was sent.
#pragma once

#include "supervisor/ledger/ledger.h"
#include "supervisor/rpc/dispatch.h"
#include "supervisor/rpc/events.h"
#include "supervisor/rpc/facts.h"
#include "supervisor/rpc/health.h"
#include "supervisor/rpc/presence.h"
#include "supervisor/rpc/run_events.h"
#include "supervisor/rpc/sources.h"
#include "supervisor/rpc/table.h"
#include "tests/unit/supervisor/ledger/scratch.h"
#include "tests/unit/supervisor/rpc/fake_questions.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace openclaw::test {

struct FakePeer final : rpc::Peer {
    void send_parts(std::span<const std::string_view> parts) override {
        std::string whole;
        for (const auto part : parts)
            whole += part;
        frames.push_back(std::move(whole));
    }

    void send_event(const web::SharedEvent& event) override {
        std::string text = event->head + event->appended + event->tail;
        if (event->sequenced) text += ",\"seq\":" + std::to_string(++sequence);
        frames.push_back(text + "}");
    }

    void close(std::uint16_t code, std::string_view) override { close_code = code; }

    bool is_direct_local() const override { return true; }

    std::string last() const { return frames.empty() ? "" : frames.back(); }

    std::vector<std::string> frames;
    std::uint64_t sequence = 0;
    int close_code = 0;
};

inline json::Document parsed(std::string_view text) {
    auto document = json::Document::parse(text);
    REQUIRE_MESSAGE(document, text);
    return std::move(*document);
}

// Runs as a test moves them: begin() records, the test starts, speaks and ends.
struct FakeRuns final : flow::AgentRuns {
    Result<flow::Begun> begin(flow::RunRequest&& request) override {
        if (refusal) return Failure(*refusal);
        if (const auto known = runs.find(request.run_id); known != runs.end()) {
            const auto status = known->second->status;
            using Status = flow::Begun::Status;
            return flow::Begun{.run_id = request.run_id,
                               .status = status == flow::RunStatus::completed ? Status::completed
                                         : status == flow::RunStatus::failed  ? Status::failed
                                                                              : Status::in_flight};
        }
        auto run = std::make_unique<flow::Run>();
        run->request = std::move(request);
        run->session_id = "sid-1";
        const std::string id = run->request.run_id;
        begun.push_back(run.get());
        runs[id] = std::move(run);
        return flow::Begun{.run_id = id, .status = flow::Begun::Status::started};
    }

    std::vector<std::string> abort(const std::string& session_key,
                                   const std::optional<std::string>& run_id) override {
        std::vector<std::string> ids;
        for (auto& [id, run] : runs)
            if (!run->is_over() && run->request.session_key == session_key &&
                (!run_id || *run_id == id))
                ids.push_back(id);
        for (const auto& id : ids)
            end(id, flow::RunStatus::aborted, "abort");
        return ids;
    }

    const flow::Run* find(const std::string& run_id) const override {
        const auto at = runs.find(run_id);
        return at == runs.end() ? nullptr : at->second.get();
    }

    std::vector<const flow::Run*> active(const std::string& session_key) const override {
        std::vector<const flow::Run*> list;
        for (const auto* run : begun)
            if (!run->is_over() && run->request.session_key == session_key) list.push_back(run);
        return list;
    }

    std::size_t active_count() const override { return 0; }

    void wait(const std::string& run_id, Milliseconds timeout,
              std::move_only_function<void(const flow::Run*)> done) override {
        waits.emplace_back(run_id, timeout);
        const auto* run = find(run_id);
        done(run != nullptr && run->is_over() ? run : nullptr);
    }

    void add_listener(flow::RunListener& listener) override { listeners.push_back(&listener); }

    void start(const std::string& id) {
        flow::Run& run = *runs.at(id);
        run.status = flow::RunStatus::running;
        run.provider = "fake";
        run.model = "fake-1";
        run.started_at_ms = 1000;
        for (auto* listener : listeners)
            listener->on_run_started(run);
    }

    void speak(const std::string& id, const std::string& appended) {
        flow::Run& run = *runs.at(id);
        run.text += appended;
        for (auto* listener : listeners)
            listener->on_run_delta(run, appended);
    }

    void end(const std::string& id, flow::RunStatus status, const std::string& reason) {
        flow::Run& run = *runs.at(id);
        run.status = status;
        run.stop_reason = reason;
        run.ended_at_ms = 2000;
        run.output_tokens = 7;
        for (auto* listener : listeners)
            listener->on_run_ended(run);
    }

    void row(const std::string& session_key, const std::string& role, const std::string& text,
             const std::string& run_id = "") {
        ledger::TranscriptRow row;
        row.run_id = run_id;
        row.id = "row-" + role;
        row.sequence = 1;
        row.role = role;
        row.text = text;
        row.at_ms = 5;
        for (auto* listener : listeners)
            listener->on_transcript_row(session_key, row);
    }

    std::map<std::string, std::unique_ptr<flow::Run>> runs;
    std::vector<const flow::Run*> begun;
    std::vector<flow::RunListener*> listeners;
    std::vector<std::pair<std::string, Milliseconds>> waits;
    std::optional<Error> refusal;
};

struct FakeConversations final : rpc::Conversations {
    std::vector<const ledger::Session*> list() const override {
        std::vector<const ledger::Session*> all;
        for (const auto& session : sessions)
            all.push_back(&session);
        std::ranges::stable_sort(all, std::greater(),
                                 [](const auto* session) { return session->updated_at_ms; });
        return all;
    }

    const ledger::Session* find(std::string_view key) const override {
        const auto at = std::ranges::find(sessions, key, &ledger::Session::key);
        return at == sessions.end() ? nullptr : &*at;
    }

    void page(std::string, std::int64_t before, std::size_t limit,
              rpc::Done<ledger::TranscriptPage> done) override {
        ledger::TranscriptPage page{
            .rows = {}, .has_more = false, .total = static_cast<std::int64_t>(rows.size())};
        for (const auto& row : rows)
            if (before == 0 || row.sequence < before) page.rows.push_back(row);
        page.has_more = page.rows.size() > limit;
        if (page.has_more)
            page.rows.erase(page.rows.begin(),
                            page.rows.end() - static_cast<std::ptrdiff_t>(limit));
        done(std::move(page));
    }

    void keep(ledger::Session session, rpc::Done<void> done) override {
        const auto at = std::ranges::find(sessions, session.key, &ledger::Session::key);
        if (at == sessions.end())
            sessions.push_back(std::move(session));
        else
            *at = std::move(session);
        done({});
    }

    void keep_continued(ledger::Session session, rpc::Continuation continuation,
                        rpc::Done<void> done) override {
        continuations.push_back(std::move(continuation));
        keep(std::move(session), std::move(done));
    }

    void erase(std::string key, bool with_transcript, rpc::Done<void> done) override {
        std::erase_if(sessions, [&](const auto& session) { return session.key == key; });
        if (with_transcript) rows.clear();
        done({});
    }

    void append(std::string, ledger::TranscriptRow row, rpc::Done<std::int64_t> done) override {
        row.sequence = static_cast<std::int64_t>(rows.size()) + 1;
        rows.push_back(std::move(row));
        done(rows.back().sequence);
    }

    void usage(ledger::UsageQuery, rpc::Done<std::vector<ledger::UsageRow>> done) override {
        done(used);
    }

    void search(ledger::SearchQuery query,
                rpc::Done<std::vector<ledger::SearchHit>> done) override {
        std::vector<ledger::SearchHit> hits;
        for (const auto& row : rows)
            if (row.text.contains(query.text))
                hits.push_back({.session_key = "agent:main:main",
                                .session_id = "sid-1",
                                .message_id = row.id,
                                .role = row.role,
                                .text = row.text,
                                .at_ms = row.at_ms});
        done(std::move(hits));
    }

    ledger::Session& add(const std::string& key, std::int64_t updated_at_ms) {
        ledger::Session session;
        session.key = key;
        session.agent_id = "main";
        session.session_id = "sid-1";
        session.updated_at_ms = updated_at_ms;
        sessions.push_back(session);
        return sessions.back();
    }

    void say(const std::string& role, const std::string& text) {
        ledger::TranscriptRow row;
        row.sequence = static_cast<std::int64_t>(rows.size()) + 1;
        row.id = "row-" + std::to_string(row.sequence);
        row.role = role;
        row.text = text;
        row.at_ms = row.sequence * 10;
        rows.push_back(row);
    }

    std::vector<ledger::Session> sessions;
    std::vector<ledger::TranscriptRow> rows;
    std::vector<ledger::UsageRow> used;
    std::vector<rpc::Continuation> continuations;
};

struct FakeCron final : rpc::CronDesk {
    const ledger::CronJob* find(std::string_view id) const override {
        const auto at = jobs.find(std::string(id));
        return at == jobs.end() ? nullptr : &at->second;
    }

    std::vector<const ledger::CronJob*> list() const override {
        std::vector<const ledger::CronJob*> all;
        for (const auto& [id, job] : jobs)
            all.push_back(&job);
        return all;
    }

    void keep(ledger::CronJob job, rpc::Done<void> done) override {
        jobs[job.id] = std::move(job);
        done({});
    }

    void erase(std::string id, rpc::Done<void> done) override {
        jobs.erase(id);
        done({});
    }

    void note(ledger::CronRun run, const ledger::CronJob* job) override {
        entries.insert(entries.begin(), std::move(run));
        if (job != nullptr) jobs[job->id] = *job;
    }

    void runs(ledger::CronRunQuery query, rpc::Done<ledger::CronRunPage> done) override {
        ledger::CronRunPage page;
        for (const auto& run : entries)
            if (query.job_id.empty() || run.job_id == query.job_id)
                page.entries.push_back(run.entry_json);
        page.total = static_cast<std::int64_t>(page.entries.size());
        done(std::move(page));
    }

    std::map<std::string, ledger::CronJob> jobs;
    std::vector<ledger::CronRun> entries;
};

struct FakeNodeStore final : rpc::NodeStore {
    std::vector<std::pair<std::string, std::string>> load() const override {
        return {kept.begin(), kept.end()};
    }

    void keep(const std::string& id, const std::string& json) override { kept[id] = json; }

    void forget(const std::string& id) override { kept.erase(id); }

    std::map<std::string, std::string> kept;
};

struct FakeNotes final : rpc::Notes {
    std::vector<std::pair<std::string, std::string>> load(std::string_view book) const override {
        const auto found = books.find(std::string(book));
        if (found == books.end()) return {};
        return {found->second.begin(), found->second.end()};
    }

    void keep(std::string book, std::string key, std::string value, rpc::Done<void> done) override {
        if (value.empty())
            books[book].erase(key);
        else
            books[book][key] = std::move(value);
        done({});
    }

    std::map<std::string, std::map<std::string, std::string>> books;
};

struct FakeWorkers final : rpc::WorkerDesk {
    std::vector<process::WorkerView> views(bool) const override { return list; }

    Result<void> act(const std::string& what, const std::string& id) {
        if (std::ranges::find(list, id, &process::WorkerView::id) == list.end())
            return fail(Code::not_found, "no worker " + id);
        acts.push_back(what + " " + id);
        return {};
    }

    Result<void> start(const std::string& id) override { return act("start", id); }

    Result<void> stop(const std::string& id) override { return act("stop", id); }

    Result<void> restart(const std::string& id) override { return act("restart", id); }

    Result<void> pause(const std::string& id) override { return act("pause", id); }

    Result<void> kill(const std::string& id) override { return act("kill", id); }

    Result<void> watch(const std::string& id, ipc::Link::Tap tap) override {
        taps[id] = std::move(tap);
        return act(taps[id] ? "watch" : "unwatch", id);
    }

    std::map<std::string, ipc::Link::Tap> taps;
    std::vector<process::WorkerView> list;
    std::vector<std::string> acts;
};

struct FakeOutgoing final : rpc::Outgoing {
    void send(rpc::OutgoingMessage message, rpc::Done<rpc::OutgoingReceipt> done) override {
        messages.push_back(std::move(message));
        waiting.push_back(std::move(done));
    }

    void deliver(Result<rpc::OutgoingReceipt> outcome) {
        auto done = std::move(waiting.front());
        waiting.erase(waiting.begin());
        done(std::move(outcome));
    }

    std::vector<rpc::OutgoingMessage> messages;
    std::vector<rpc::Done<rpc::OutgoingReceipt>> waiting;
};

struct FakePairings final : rpc::PairingDesk {
    std::vector<ledger::PairingRequest> waiting(std::string_view channel,
                                                std::string_view) const override {
        std::vector<ledger::PairingRequest> chosen;
        for (const auto& request : requests)
            if (channel.empty() || request.channel == channel) chosen.push_back(request);
        return chosen;
    }

    void approve(std::string channel, std::string code,
                 rpc::Done<ledger::ApprovedSender> done) override {
        const auto at = std::ranges::find(requests, code, &ledger::PairingRequest::code);
        if (at == requests.end())
            return done(fail(Code::not_found, "nobody waits with the code " + code));
        ledger::ApprovedSender who;
        who.channel = channel;
        who.account = at->account;
        who.sender_id = at->sender_id;
        requests.erase(at);
        done(who);
    }

    void dismiss(std::string, std::string code, rpc::Done<void> done) override {
        if (std::erase_if(requests, [&](const auto& request) { return request.code == code; }) == 0)
            return done(fail(Code::not_found, "gone"));
        done({});
    }

    std::vector<ledger::PairingRequest> requests;
};

// All methods over the fakes, and one operator with every scope.
struct Desk {
    Desk() {
        facts.agents.entries["main"].id = "main";
        facts.agents.defaults.model.primary = "fake/fake-1";
        facts.config_path = "/etc/openclaw.json";
        facts.state_directory = "/state";
        facts.ledger_path = "/state/ledger.sqlite";
        facts.auth_mode = "token";
        facts.boot_id = "boot-1";
        facts.started_at_ms = loop.clock().unix_ms();
        runs.add_listener(stability);
        runs.add_listener(run_events);
        owner->scopes = policy::operator_scopes();
        owner->connection_id = "c-owner";
    }

    ~Desk() {
        for (auto* peer : joined)
            events.leave(*peer);
    }

    std::shared_ptr<FakePeer> join(policy::Scopes scopes) {
        auto peer = std::make_shared<FakePeer>();
        peer->scopes = std::move(scopes);
        events.join(*peer);
        joined.push_back(peer.get());
        kept.push_back(peer);
        return peer;
    }

    std::unique_ptr<ledger::Ledger> open_ledger() {
        auto opened = ledger::Ledger::open(
            loop,
            {.path = scratch.file(), .build = "test", .store = {}, .inbox = {}, .outbox = {}});
        REQUIRE(opened);
        return *std::move(opened);
    }

    // The same, for methods that answer when something is on disk.
    std::string ask_and_wait(FakePeer& peer, const std::string& method,
                             const std::string& params = "") {
        const auto before = peer.frames.size();
        ask(peer, method, params);
        while (peer.frames.size() == before)
            loop.turn();
        return peer.last();
    }

    // Asks as `peer` and returns the last frame it got.
    std::string ask(FakePeer& peer, const std::string& method, const std::string& params = "") {
        const std::string frame = R"({"type":"req","id":"q","method":")" + method + "\"" +
                                  (params.empty() ? "" : ",\"params\":" + params) + "}";
        dispatch.on_message(peer, frame);
        return peer.last();
    }

    std::string ask(const std::string& method, const std::string& params = "") {
        return ask(*owner, method, params);
    }

    Loop loop;
    rpc::GatewayFacts facts;
    FakeConversations conversations;
    FakeWorkers workers;
    FakeRuns runs;
    FakeOutgoing outgoing;
    FakeQuestions questions;
    FakePairings pairings;
    std::vector<rpc::ChannelFacts> channels;
    ledger::StoreCounters ledger_counters;
    rpc::ConfigSnapshot config;
    rpc::Events events{loop};
    rpc::Presence presence{loop.clock(), events};
    rpc::HealthSnapshot health{loop,
                               events,
                               {.facts = facts,
                                .workers = workers,
                                .conversations = conversations,
                                .channels = [this] { return channels; },
                                .ledger = [this] { return ledger_counters; }}};
    rpc::RunEvents run_events{{.loop = loop,
                               .events = events,
                               .conversations = conversations,
                               .facts = facts,
                               .runs = runs}};
    ledger::Scratch scratch;
    std::unique_ptr<ledger::Ledger> ledger = open_ledger();
    auth::GatewayIdentity identity =
        auth::GatewayIdentity::load_or_create(scratch.file("device.json"), 1).value();
    rpc::DeviceDesk devices{
        {.loop = loop, .ledger = *ledger, .events = events, .identity = identity}};
    rpc::SetupRoute setup_route;
    FakeCron cron;
    rpc::StabilityLog stability{loop.clock()};
    flow::SystemEvents system_events{loop.clock()};
    rpc::Heartbeats heartbeats{{.loop = loop,
                                .events = events,
                                .runs = runs,
                                .run_events = run_events,
                                .facts = facts,
                                .system_events = system_events}};
    rpc::Automations automations{{.loop = loop,
                                  .runs = runs,
                                  .run_events = run_events,
                                  .conversations = conversations,
                                  .facts = facts},
                                 events,
                                 cron};
    FakeNotes notes;
    rpc::Approvals approvals{loop, events, notes};
    FakeNodeStore node_store;
    rpc::Nodes nodes{loop, events, node_store};
    std::vector<rpc::ConfigChange> config_changes;
    std::expected<rpc::ConfigChanged, rpc::ConfigRefusal> config_outcome = rpc::ConfigChanged{
        .hash = "h2", .config_json_redacted = "{}", .paths = {"ui"}, .reload = "none"};
    std::vector<std::string> restarts;
    std::vector<std::string> upgrades;
    rpc::MethodTable table = rpc::make_method_table(
        {.loop = loop,
         .health = health,
         .presence = presence,
         .facts = facts,
         .workers = workers,
         .conversations = conversations,
         .pairings = pairings,
         .devices = devices,
         .setup_route = setup_route,
         .runs = runs,
         .run_events = run_events,
         .outgoing = outgoing,
         .questions = questions,
         .read_config = [this] { return config; },
         .explain =
             [](std::string id, rpc::Done<std::string> done) {
                 if (id == "known")
                     done(std::string(R"({"id":"known","steps":[]})"));
                 else
                     done(fail(Code::not_found, "nothing is known about " + id));
             },
         .heartbeats = heartbeats,
         .stability = stability,
         .cron = cron,
         .automations = automations,
         .approvals = approvals,
         .nodes = nodes,
         .notes = notes,
         .events = events,
         .change_config =
             [this](rpc::ConfigChange change, auto done) {
                 config_changes.push_back(std::move(change));
                 done(config_outcome);
             },
         .restart =
             [this](std::string reason) {
                 restarts.push_back(std::move(reason));
                 return restarts.size() == 1;
             },
         .upgrade =
             [this](std::string program, rpc::Done<std::string> done) {
                 upgrades.push_back(std::move(program));
                 loop.defer(
                     [done = std::move(done)]() mutable { done(std::string("next-build")); });
             }});
    rpc::Dispatch dispatch{table, loop.clock()};
    std::shared_ptr<FakePeer> owner = std::make_shared<FakePeer>();
    std::vector<FakePeer*> joined;
    std::vector<std::shared_ptr<FakePeer>> kept;
};

} // namespace openclaw::test
