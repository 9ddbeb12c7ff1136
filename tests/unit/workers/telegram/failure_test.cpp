#include "workers/telegram/answer.h"

#include <doctest/doctest.h>

#include <array>

using namespace openclaw;
using namespace openclaw::telegram;

namespace {

struct Case {
    int status;
    const char* description;
    Trouble trouble;
    const char* word;
};

// TELEGRAM.md 7, row by row, in the server's own words.
constexpr auto cases = std::to_array<Case>({
    {400, "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 0",
     Trouble::format, "format"},
    {400, "Bad Request: message is too long", Trouble::too_long, "too_long"},
    {400, "Bad Request: MESSAGE_TOO_LONG", Trouble::too_long, "too_long"},
    {400, "Bad Request: message text is empty", Trouble::empty, "empty"},
    {400,
     "Bad Request: message is not modified: specified new message content and reply markup are "
     "exactly the same",
     Trouble::unchanged, "unchanged"},
    {400, "Bad Request: message to edit not found", Trouble::target_gone, "gone"},
    {400, "Bad Request: message to delete not found", Trouble::target_gone, "gone"},
    {400, "Bad Request: message to be replied not found", Trouble::reply_gone, "reply_gone"},
    {400, "Bad Request: QUOTE_TEXT_INVALID", Trouble::reply_gone, "reply_gone"},
    {400, "Bad Request: message thread not found", Trouble::thread_gone, "route_gone"},
    {400, "Bad Request: TOPIC_CLOSED", Trouble::thread_gone, "route_gone"},
    {400, "Bad Request: chat not found", Trouble::route_gone, "route_gone"},
    {403, "Forbidden: bot was kicked from the supergroup chat", Trouble::route_gone, "route_gone"},
    {403, "Forbidden: bot is not a member of the channel chat", Trouble::route_gone, "route_gone"},
    {403, "Forbidden: the group chat was deleted", Trouble::route_gone, "route_gone"},
    {403, "Forbidden: bot was blocked by the user", Trouble::peer_gone, "blocked"},
    {403, "Forbidden: user is deactivated", Trouble::peer_gone, "blocked"},
    {403, "Forbidden: bot can't initiate conversation with a user", Trouble::peer_gone, "blocked"},
    {400, "Bad Request: group chat was upgraded to a supergroup chat", Trouble::migrated,
     "migrated"},
    {400, "Bad Request: not enough rights to send text messages to the chat", Trouble::rights,
     "rights"},
    {400, "Bad Request: CHAT_WRITE_FORBIDDEN", Trouble::rights, "rights"},
    {400, "Bad Request: file must be non-empty", Trouble::media, "media"},
    {400, "Bad Request: BUTTON_DATA_INVALID", Trouble::markup, "markup"},
    {400, "Bad Request: REACTION_INVALID", Trouble::cosmetic, "cosmetic"},
    {400, "Bad Request: something nobody has seen", Trouble::refused, "refused"},
    {401, "Unauthorized", Trouble::auth, "auth"},
    {404, "Not Found", Trouble::auth, "auth"},
    {409,
     "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete "
     "the webhook first",
     Trouble::webhook, "conflict"},
    {409,
     "Conflict: terminated by other getUpdates request; make sure that only one bot instance is "
     "running",
     Trouble::rival, "conflict"},
    {409, "Conflict: another", Trouble::server, "server"},
    {413, "Request Entity Too Large", Trouble::media, "media"},
    {421, "Misdirected Request", Trouble::misdirected, "auth"},
    {429, "Too Many Requests: retry after 7", Trouble::rate, "rate"},
    {500, "Internal Server Error: restart", Trouble::server, "server"},
    {502, "Bad Gateway", Trouble::server, "server"},
    {418, "I'm a teapot", Trouble::refused, "refused"},
});

Answer error(int code, const std::string& description, const std::string& parameters = "{}") {
    json::Document::parse("{}");
    std::string quoted = description;
    for (auto at = quoted.find('"'); at != std::string::npos; at = quoted.find('"', at + 2))
        quoted.insert(at, "\\");
    return read_answer(code,
                       R"({"ok":false,"error_code":)" + std::to_string(code) +
                           R"(,"description":")" + quoted + R"(","parameters":)" + parameters + "}",
                       std::nullopt);
}

} // namespace

