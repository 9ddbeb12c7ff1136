#include "workers/discord/answer.h"
#include "workers/discord/bot_guard.h"
#include "workers/discord/buckets.h"
#include "workers/discord/invalid_requests.h"

#include <doctest/doctest.h>

#include <map>

using namespace openclaw;
using namespace openclaw::discord;
using namespace std::chrono_literals;

namespace {

const Route send_here = route_of("POST", "/channels/7001/messages");
const Route send_there = route_of("POST", "/channels/7002/messages");

RateFacts facts(std::int64_t remaining, Milliseconds reset_after = 1s, std::int64_t limit = 5) {
    return {.bucket = "abc", .limit = limit, .remaining = remaining, .reset_after = reset_after};
}

Answer judged(int status, const std::string& body,
              const std::map<std::string, std::string, std::less<>>& headers = {}) {
    return read_answer(status, body, [&headers](std::string_view name) {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string_view() : std::string_view(found->second);
    });
}

} // namespace

TEST_SUITE("workers/discord") {
    TEST_CASE("a route is its path without ids, and its channel, guild or webhook") {
        const auto edit = route_of("PATCH", "/channels/123456/messages/789012");
        CHECK(edit.shape == "PATCH /channels/:id/messages/:id");
        CHECK(edit.major == "channels/123456");
        CHECK(edit.is_global);
        CHECK(route_of("GET", "/channels/123456/messages?limit=50").shape ==
              "GET /channels/:id/messages");
        CHECK(
            route_of("PUT", "/channels/123456/messages/789012/reactions/%F0%9F%91%80/@me").shape ==
            "PUT /channels/:id/messages/:id/reactions/:name/@me");
        CHECK(route_of("GET", "/users/@me").major == "");
    }
    TEST_CASE("interactions and webhooks do not count against the bot's requests a second") {
        const auto callback = route_of("POST", "/interactions/123456/aToken/callback");
        CHECK(callback.shape == "POST /interactions/:id/:name/callback");
        CHECK_FALSE(callback.is_global);
        const auto followup = route_of("POST", "/webhooks/123456/aToken");
        CHECK(followup.major == "webhooks/123456/aToken");
        CHECK_FALSE(followup.is_global);
    }
    TEST_CASE("a route nobody knows lets one request through until its answer comes") {
        Buckets buckets;
        const Instant now{1h};
        CHECK(buckets.free_at(send_here, now) == now);
        buckets.leave(send_here, now);
        CHECK_FALSE(buckets.free_at(send_here, now).has_value());
        CHECK(buckets.free_at(send_there, now) == now); // another channel is another bucket
        buckets.settle(send_here, facts(4), now);
        CHECK(buckets.free_at(send_here, now) == now);
    }
    TEST_CASE("an answer without a bucket frees the route") {
        Buckets buckets;
        const Instant now{1h};
        buckets.leave(send_here, now);
        buckets.settle(send_here, {}, now);
        CHECK(buckets.free_at(send_here, now) == now);
    }
    TEST_CASE("a used-up bucket waits for its reset, and what is in flight counts") {
        Buckets buckets;
        const Instant now{1h};
        buckets.leave(send_here, now);
        buckets.settle(send_here, facts(2), now);
        buckets.leave(send_here, now);
        buckets.leave(send_here, now);
        CHECK(buckets.free_at(send_here, now) == now + 1s);
        buckets.settle(send_here, facts(1), now + 100ms);
        buckets.settle(send_here, facts(0, 900ms), now + 100ms);
        CHECK(buckets.free_at(send_here, now + 100ms) == now + 1s);
        CHECK(buckets.free_at(send_here, now + 2s) == now + 2s);
    }
    TEST_CASE("a bucket is shared by all routes the server gives its name") {
        Buckets buckets;
        const Instant now{1h};
        const auto edit = route_of("PATCH", "/channels/7001/messages/9999");
        buckets.leave(send_here, now);
        buckets.settle(send_here, facts(1), now);
        buckets.leave(edit, now);
        buckets.settle(edit, facts(0), now);
        CHECK(buckets.key_of(edit) == buckets.key_of(send_here));
        CHECK(buckets.free_at(send_here, now) == now + 1s);
    }
    TEST_CASE("a hundred requests at once never pass what the server grants") {
        Buckets buckets;
        Instant now{1h};
        std::int64_t remaining = 5;
        Instant reset = now + 1s;
        for (int sent = 0; sent < 100;) {
            const auto at = buckets.free_at(send_here, now);
            REQUIRE(at.has_value());
            now = std::max(now, *at);
            if (now >= reset) {
                remaining = 5;
                reset = now + 1s;
            }
            REQUIRE(remaining > 0); // the server would say 429
            buckets.leave(send_here, now);
            --remaining;
            buckets.settle(send_here,
                           facts(remaining, std::chrono::ceil<Milliseconds>(reset - now)), now);
            ++sent;
        }
    }
    TEST_CASE("the bot stays below fifty requests a second in all") {
        Buckets buckets;
        const Instant now{1h};
        for (std::size_t i = 0; i < Buckets::most_a_second; ++i)
            buckets.leave(route_of("GET", "/channels/" + std::to_string(10'000 + i)), now);
        CHECK(buckets.free_at(send_here, now) == now + 1s);
        CHECK(buckets.free_at(route_of("POST", "/interactions/123456/t/callback"), now) == now);
    }
    TEST_CASE("no interaction waits for the answer to another: each has three seconds") {
        Buckets buckets;
        buckets.leave(route_of("POST", "/interactions/123456/t/callback"), Instant{});
        CHECK_FALSE(buckets.free_at(route_of("POST", "/interactions/123456/t/callback"), {}));
        CHECK(buckets.free_at(route_of("POST", "/interactions/123457/u/callback"), {}) ==
              Instant{});
    }
    TEST_CASE("a 429 holds its channel even when it, or the next answer, names another bucket") {
        Buckets buckets;
        const auto here = route_of("POST", "/channels/7001/messages");
        const auto there = route_of("POST", "/channels/7002/messages");
        const Instant now{};
        const RateFacts usual{.bucket = "a", .limit = 5, .remaining = 4, .reset_after = 5s};
        buckets.leave(here, now);
        buckets.settle(here, usual, now);
        buckets.leave(here, now);
        buckets.refuse(here, {.retry_after = 2s}, now);
        buckets.settle(here, {.bucket = "b", .limit = 5, .remaining = 0, .reset_after = 2s}, now);
        buckets.leave(there, now);
        buckets.settle(there, usual, now);
        CHECK(buckets.free_at(there, now) == now);
        REQUIRE(buckets.free_at(here, now));
        CHECK(*buckets.free_at(here, now) >= now + 2s);
        CHECK(buckets.free_at(here, now + 3s) == now + 3s);
    }
    TEST_CASE("a 429 holds its bucket, a global one holds everything but interactions") {
        Buckets buckets;
        const Instant now{1h};
        buckets.refuse(send_here, {.retry_after = 2s}, now);
        CHECK(buckets.free_at(send_here, now) == now + 2050ms);
        CHECK(buckets.free_at(send_there, now) == now);
        buckets.refuse(send_here, {.retry_after = 3s, .is_global = true}, now);
        CHECK(buckets.free_at(send_there, now) == now + 3050ms);
        CHECK(buckets.free_at(route_of("POST", "/interactions/123456/t/callback"), now) == now);
    }
    TEST_CASE("what a 429 holds has a name, by which the next life holds it, too") {
        const Instant now{1h};
        const auto me = route_of("GET", "/users/@me");
        const auto held = [&](const Route& route, const RateRefusal& refusal) {
            Buckets next_life;
            next_life.hold(Buckets::held_name(route, refusal), now + 1h);
            return next_life;
        };
        CHECK(held(send_here, {.retry_after = 1h}).free_at(send_here, now) == now + 1h);
        CHECK(held(send_here, {.retry_after = 1h}).free_at(send_there, now) == now);
        CHECK(held(me, {.retry_after = 1h}).free_at(me, now) == now + 1h);
        const RateRefusal of_all{.retry_after = 1h, .is_global = true};
        CHECK(held(send_here, of_all).free_at(me, now) == now + 1h);
    }
    TEST_CASE("the next life hears of waits that are the account's or long, and of no path with a "
              "token") {
        const auto me = route_of("GET", "/users/@me");
        const auto followup = route_of("POST", "/webhooks/123456/aToken");
        CHECK(Buckets::is_worth_keeping(send_here, {.retry_after = 1s, .is_global = true}));
        CHECK(Buckets::is_worth_keeping(me, {.retry_after = 1s}));
        CHECK(Buckets::is_worth_keeping(send_here, {.retry_after = 10s}));
        CHECK_FALSE(Buckets::is_worth_keeping(send_here, {.retry_after = 9s}));
        CHECK_FALSE(Buckets::is_worth_keeping(followup, {.retry_after = 1h}));
    }
    TEST_CASE("buckets that rest are forgotten") {
        Buckets buckets;
        const Instant now{1h};
        buckets.leave(send_here, now);
        buckets.settle(send_here, facts(4), now);
        buckets.leave(send_there, now);
        buckets.sweep(now + 2s);
        CHECK(buckets.size() == 1);
    }
    TEST_CASE("refused requests are counted for ten minutes; what others used up does not count") {
        CHECK(InvalidRequests::counts(403, false));
        CHECK(InvalidRequests::counts(429, false));
        CHECK_FALSE(InvalidRequests::counts(429, true));
        CHECK_FALSE(InvalidRequests::counts(404, false));
        InvalidRequests invalid;
        Instant now{100h};
        int warnings = 0;
        for (int i = 0; i < 2000; ++i)
            warnings += invalid.add(now + std::chrono::milliseconds(i * 100)) ? 1 : 0;
        now += 200s;
        CHECK(warnings == 1);
        CHECK(invalid.is_essential_only(now));
        CHECK(invalid.count(now + 11min) == 0);
    }
    TEST_CASE(
        "the count of refused requests outlives the process, and forgets as that would have") {
        constexpr std::int64_t unix_ms = 1'795'000'000'000;
        const auto plus = [](Milliseconds by) { return unix_ms + by.count(); };
        InvalidRequests before;
        Instant now{100h};
        for (int i = 0; i < 1500; ++i)
            before.add(now);
        for (int i = 0; i < 600; ++i)
            before.add(now + 5min);
        const auto kept = before.text({now + 5min, plus(5min)});
        InvalidRequests next_life; // of another machine's age
        const Instant later{2h};
        next_life.take_over(kept, {later, plus(6min)});
        CHECK(next_life.count(later) == 2100);
        CHECK(next_life.is_essential_only(later));
        CHECK(next_life.count(later + 5min) == 600);
        CHECK(next_life.count(later + 10min) == 0);
        InvalidRequests much_later;
        much_later.take_over(kept, {later, plus(16min)});
        CHECK(much_later.count(later) == 0);
    }
    TEST_CASE("a moved clock and nonsense spoil no count of refused requests") {
        constexpr std::int64_t unix_ms = 1'795'000'000'000;
        constexpr std::int64_t day_ms = 24 * 3'600'000;
        InvalidRequests before;
        before.add(Instant{100h});
        const auto kept = before.text({Instant{100h}, unix_ms});
        InvalidRequests set_back;
        set_back.take_over(kept, {Instant{1h}, unix_ms - day_ms}); // a time of the future is now
        CHECK(set_back.count(Instant{1h}) == 1);
        CHECK(set_back.count(Instant{1h} + 11min) == 0);
        InvalidRequests set_forward;
        set_forward.take_over(kept, {Instant{1h}, unix_ms + day_ms});
        CHECK(set_forward.count(Instant{1h}) == 0);
        InvalidRequests young; // the machine has begun since
        young.take_over(kept, {Instant{30s}, unix_ms + 300'000});
        CHECK(young.count(Instant{30s}) == 1);
        for (const auto* text :
             {"", "x", ":", "1795000000:", "1795000000:-1", "9:9:9", "1795000000"}) {
            InvalidRequests none;
            none.take_over(text, {Instant{1h}, unix_ms});
            CHECK(none.count(Instant{1h}) == 0);
        }
    }
    TEST_CASE("every failure of the table has a word, and the codes mean what Discord says") {
        for (const auto& row : failure_rows())
            CHECK_FALSE(row.word.empty());
        CHECK(judged(401, R"({"code":0,"message":"401: Unauthorized"})").trouble == Trouble::auth);
        CHECK(judged(401, R"({"code":50027,"message":"Invalid Webhook Token"})").trouble ==
              Trouble::too_late);
        CHECK(judged(403, R"({"code":50007,"message":"x"})").trouble == Trouble::peer_gone);
        CHECK(judged(403, R"({"code":99,"message":"x"})").trouble == Trouble::rights);
        CHECK(judged(404, R"({"code":10008,"message":"x"})").trouble == Trouble::target_gone);
        CHECK(judged(400, R"({"code":50008,"message":"x"})").trouble == Trouble::is_forum);
        CHECK(judged(400, R"({"code":40060,"message":"x"})").trouble == Trouble::answered);
        CHECK(judged(418, "").trouble == Trouble::refused);
        CHECK(judged(502, "<html>").trouble == Trouble::server);
        CHECK(judged(200, "{").trouble == Trouble::server);
        CHECK(judged(204, "").ok());
    }
    TEST_CASE("a form error names its field, and an unknown reply target is told apart") {
        const auto form = judged(
            400,
            R"({"code":50035,"message":"Invalid Form Body","errors":{"content":{"_errors":[{"code":"BASE_TYPE_MAX_LENGTH","message":"Must be 2000 or fewer in length."}]}}})");
        CHECK(form.trouble == Trouble::form);
        CHECK(form.description == "Invalid Form Body (content: Must be 2000 or fewer in length.)");
        const auto reply = judged(
            400,
            R"({"code":50035,"message":"Invalid Form Body","errors":{"message_reference":{"_errors":[{"code":"REPLIES_UNKNOWN_MESSAGE","message":"Unknown message"}]}}})");
        CHECK(reply.trouble == Trouble::reply_gone);
        CHECK(reply.word() == "reply_gone");
    }
    TEST_CASE("a 429 says how long, for whom, and whether it is our fault") {
        const auto own = judged(429, R"({"message":"x","retry_after":1.25,"global":false})",
                                {{"x-ratelimit-scope", "user"}});
        CHECK(own.retry_after == 1250ms);
        CHECK_FALSE(own.is_global);
        const auto shared =
            judged(429, R"({"retry_after":2,"global":false})", {{"x-ratelimit-scope", "shared"}});
        CHECK(shared.is_shared);
        const auto all = judged(429, R"({"retry_after":2,"global":true})");
        CHECK(all.is_global);
        const auto banned = judged(429, "<html>banned</html>", {{"retry-after", "7"}});
        CHECK(banned.is_global);
        CHECK(banned.retry_after == 60s);
        const auto silly = judged(429, R"({"retry_after":-1})", {{"retry-after", "nan"}});
        CHECK(silly.retry_after == 5s);
    }
    TEST_CASE("rate headers are read, and nonsense in them is none") {
        std::map<std::string, std::string, std::less<>> headers = {
            {"x-ratelimit-bucket", "b"},
            {"x-ratelimit-limit", "5"},
            {"x-ratelimit-remaining", "3"},
            {"x-ratelimit-reset-after", "0.251"}};
        const auto read = [&] {
            return read_rate_facts([&](std::string_view name) -> std::string_view {
                const auto found = headers.find(name);
                return found == headers.end() ? std::string_view()
                                              : std::string_view(found->second);
            });
        };
        CHECK(read().limit == 5);
        CHECK(read().remaining == 3);
        CHECK(read().reset_after == 251ms);
        headers["x-ratelimit-reset-after"] = "soon";
        CHECK(read().reset_after == 1s);
        headers.erase("x-ratelimit-bucket");
        CHECK(read().bucket.empty());
    }
    TEST_CASE("two bots that answer each other are parted for a minute") {
        BotGuard guard;
        Instant now{1h};
        int heard = 0;
        for (int i = 0; i < 30; ++i) {
            now += 500ms;
            if (guard.hear("7", "99", now)) ++heard;
            guard.said("7", now);
        }
        CHECK(heard == 10);
        CHECK_FALSE(guard.hear("7", "99", now));
        CHECK(guard.hear("8", "99", now));
        CHECK(guard.hear("7", "99", now + 61s));
    }
    TEST_CASE("a bot that speaks now and then is always heard") {
        BotGuard guard;
        for (int i = 0; i < 100; ++i)
            CHECK(guard.hear("7", "99", Instant{1h} + i * 4s));
    }
}
