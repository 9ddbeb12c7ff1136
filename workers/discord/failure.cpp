#include "workers/discord/failure.h"

#include <algorithm>
#include <array>

namespace openclaw::discord {

namespace {

// Codes: Discord API reference, "JSON Error Codes".
constexpr auto failure_table = std::to_array<FailureRow>({
    {401, 50027, Trouble::too_late, "interaction_over"}, // its token, not ours
    {401, 0, Trouble::auth, "auth_failed", wire::CAUSE_NEEDS_OPERATOR},
    {403, 50001, Trouble::route_gone, "no_access"},
    {403, 50013, Trouble::rights, "no_permission"},
    {403, 50007, Trouble::peer_gone, "blocked"},
    {403, 20028, Trouble::rate, "rate", wire::CAUSE_RATE},
    {403, 40003, Trouble::rate, "rate", wire::CAUSE_RATE},
    {0, 30046, Trouble::rate, "rate", wire::CAUSE_RATE},
    {403, 50005, Trouble::foreign, "not_ours"},
    {403, 160005, Trouble::locked, "thread_locked"},
    {403, 40333, Trouble::refused, "front_door"},
    {0, 40067, Trouble::refused, "tag_required"},
    {403, 0, Trouble::rights, "forbidden"},
    {404, 10003, Trouble::route_gone, "route_gone"},
    {404, 10004, Trouble::route_gone, "route_gone"},
    {404, 10008, Trouble::target_gone, "message_gone"},
    {404, 10013, Trouble::peer_gone, "user_gone"},
    {404, 10015, Trouble::too_late, "interaction_over"},
    {404, 10062, Trouble::too_late, "interaction_over"},
    {404, 50027, Trouble::too_late, "interaction_over"},
    {404, 0, Trouble::target_gone, "not_found"},
    {400, 50006, Trouble::empty, "empty"},
    {400, 50008, Trouble::is_forum, "forum"},
    {400, 50024, Trouble::is_forum, "forum"},
    {400, 50083, Trouble::archived, "thread_archived"},
    {400, 40060, Trouble::answered, "answered"},
    {400, 40062, Trouble::rate, "rate", wire::CAUSE_RATE},
    {400, 50035, Trouble::form, "bad_form"},
    {413, 0, Trouble::too_large, "too_large"},
    {0, 40005, Trouble::too_large, "too_large"},
    {429, 0, Trouble::rate, "rate", wire::CAUSE_RATE},
    {0, 0, Trouble::refused, "refused"},
});

struct Word {
    Trouble trouble;
    std::string_view word;
};

constexpr auto own_words = std::to_array<Word>({
    {Trouble::reply_gone, "reply_gone"},
    {Trouble::server, "server"},
    {Trouble::lost, "lost"},
    {Trouble::not_sent, "network"},
    {Trouble::dropped, "dropped"},
    {Trouble::none, "ok"},
});

constexpr FailureRow server_failed{0, 0, Trouble::server, "server"};

} // namespace

std::span<const FailureRow> failure_rows() {
    return failure_table;
}

const FailureRow& failure_row(int status, std::int64_t code) {
    if (status >= 500) return server_failed;
    return *std::ranges::find_if(failure_table, [&](const FailureRow& row) {
        return (row.status == 0 || row.status == status) && (row.code == 0 || row.code == code);
    });
}

wire::Cause cause_for(Trouble trouble) {
    const auto* row = std::ranges::find(failure_table, trouble, &FailureRow::trouble);
    return row == failure_table.end() ? wire::CAUSE_TRANSIENT : row->cause;
}

std::string_view word_for(Trouble trouble) {
    const auto* own = std::ranges::find(own_words, trouble, &Word::trouble);
    if (own != own_words.end()) return own->word;
    return std::ranges::find(failure_table, trouble, &FailureRow::trouble)->word;
}

} // namespace openclaw::discord
