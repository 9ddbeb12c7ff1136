// ledger/recent_talk.h — the last words of the sessions that are being talked in, kept in memory.
//
// Every turn of a conversation needs the tail of its transcript. From the file that is a visit to
// the pool behind the batch in flight; from here it is a look into a map. Mirrors the table exactly
// or not at all: rows are added when their write is made, and a session whose write failed, or was
// a duplicate, is forgotten, so that the file is asked again.
// Bounded: the sessions that were not talked in for longest are forgotten first. Lives on the loop.
// Tests: tests/unit/supervisor/ledger/recent_talk_test.cpp.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <string>
#include <unordered_map>

namespace openclaw::ledger {

struct TranscriptRow;

// Of a transcript row what a prompt needs.
struct Said {
    std::string role, text;
    std::int64_t at_ms = 0;
    std::string idempotency_key;
};

class RecentTalk {
  public:
    // Of each session the newest rows: at most so many, with at most so much text together.
    static constexpr std::size_t max_rows = 200;
    static constexpr std::size_t max_text_bytes = 512 * 1024;

    // `max_bytes`: of all sessions together, what the rows take in memory.
    explicit RecentTalk(std::size_t max_bytes = 4u << 20)
        : max_bytes_(max_bytes) {}

    // The rows of this session, oldest first; null when they are not known. Valid until the next
    // change.
    const std::deque<Said>* find(const std::string& session_id);

    // A session id that was made just now: nothing has been said yet.
    void begin(const std::string& session_id);
    // The file is being asked for the tail of this session. The answer counts only with the number
    // that this returns, and only when nothing was added meanwhile.
    std::uint64_t expect(const std::string& session_id);
    void fill(const std::string& session_id, std::uint64_t expected, std::deque<Said> rows);

    void add(const std::string& session_id, const TranscriptRow& row);
    void forget(const std::string& session_id);

    std::size_t bytes() const { return bytes_; }

  private:
    struct Talk {
        std::deque<Said> rows;
        std::size_t text_bytes = 0;
        std::uint64_t expected = 0; // not 0: the file has not answered yet
        std::list<std::string>::iterator place;
    };

    Talk& make(const std::string& session_id);
    void push(Talk& talk, Said said);
    void keep_within_bounds();

    const std::size_t max_bytes_;
    std::size_t bytes_ = 0;
    std::uint64_t last_expected_ = 0;
    std::unordered_map<std::string, Talk> by_session_;
    std::list<std::string> order_; // talked in most recently first
};

} // namespace openclaw::ledger
