// bench/ledger_bench.cpp — what durability costs here, beside what the disk itself takes.
//
//   ledger_bench [directory] [seconds per measurement]
//
// Prints one line for each number of units in flight: units/s, latency of a commit (p50, p99),
// syncs per unit, CPU per unit, and the rate beside what a bare loop of write + fdatasync reached
// on the same disk just before.
#include "common/base/unique_fd.h"
#include "common/log/log.h"
#include "supervisor/ledger/ledger.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

using namespace openclaw;
using namespace openclaw::ledger;

namespace {

using Seconds = std::chrono::duration<double>;

double seconds_since(Instant begun) {
    return Seconds(std::chrono::steady_clock::now() - begun).count();
}

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// The disk by itself: 4 KiB at the end of a file, synced, again and again.
double raw_syncs_per_second(const std::string& directory, double duration) {
    const auto path = directory + "/raw";
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    const std::array<char, 4096> page{};
    int count = 0;
    const auto begun = std::chrono::steady_clock::now();
    while (seconds_since(begun) < duration) {
        if (::write(file.get(), page.data(), page.size()) < 0 || ::fdatasync(file.get()) != 0)
            return 0;
        ++count;
    }
    return count / seconds_since(begun);
}

// A small unit: a message of a stranger comes in.
Write small_unit(Ledger& ledger, std::int64_t number) {
    InboxRow row;
    row.key = {"telegram", "default", std::to_string(800'000'000 + number)};
    row.chat_id = std::to_string(5000 + number % 100);
    row.message_id = std::to_string(number);
    row.logical_id = row.chat_id + ":" + row.message_id;
    row.payload = std::string(300, 'x');
    row.trace = std::to_string(number);
    return ledger.inbox.record(std::move(row), std::make_shared<Recorded>());
}

// A whole answer: question, answer, session, inbox record and outbox row.
Writes answer_unit(Ledger& ledger, std::int64_t number) {
    const auto chat = std::to_string(5000 + number % 100);
    const auto run = "run-" + std::to_string(number);
    Session session;
    session.key = "agent:main:telegram:direct:" + chat;
    session.session_id = "00000000-0000-4000-8000-0000" + chat;
    session.agent_id = "main";
    TranscriptRow question, answer;
    question.id = run + ":user";
    question.role = "user";
    question.text = std::string(80, 'q');
    answer.id = run + ":assistant";
    answer.role = "assistant";
    answer.text = std::string(600, 'a');
    question.run_id = answer.run_id = run;
    OutboxRow reply;
    reply.action_id = run;
    reply.to = {"telegram", "default", {chat, {}, ChatKind::direct}};
    reply.run_id = run;
    reply.markdown = answer.text;
    reply.state = OutboxState::sending;
    return writes(ledger.transcripts.append(session.session_id, question),
                  ledger.transcripts.append(session.session_id, answer),
                  ledger.sessions.put(session),
                  ledger.inbox.settle({"telegram", "default", std::to_string(800'000'000 + number)},
                                      InboxState::done, ""),
                  ledger.outbox.add(reply));
}

struct Load {
    Ledger& ledger;
    Loop& loop;
    std::function<Writes(Ledger&, std::int64_t)> make_unit;
    double duration;
    std::int64_t next = 0;
    std::vector<std::uint32_t> latencies_us;
    Instant begun = std::chrono::steady_clock::now();
    int flying = 0;

    void submit() {
        const auto sent = std::chrono::steady_clock::now();
        ++flying;
        ledger.store->commit(make_unit(ledger, next++), [this, sent](Result<void> kept) {
            if (!kept) fprintf(stderr, "%s\n", kept.error().sentence.c_str());
            latencies_us.push_back(static_cast<std::uint32_t>(seconds_since(sent) * 1e6));
            --flying;
            if (seconds_since(begun) < duration)
                submit();
            else if (flying == 0)
                loop.stop();
        });
    }
};

void measure(const char* what, Ledger& ledger, Loop& loop, Load load, int in_flight,
             const std::string& directory) {
    const double raw = raw_syncs_per_second(directory, load.duration / 4);
    load.begun = std::chrono::steady_clock::now();
    const auto before = ledger.store->counters();
    const double cpu = cpu_seconds();
    for (int i = 0; i < in_flight; ++i)
        load.submit();
    loop.run();
    const double took = seconds_since(load.begun);
    const auto units = static_cast<double>(load.latencies_us.size());
    const auto after = ledger.store->counters();
    std::ranges::sort(load.latencies_us);
    const auto at = [&](double share) {
        return load.latencies_us[static_cast<std::size_t>(
            share * static_cast<double>(load.latencies_us.size() - 1))];
    };
    printf("%-14s in flight %4d: %8.0f units/s  p50 %6u us  p99 %6u us  %.4f syncs/unit  %5.1f us "
           "CPU/unit  raw %6.0f/s  ratio %.2f\n",
           what, in_flight, units / took, at(0.5), at(0.99),
           static_cast<double>(after.syncs - before.syncs) / units,
           (cpu_seconds() - cpu) / units * 1e6, raw, units / took / raw);
}

} // namespace

int main(int count, char** arguments) {
    std::string directory = std::string(count > 1 ? arguments[1] : ".") + "/ledger-bench-XXXXXX";
    const double duration = count > 2 ? atof(arguments[2]) : 2;
    if (mkdtemp(directory.data()) == nullptr) return perror("mkdtemp"), 1;
    log::set_level(log::Level::warn);
    int status = 0;
    Loop loop;
    auto ledger = Ledger::open(loop, {.path = directory + "/ledger.sqlite",
                                      .build = "bench",
                                      .store = {},
                                      .inbox = {},
                                      .outbox = {}});
    if (!ledger) {
        fprintf(stderr, "%s\n", ledger.error().sentence.c_str());
        status = 1;
    } else {
        const auto small = [](Ledger& at, std::int64_t number) {
            return writes(small_unit(at, number));
        };
        std::int64_t first = 0;
        for (const int in_flight : {1, 8, 32, 128, 512}) {
            measure("inbox record", **ledger, loop, {**ledger, loop, small, duration, first, {}},
                    in_flight, directory);
            first += 10'000'000;
        }
        first = 0;
        for (const int in_flight : {1, 8, 32, 128}) {
            measure("whole answer", **ledger, loop,
                    {**ledger, loop, answer_unit, duration, first, {}}, in_flight, directory);
            first += 10'000'000;
        }
        (*ledger)->close([&](Result<void>) { loop.stop(); });
        loop.run();
    }
    std::filesystem::remove_all(directory);
    return status;
}
