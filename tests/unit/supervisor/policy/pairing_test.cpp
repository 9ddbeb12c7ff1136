#include "common/base/strings.h"
#include "supervisor/policy/pairing.h"
#include "tests/unit/supervisor/policy/scene.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace openclaw;
using namespace openclaw::policy;

namespace {

constexpr std::int64_t hour = 3'600'000;
constexpr std::int64_t now = 1'795'000'000'000;

} // namespace

TEST_SUITE("supervisor/policy") {
    TEST_CASE("codes have eight clear characters and do not repeat") {
        std::set<std::string> codes;
        for (int i = 0; i < 5'000; ++i) {
            const std::string code = make_pairing_code(random_below);
            CHECK(code.size() == 8);
            CHECK(std::ranges::all_of(code, [](char c) { return pairing_alphabet.contains(c); }));
            codes.insert(code);
        }
        CHECK(codes.size() == 5'000);
        for (const char c : {'0', 'O', '1', 'I'})
            CHECK_FALSE(pairing_alphabet.contains(c));
    }
    TEST_CASE("a stranger gets a code once, and again after an hour") {
        CHECK(begin_pairing("5", {}, now, random_below).code);
        const WaitingPairing waiting[] = {{"5", "AAAAAAAA", now - hour + 1}};
        CHECK(begin_pairing("5", waiting, now, random_below).silence == "already_waiting");
        const WaitingPairing expired[] = {{"5", "AAAAAAAA", now - hour}};
        CHECK(begin_pairing("5", expired, now, random_below).code);
    }
    TEST_CASE("the fourth stranger hears nothing until one of three has gone") {
        WaitingPairing waiting[] = {{"1", "A", now}, {"2", "B", now}, {"3", "C", now}};
        CHECK_FALSE(begin_pairing("4", waiting, now, random_below).code);
        CHECK(begin_pairing("4", waiting, now, random_below).silence == "too_many_waiting");
        waiting[0].requested_at_ms = now - hour;
        CHECK(begin_pairing("4", waiting, now, random_below).code);
    }
    TEST_CASE("a code that is taken is made anew") {
        int calls = 0;
        const RandomBelow first_twice = [&](std::uint64_t) { return calls++ < 8 ? 0u : 1u; };
        const WaitingPairing waiting[] = {{"1", "AAAAAAAA", now}};
        CHECK(begin_pairing("2", waiting, now, first_twice).code == "BBBBBBBB");
    }
    TEST_CASE("a typed code is read in any case, with spaces and dashes") {
        CHECK(read_pairing_code(" qwc6-dqxa ") == "QWC6DQXA");
        for (const char* bad : {"", "QWC6DQX", "QWC6DQXAA", "QWC6DQX0", "QWC6DQXÄ", "../../.."})
            CHECK_MESSAGE(!read_pairing_code(bad), bad);
    }
    TEST_CASE("the message holds the id, the code and the command that approves it") {
        auto facts = direct("5001");
        const std::string message = pairing_message(facts, "Telegram", "QWC6DQXA");
        CHECK(message.contains("Your Telegram user id: 5001\n"));
        CHECK(message.contains("Pairing code:\n\n```\nQWC6DQXA\n```"));
        CHECK(message.contains("```\nopenclaw pairing approve telegram QWC6DQXA\n```"));
        facts.account = "alerts";
        CHECK(
            pairing_message(facts, "Telegram", "QWC6DQXA").contains("QWC6DQXA --account alerts\n"));
    }
}
