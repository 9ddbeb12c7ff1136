// egress/lookups.h — the addresses of names, for all workers' streams, so that no worker's names
// hold up another's.
//
// A lookup blocks one of a few threads until the resolver gives up, which may take half a minute.
// At most `of_a_worker` run for each slot; what is more waits in that slot's line, and the lines
// are served in turn. One lookup answers everybody who waits for its name. Who stops waiting does
// not end a lookup: its thread is busy all the same. Addresses are good for `good_for`; the caller
// judges them each time. Bounded by the streams there may be (egress/service.h) and by
// `most_known`.
#pragma once

#include "common/loop/resolve.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace openclaw::egress {

class Lookups {
  public:
    static constexpr std::size_t of_a_worker = 2;
    static constexpr std::size_t at_once = 8;
    static constexpr std::size_t most_known = 256; // names
    static constexpr Milliseconds good_for{30'000};

    using Done = std::move_only_function<void(Result<std::vector<Address>>)>;

    // How a name is looked up: Lookup (loop/resolve.h), or a test's own. Destroying what it returns
    // forgets the answer.
    struct Running {
        virtual ~Running() = default;
    };

    using Begin = std::function<std::unique_ptr<Running>(const std::string& host, Done done)>;

    // One question; destroying it takes it back. Must not outlive Lookups.
    class Question {
      public:
        Question(Lookups& lookups, std::uint64_t id)
            : lookups_(lookups)
            , id_(id) {}

        ~Question() { lookups_.waiting_.erase(id_); }

        Question(const Question&) = delete;
        Question& operator=(const Question&) = delete;

      private:
        Lookups& lookups_;
        std::uint64_t id_;
    };

    explicit Lookups(Loop& loop); // which outlives this
    Lookups(const Clock& clock, Begin begin);

    // What was found a moment ago, at least one address; null: ask. Good until the next turn.
    const std::vector<Address>* known(const std::string& host) const;
    // `done` as in loop/resolve.h: called once, from the loop, never from in here.
    [[nodiscard]] std::unique_ptr<Question> ask(std::uint32_t slot, const std::string& host,
                                                Done done);

    // Nobody answered at its addresses: the next one asks again.
    void forget(const std::string& host) { known_.erase(host); }

  private:
    struct Waiting {
        std::string host;
        Done done;
    };

    struct Line { // of one slot
        std::deque<std::uint64_t> ids;
        std::size_t running = 0;
    };

    struct Known {
        std::vector<Address> addresses;
        Instant until;
    };

    void serve();
    bool serve_next_line();
    void begin(std::uint32_t slot, const std::string& host);
    void on_answer(std::uint32_t slot, const std::string& host,
                   const Result<std::vector<Address>>& found);
    void remember(const std::string& host, const std::vector<Address>& addresses);

    const Clock& clock_;
    Begin begin_;
    std::uint64_t last_id_ = 0;
    std::uint32_t last_slot_ = 0; // that was served
    std::map<std::uint64_t, Waiting> waiting_;
    std::map<std::uint32_t, Line> lines_; // as many as there are slots
    std::map<std::string, Known> known_;
    std::map<std::string, std::unique_ptr<Running>> running_; // by name; dies first
};

} // namespace openclaw::egress
