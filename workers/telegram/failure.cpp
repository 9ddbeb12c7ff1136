#include "workers/telegram/failure.h"

#include "common/base/strings.h"

#include <array>

namespace openclaw::telegram {

namespace {

// TELEGRAM.md 7, 3.3 and 1.1; texts of tdlib/telegram-bot-api and tdlib/td. The last rows match
// anything.
constexpr auto rows = std::to_array<FailureRow>({
    {400, "message is not modified", Trouble::unchanged, "unchanged"},
    {400, "can't parse entities", Trouble::format, "format"},
    {400, "entity_bounds_invalid", Trouble::format, "format"},
    {400, "entities_too_long", Trouble::format, "format"},
    {400, "message is too long", Trouble::too_long, "too_long"},
    {400, "message_too_long", Trouble::too_long, "too_long"},
    {400, "caption is too long", Trouble::too_long, "too_long"},
    {400, "text is empty", Trouble::empty, "empty"},
    {400, "text must be non-empty", Trouble::empty, "empty"},
    {400, "message to edit not found", Trouble::target_gone, "gone"},
    {400, "message to delete not found", Trouble::target_gone, "gone"},
    {400, "message to react not found", Trouble::target_gone, "gone"},
    {400, "message can't be edited", Trouble::target_gone, "gone"},
    {400, "message can't be deleted", Trouble::target_gone, "gone"},
    {400, "message_id_invalid", Trouble::target_gone, "gone"},
    {400, "message to be replied not found", Trouble::reply_gone, "reply_gone"},
    {400, "replied message not found", Trouble::reply_gone, "reply_gone"},
    {400, "quote_text_invalid", Trouble::reply_gone, "reply_gone"},
    {400, "message thread not found", Trouble::thread_gone, "route_gone"},
    {400, "topic_closed", Trouble::thread_gone, "route_gone"},
    {400, "topic_deleted", Trouble::thread_gone, "route_gone"},
    {400, "topic_id_invalid", Trouble::thread_gone, "route_gone"},
    {400, "upgraded to a supergroup", Trouble::migrated, "migrated"},
    {400, "chat not found", Trouble::route_gone, "route_gone"},
    {400, "group chat was deactivated", Trouble::route_gone, "route_gone"},
    {403, "bot was kicked", Trouble::route_gone, "route_gone"},
    {403, "not a member", Trouble::route_gone, "route_gone"},
    {403, "chat was deleted", Trouble::route_gone, "route_gone"},
    {403, "blocked by the user", Trouble::peer_gone, "blocked"},
    {403, "user is deactivated", Trouble::peer_gone, "blocked"},
    {403, "can't initiate conversation", Trouble::peer_gone, "blocked"},
    {403, "can't send messages to", Trouble::peer_gone, "blocked"},
    {400, "not enough rights", Trouble::rights, "rights"},
    {400, "have no rights", Trouble::rights, "rights"},
    {400, "_forbidden", Trouble::rights, "rights"},
    {400, "wrong file", Trouble::media, "media"},
    {400, "file must be non-empty", Trouble::media, "media"},
    {400, "wrong type of the web page", Trouble::media, "media"},
    {400, "photo_invalid_dimensions", Trouble::media, "media"},
    {400, "button_", Trouble::markup, "markup"},
    {400, "reaction_invalid", Trouble::cosmetic, "cosmetic"},
    {400, "reactions_too_many", Trouble::cosmetic, "cosmetic"},
    {409, "webhook is active", Trouble::webhook, "conflict"},
    {409, "terminated by", Trouble::rival, "conflict"},
    {409, "", Trouble::server, "server"},
    {401, "", Trouble::auth, "auth"},
    {404, "", Trouble::auth, "auth"},
    {413, "", Trouble::media, "media"},
    {421, "", Trouble::misdirected, "auth"},
    {429, "", Trouble::rate, "rate"},
    {403, "", Trouble::rights, "rights"},
    {400, "", Trouble::refused, "refused"},
});

// TELEGRAM.md 3 and 7.
constexpr auto causes = std::to_array<CauseRow>({
    {Trouble::server, wire::CAUSE_TRANSIENT, "asks again, with growing pauses"},
    {Trouble::lost, wire::CAUSE_TRANSIENT, "asks again, with growing pauses, on a new connection"},
    {Trouble::not_sent, wire::CAUSE_TRANSIENT, "asks again, with growing pauses"},
    {Trouble::refused, wire::CAUSE_TRANSIENT, "asks again, with growing pauses"},
    {Trouble::rights, wire::CAUSE_TRANSIENT, "asks again, with growing pauses"},
    {Trouble::rate, wire::CAUSE_RATE, "waits as long as the server says, over its own death too"},
    {Trouble::rival, wire::CAUSE_CONFLICT, "clears the webhook and asks every half minute"},
    {Trouble::webhook, wire::CAUSE_CONFLICT, "clears the webhook and asks again"},
    {Trouble::auth, wire::CAUSE_NEEDS_OPERATOR, "leaves, and is not started before a change"},
    {Trouble::misdirected, wire::CAUSE_NEEDS_OPERATOR,
     "leaves, and is not started before a change"},
});

constexpr FailureRow server_row{0, "", Trouble::server, "server"};    // 5xx
constexpr FailureRow refused_row{0, "", Trouble::refused, "refused"}; // any other 3xx, 4xx

} // namespace

std::span<const FailureRow> failure_rows() {
    return rows;
}

std::span<const CauseRow> cause_rows() {
    return causes;
}

wire::Cause cause_of(Trouble trouble) {
    for (const auto& row : causes)
        if (row.trouble == trouble) return row.cause;
    return wire::CAUSE_UNSPECIFIED;
}

const FailureRow& failure_row(int status, std::string_view description) {
    const auto lower = to_lower(description);
    for (const auto& row : rows)
        if (row.status == status && lower.contains(row.part)) return row;
    return status >= 300 && status < 500 ? refused_row : server_row;
}

std::string_view word_for(Trouble trouble) {
    if (trouble == Trouble::lost || trouble == Trouble::not_sent) return "network";
    if (trouble == Trouble::server) return "server";
    for (const auto& row : rows)
        if (row.trouble == trouble) return row.word;
    return "ok";
}

} // namespace openclaw::telegram