TEST_SUITE("workers/telegram") {
    TEST_CASE("every refusal of the Bot API has its meaning") {
        for (const auto& one : cases) {
            CAPTURE(one.description);
            const auto answer = error(one.status, one.description);
            CHECK(answer.trouble == one.trouble);
            CHECK(answer.word() == one.word);
            CHECK(answer.description == one.description);
        }
    }
    TEST_CASE("retry_after is taken from the body, else from the header") {
        CHECK(error(429, "Too Many Requests", R"({"retry_after":7})").retry_after ==
              Milliseconds(7000));
        CHECK(read_answer(429, "<html>", Milliseconds(3000)).retry_after == Milliseconds(3000));
    }
    TEST_CASE("retry_after is a second at least and a day at most") {
        CHECK(error(429, "Too Many Requests", R"({"retry_after":0})").retry_after ==
              Milliseconds(1000));
        CHECK(
            error(429, "Too Many Requests", R"({"retry_after":9223372036854775807})").retry_after ==
            std::chrono::hours(24));
    }
    TEST_CASE("a migration names the new chat") {
        CHECK(error(400, "Bad Request: group chat was upgraded to a supergroup chat",
                    R"({"migrate_to_chat_id":-1001234567890})")
                  .migrated_to == "-1001234567890");
    }
    TEST_CASE("an answer that is no Bot API answer is judged by its status") {
        CHECK(read_answer(502, "<html>Bad Gateway</html>", std::nullopt).trouble ==
              Trouble::server);
        CHECK(read_answer(403, "<html>", std::nullopt).trouble == Trouble::rights);
        for (const int status : {401, 404, 421}) // of a proxy whose server is away: it passes
            CHECK(read_answer(status, "<html>", std::nullopt).trouble == Trouble::server);
        CHECK(read_answer(200, R"({"ok":true,"result":)", std::nullopt).trouble == Trouble::lost);
        CHECK(read_answer(200, "[]", std::nullopt).trouble == Trouble::lost);
    }
    TEST_CASE("only what the server may have done is ambiguous") {
        for (const auto trouble :
             {Trouble::server, Trouble::lost, Trouble::rival, Trouble::webhook})
            CHECK(is_ambiguous(trouble));
        for (const auto trouble :
             {Trouble::none, Trouble::not_sent, Trouble::rate, Trouble::format, Trouble::auth})
            CHECK_FALSE(is_ambiguous(trouble));
    }
    TEST_CASE("a token in a server's words does not reach our logs") {
        const auto answer = no_answer(
            "cannot reach "
            "https://api.telegram.org/bot123456789:AAFabcdefghijklmnopqrstuvwxyz012345/getMe",
            false);
        CHECK_FALSE(answer.description.contains("abcdefghijklmnop"));
    }
    TEST_CASE("every trouble a call for the account can have has a cause, and no other has") {
        const auto account_troubles = {Trouble::auth,  Trouble::misdirected, Trouble::webhook,
                                       Trouble::rival, Trouble::rate,        Trouble::server,
                                       Trouble::lost,  Trouble::not_sent,    Trouble::refused,
                                       Trouble::rights};
        for (const auto trouble : account_troubles)
            CHECK(cause_of(trouble) != wire::CAUSE_UNSPECIFIED);
        CHECK(cause_rows().size() == account_troubles.size());
        for (const auto trouble : {Trouble::none, Trouble::format, Trouble::peer_gone})
            CHECK(cause_of(trouble) == wire::CAUSE_UNSPECIFIED);
        CHECK(read_answer(429, R"({"ok":false,"error_code":429,"description":"Too Many"})", {})
                  .cause() == wire::CAUSE_RATE);
    }
}
