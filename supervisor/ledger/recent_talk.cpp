#include "supervisor/ledger/recent_talk.h"

#include "supervisor/ledger/transcripts.h"

#include <utility>

namespace openclaw::ledger {

namespace {

constexpr std::size_t session_bytes = 256; // of a session without rows: its entry and its id, twice

std::size_t cost(const Said& said) {
    return sizeof(Said) + said.text.size() + said.idempotency_key.size();
}

} // namespace

const std::deque<Said>* RecentTalk::find(const std::string& session_id) {
    const auto found = by_session_.find(session_id);
    if (found == by_session_.end() || found->second.expected != 0) return nullptr;
    order_.splice(order_.begin(), order_, found->second.place);
    return &found->second.rows;
}

void RecentTalk::begin(const std::string& session_id) {
    forget(session_id);
    make(session_id);
    keep_within_bounds();
}

std::uint64_t RecentTalk::expect(const std::string& session_id) {
    if (by_session_.contains(session_id)) return 0; // known, or asked for already
    return make(session_id).expected = ++last_expected_;
}

void RecentTalk::fill(const std::string& session_id, std::uint64_t expected,
                      std::deque<Said> rows) {
    const auto found = by_session_.find(session_id);
    if (expected == 0 || found == by_session_.end() || found->second.expected != expected) return;
    found->second.expected = 0;
    for (auto& said : rows)
        push(found->second, std::move(said));
    keep_within_bounds();
}

void RecentTalk::add(const std::string& session_id, const TranscriptRow& row) {
    const auto found = by_session_.find(session_id);
    if (found == by_session_.end()) return;
    if (found->second.expected != 0) return forget(session_id); // the answer may or may not have it
    push(found->second, {.role = row.role,
                         .text = row.text,
                         .at_ms = row.at_ms,
                         .idempotency_key = row.idempotency_key});
    keep_within_bounds();
}

void RecentTalk::forget(const std::string& session_id) {
    const auto found = by_session_.find(session_id);
    if (found == by_session_.end()) return;
    bytes_ -= session_bytes;
    for (const auto& said : found->second.rows)
        bytes_ -= cost(said);
    order_.erase(found->second.place);
    by_session_.erase(found);
}

RecentTalk::Talk& RecentTalk::make(const std::string& session_id) {
    auto& talk = by_session_[session_id];
    talk.place = order_.insert(order_.begin(), session_id);
    bytes_ += session_bytes;
    return talk;
}

void RecentTalk::push(Talk& talk, Said said) {
    bytes_ += cost(said);
    talk.text_bytes += said.text.size();
    talk.rows.push_back(std::move(said));
    while (talk.rows.size() > max_rows || talk.text_bytes > max_text_bytes) {
        bytes_ -= cost(talk.rows.front());
        talk.text_bytes -= talk.rows.front().text.size();
        talk.rows.pop_front();
    }
}

void RecentTalk::keep_within_bounds() {
    while (bytes_ > max_bytes_ && !order_.empty())
        forget(std::string(order_.back())); // a copy: the place goes with the session
}

} // namespace openclaw::ledger
