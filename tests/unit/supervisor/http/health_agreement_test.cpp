// Whatever happens to the accounts and their processes: RPC, HTTP, metrics and the command line say
// the same of it.
#include "cli/view/channels.h"
#include "cli/view/health.h"
#include "cli/view/workers.h"
#include "common/base/strings.h"
#include "supervisor/http/metrics.h"
#include "tests/unit/supervisor/rpc/fakes.h"

#include <random>

using namespace openclaw;
using namespace openclaw::test;

namespace {

using process::State;
using process::WorkerView;
using Levels = std::map<std::string, std::string>; // id → level

class Chance {
  public:
    explicit Chance(unsigned seed)
        : engine_(seed) {}

    std::int64_t below(std::int64_t limit) {
        return std::uniform_int_distribution<std::int64_t>(0, limit - 1)(engine_);
    }

    bool one_in(std::int64_t many) { return below(many) == 0; }

    template <class T>
    T of(std::initializer_list<T> choices) {
        return *(choices.begin() + below(static_cast<std::int64_t>(choices.size())));
    }

  private:
    std::mt19937 engine_;
};

// Any past moment: now, within the limits, far beyond them, never.
Instant some_time(Chance& chance, Instant now) {
    const auto ago = std::chrono::seconds(chance.of({0, 30, 50, 80, 100, 9999}));
    return chance.one_in(6) ? Instant{} : now - ago;
}

WorkerView random_worker(Chance& chance, const std::string& id, bool is_channel, Instant now) {
    WorkerView worker;
    worker.id = id;
    worker.kind = id.substr(0, id.find(':'));
    worker.account = is_channel ? id.substr(id.find(':') + 1) : "";
    worker.is_channel = is_channel;
    worker.state =
        chance.of({State::down, State::starting, State::ready, State::ready, State::ready,
                   State::draining, State::stopping, State::backoff, State::failed});
    worker.reason = "a reason";
    worker.since = some_time(chance, now);
    worker.wanted_since = some_time(chance, now);
    worker.is_stopped_by_operator = chance.one_in(10);
    worker.needs_operator = worker.state == State::failed && chance.one_in(2);
    worker.is_unresponsive = chance.one_in(5);
    worker.contact_every = Milliseconds(chance.of({0, 30'000}));
    worker.pid = worker.state == State::ready ? 4711 : 0;
    if (chance.one_in(2)) {
        process::Death death;
        death.at = some_time(chance, now);
        death.reached_ready = chance.one_in(2);
        worker.deaths.push_back(death);
    }
    if (!chance.one_in(3)) worker.health = process::Health{.at = some_time(chance, now)};
    if (!chance.one_in(3)) worker.last_upstream = some_time(chance, now);
    if (chance.one_in(8)) worker.crash_loop = process::CrashLoop{.since = some_time(chance, now)};
    return worker;
}

rpc::ChannelFacts random_account(Chance& chance, std::string name, Instant now) {
    rpc::ChannelFacts facts{.channel = "telegram", .label = "Telegram", .account = std::move(name)};
    facts.is_default = facts.account == "a";
    facts.enabled = !chance.one_in(10);
    if (chance.one_in(10)) facts.problem = "its token is missing";
    facts.configured = facts.problem.empty();
    facts.connection = chance.of<const char*>(
        {"", "connecting", "connected", "connected", "connected", "degraded", "needs_operator"});
    facts.detail = "what the worker said";
    facts.good_until = some_time(chance, now);
    facts.last_contact = some_time(chance, now);
    return facts;
}

void set_random_state(Desk& desk, Chance& chance) {
    const auto now = desk.loop.clock().now();
    desk.channels.clear();
    desk.workers.list = {random_worker(chance, "agent", false, now)};
    for (const auto* name : {"a", "b", "c"}) {
        desk.channels.push_back(random_account(chance, name, now));
        if (!chance.one_in(8))
            desk.workers.list.push_back(
                random_worker(chance, "telegram:" + std::string(name), true, now));
    }
}

// What each surface says, read from its own text.

json::View payload_of(const json::Document& answer) {
    return answer.root()["payload"];
}

Levels from_channels_status(Desk& desk) {
    Levels levels;
    const auto answer = parsed(desk.ask("channels.status"));
    payload_of(answer)["channelAccounts"]["telegram"].each_element([&](json::View account) {
        return levels["telegram:" + std::string(account["accountId"].text())] =
                   account["health"]["level"].text(),
                                    true;
    });
    return levels;
}

Levels from_workers_list(Desk& desk) {
    Levels levels;
    const auto answer = parsed(desk.ask("workers.list"));
    payload_of(answer)["workers"].each_element([&](json::View worker) {
        return levels[std::string(worker["id"].text())] = worker["health"]["level"].text(), true;
    });
    return levels;
}

Levels from_health(const json::Document& health) {
    Levels levels;
    levels["agent"] = payload_of(health)["health"]["processes"]["agent"]["level"].text();
    payload_of(health)["channels"]["telegram"]["accounts"].each_member(
        [&](std::string_view id, json::View account) {
            return levels["telegram:" + std::string(id)] = account["health"]["level"].text(), true;
        });
    return levels;
}

Levels from_metrics(const std::string& text) {
    Levels levels;
    for (const auto line : split(text, '\n')) {
        constexpr std::string_view family = "openclaw_health_level{id=\"";
        if (!line.starts_with(family) || !line.ends_with(" 1")) continue;
        const auto id = line.substr(family.size(), line.find('"', family.size()) - family.size());
        const auto level = line.substr(line.find("level=\"") + 7);
        levels[std::string(id)] = level.substr(0, level.find('"'));
    }
    return levels;
}

// From the lines that people read.

const cli::Look wide{.colour = false, .width = 200, .now_ms = 0, .home = {}};

// The first two cells of "│ telegram:a │ down │ ready │ …"; empty: the line is no row.
std::pair<std::string, std::string> first_cells(std::string_view line) {
    constexpr std::string_view bar = "│";
    if (!line.starts_with(bar)) return {};
    line.remove_prefix(bar.size());
    const auto end = line.find(bar), next = line.find(bar, end + bar.size());
    return {std::string(trim(line.substr(0, end))),
            std::string(trim(line.substr(end + bar.size(), next - end - bar.size())))};
}

Levels from_workers_view(Desk& desk) {
    const auto answer = parsed(desk.ask("workers.list"));
    const auto view = cli::workers_view(payload_of(answer), wide);
    Levels levels;
    for (const auto line : split(view, '\n'))
        if (auto [id, level] = first_cells(line); !id.empty() && id != "Worker") levels[id] = level;
    return levels;
}

// "Degraded: agent, telegram:a"; nobody: no line.
std::vector<std::string> listed_in(const std::string& view, std::string_view title) {
    const auto start = std::string(title) + ": ";
    for (const auto line : split(view, '\n')) {
        if (!line.starts_with(start)) continue;
        std::vector<std::string> ids;
        for (const auto id : split(line.substr(start.size()), ','))
            ids.emplace_back(trim(id));
        return ids;
    }
    return {};
}

std::string word_in(const std::string& view, std::string_view label) {
    const auto start = std::string(label) + ": ";
    for (const auto line : split(view, '\n'))
        if (line.starts_with(start))
            return std::string(line.substr(start.size(), line.find(" (") - start.size()));
    return "no line";
}

// Of each account, when its platform last answered.
using Moments = std::map<std::string, double>; // account → Unix seconds

Moments contacts_from_metrics(const std::string& text) {
    constexpr std::string_view family =
        "openclaw_channel_last_contact_timestamp_seconds{channel=\"telegram\",account=\"";
    Moments moments;
    for (const auto line : split(text, '\n')) {
        if (!line.starts_with(family)) continue;
        const auto rest = line.substr(family.size());
        moments[std::string(rest.substr(0, rest.find('"')))] =
            std::stod(std::string(rest.substr(rest.find("} ") + 2)));
    }
    return moments;
}

Moments contacts_from_channels_status(Desk& desk) {
    Moments moments;
    const auto answer = parsed(desk.ask("channels.status"));
    payload_of(answer)["channelAccounts"]["telegram"].each_element([&](json::View account) {
        if (const auto at = account["lastProbeAt"].integer(); at > 0)
            moments[std::string(account["accountId"].text())] = static_cast<double>(at) / 1000;
        return true;
    });
    return moments;
}

std::vector<std::string> texts(json::View list) {
    std::vector<std::string> found;
    list.each_element([&](json::View text) { return found.emplace_back(text.text()), true; });
    return found;
}

std::vector<std::string> those(const Levels& levels, std::string_view level) {
    std::vector<std::string> ids;
    for (const auto& [id, its] : levels)
        if (its == level) ids.push_back(id);
    return ids;
}

Levels without_agent(Levels levels) {
    levels.erase("agent");
    return levels;
}

} // namespace

TEST_SUITE("supervisor/http") {
    TEST_CASE("over five hundred random states RPC, HTTP, metrics and command line agree") {
        Desk desk;
        http::RunTally tally;
        Chance chance(2026);
        std::map<std::string, int> seen; // how often each level came up: the test must not be idle
        for (int i = 0; i < 500; ++i) {
            CAPTURE(i);
            set_random_state(desk, chance);
            const auto health = parsed(desk.ask("health", R"({"probe":true})"));
            web::Readiness readiness{.phase = web::Readiness::Phase::started};
            rpc::show_readiness(desk.health, readiness);
            const auto ready = web::answer(
                {.method = "GET", .path = "/readyz", .is_direct_local = true}, readiness);
            const auto body = parsed(ready.body);
            const auto metrics = http::metrics_text({.health = desk.health.sources(),
                                                     .runs = desk.runs,
                                                     .tally = tally,
                                                     .gauge = desk.health.gauge(),
                                                     .judging = desk.health.judging(),
                                                     .readiness = readiness,
                                                     .door = {}});
            const Levels levels = from_health(health);
            for (const auto& [id, level] : levels)
                ++seen[level];

            CHECK(from_metrics(metrics) == levels);
            CHECK(from_channels_status(desk) == without_agent(levels));
            CHECK(contacts_from_metrics(metrics) == contacts_from_channels_status(desk));
            for (const auto& [id, level] : from_workers_list(desk))
                CHECK(level == levels.at(id));

            const auto whole = payload_of(health)["health"];
            CHECK(texts(whole["down"]) == those(levels, "down"));
            CHECK(texts(whole["degraded"]) == those(levels, "degraded"));
            CHECK(texts(body.root()["down"]) == those(levels, "down"));
            CHECK(texts(body.root()["degraded"]) == those(levels, "degraded"));
            CHECK(body.root()["level"].text() == whole["level"].text());
            CHECK(metrics.contains("openclaw_health{level=\"" + std::string(whole["level"].text()) +
                                   "\"} 1\n"));
            const bool is_ready = those(levels, "down").empty();
            CHECK(body.root()["ready"].boolean() == is_ready);
            CHECK(ready.status == (is_ready ? 200 : 503));
            CHECK(metrics.contains(is_ready ? "openclaw_ready 1\n" : "openclaw_ready 0\n"));

            CHECK(from_workers_view(desk) == from_workers_list(desk));
            const auto view = cli::health_view(payload_of(health), wide);
            CHECK(word_in(view, "Health") == whole["level"].text());
            CHECK(listed_in(view, "Down") == those(levels, "down"));
            CHECK(listed_in(view, "Degraded") == those(levels, "degraded"));
            CHECK(word_in(view, "Agent") == levels.at("agent"));
            for (const auto& [id, level] : without_agent(levels)) {
                const auto word = word_in(view, "Telegram " + id.substr(id.find(':') + 1));
                CHECK((word == "ok") == (level == "ok"));
                CHECK(word.starts_with("down") == (level == "down"));
            }

            // The command line reads channels.status, and `health` reads health.
            const auto status = parsed(desk.ask("channels.status"));
            payload_of(status)["channelAccounts"]["telegram"].each_element([&](json::View account) {
                const auto level =
                    levels.at("telegram:" + std::string(account["accountId"].text()));
                const auto state = cli::account_state(account);
                CHECK((state.word == "OK") == (level == "ok"));
                CHECK((state.ink == cli::Ink::bad && level != "unknown") == (level == "down"));
                CHECK(account["connected"].boolean() == (level == "ok"));
                return true;
            });
        }
        for (const auto* level : {"ok", "degraded", "down", "unknown"})
            CHECK(seen[level] > 100);
    }
}
