// A ledger in a directory of its own, and a loop to wait on.
#pragma once

#include "supervisor/ledger/ledger.h"

#include <doctest/doctest.h>

#include <stdlib.h>

#include <filesystem>
#include <optional>

namespace openclaw::ledger {

class Scratch {
  public:
    Scratch() { REQUIRE(mkdtemp(path_.data()) != nullptr); }

    ~Scratch() { std::filesystem::remove_all(path_); }

    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    std::string file(const std::string& name = "ledger.sqlite") const { return path_ + "/" + name; }

  private:
    std::string path_ = (std::filesystem::temp_directory_path() / "ledger-test-XXXXXX").string();
};

// Turns the loop until the answer is there.
template <class T>
T wait_for(Loop& loop, const std::function<void(std::move_only_function<void(T)>)>& ask) {
    std::optional<T> answer;
    ask([&](T given) { answer = std::move(given); });
    while (!answer)
        loop.turn();
    return *std::move(answer);
}

inline Result<void> commit(Loop& loop, Store& store, Writes unit) {
    return wait_for<Result<void>>(
        loop, [&](auto done) { store.commit(std::move(unit), std::move(done)); });
}

inline Result<void> close(Loop& loop, Store& store) {
    return wait_for<Result<void>>(loop, [&](auto done) { store.close(std::move(done)); });
}

// Opened anew, a second time with what the first left.
struct Fixture {
    Scratch scratch;
    ManualClock clock;
    Loop loop;
    std::unique_ptr<Ledger> ledger;
    StoreOptions store_options;
    InboxOptions inbox_options;
    OutboxOptions outbox_options;
    std::string machine_boot = "first";

    Fixture() { open(); }

    Result<std::unique_ptr<Ledger>> try_open() {
        return Ledger::open(loop, {.path = scratch.file(),
                                   .build = "test",
                                   .clock = &clock,
                                   .machine_boot = machine_boot,
                                   .store = store_options,
                                   .inbox = inbox_options,
                                   .outbox = outbox_options});
    }

    void open() {
        auto opened = try_open();
        // After a crash() the lock is held until the batch in flight is back from the pool.
        while (!opened && opened.error().code == Code::busy) {
            loop.turn();
            opened = try_open();
        }
        REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().sentence));
        ledger = *std::move(opened);
    }

    void reopen() {
        REQUIRE(wait_for<Result<void>>(loop, [&](auto done) { ledger->close(std::move(done)); }));
        ledger.reset();
        open();
    }

    // As after a kill.
    void crash() {
        ledger.reset();
        open();
    }

    template <class... Parts>
    Result<void> keep(Parts&&... parts) {
        return commit(loop, *ledger->store, writes(std::forward<Parts>(parts)...));
    }
};

} // namespace openclaw::ledger
