#include "supervisor/ledger/pairings.h"
#include "tests/unit/supervisor/ledger/scratch.h"

using namespace openclaw;
using namespace openclaw::ledger;

namespace {

PairingRequest asks(Fixture& it, const std::string& sender, const std::string& code,
                    const std::string& account = "default") {
    PairingRequest request;
    request.channel = "telegram";
    request.account = account;
    request.sender_id = sender;
    request.code = code;
    request.meta_json = R"({"name":")" + sender + "\"}";
    request.requested_at_ms = it.clock.unix_ms();
    request.expires_at_ms = it.clock.unix_ms() + 3'600'000;
    return request;
}

void ask(Fixture& it, PairingRequest request) {
    auto write = it.ledger->pairings.request(std::move(request));
    REQUIRE(write);
    REQUIRE(it.keep(*std::move(write)));
}

} // namespace

TEST_SUITE("supervisor/ledger") {
    TEST_CASE("a request waits, survives a restart and runs out") {
        Fixture it;
        ask(it, asks(it, "5001", "QWC6DQXA"));
        it.crash();
        const auto waiting = it.ledger->pairings.waiting("telegram", "default");
        REQUIRE(waiting.size() == 1);
        CHECK(waiting[0].sender_id == "5001");
        CHECK(waiting[0].code == "QWC6DQXA");
        CHECK(waiting[0].meta_json == R"({"name":"5001"})");
        CHECK(waiting[0].expires_at_ms == it.clock.unix_ms() + 3'600'000);
        CHECK(it.ledger->pairings.waiting_for("telegram", "default", "5001") != nullptr);
        it.clock.advance(std::chrono::hours(1));
        CHECK(it.ledger->pairings.waiting().empty());
        CHECK(it.ledger->pairings.waiting_for("telegram", "default", "5001") == nullptr);
        CHECK_FALSE(it.ledger->pairings.approve("telegram", "QWC6DQXA"));
        ask(it,
            asks(it, "5001",
                 "QWC6DQXA")); // the same sender and even the same code, once the first has run out
    }
    TEST_CASE("the fourth to wait for an account is refused, at once and not only after the sync") {
        Fixture it;
        auto& pairings = it.ledger->pairings;
        auto first = pairings.request(asks(it, "1", "AAAAAAAA"));
        auto second = pairings.request(asks(it, "2", "BBBBBBBB"));
        auto third = pairings.request(asks(it, "3", "CCCCCCCC"));
        REQUIRE((first && second && third));
        const auto fourth = pairings.request(asks(it, "4", "DDDDDDDD"));
        REQUIRE_FALSE(fourth);
        CHECK(fourth.error().code == Code::busy);
        CHECK(pairings.request(asks(it, "4", "DDDDDDDD", "second account")));
        REQUIRE(it.keep(*std::move(first), *std::move(second), *std::move(third)));
    }
    TEST_CASE("a sender waits once, and a code is given once") {
        Fixture it;
        ask(it, asks(it, "1", "AAAAAAAA"));
        CHECK(it.ledger->pairings.request(asks(it, "1", "BBBBBBBB")).error().code == Code::invalid);
        CHECK(it.ledger->pairings.request(asks(it, "2", "AAAAAAAA")).error().code == Code::invalid);
        CHECK(it.ledger->pairings.is_code_taken("aaaaaaaa"));
    }
    TEST_CASE("a request that could not be kept does not count") {
        Fixture it;
        auto write = it.ledger->pairings.request(asks(it, "1", "AAAAAAAA"));
        REQUIRE(write);
        Write bad{.apply = [](Database*) -> Result<void> { return fail(Code::internal, "no"); }};
        CHECK_FALSE(it.keep(*std::move(write), std::move(bad)));
        CHECK(it.ledger->pairings.waiting().empty());
    }
    TEST_CASE("an approval lets the sender in when it is on disk, not before") {
        Fixture it;
        ask(it, asks(it, "5001", "QWC6DQXA"));
        auto approval = it.ledger->pairings.approve("telegram", " qwc6dqxa ");
        REQUIRE(approval);
        CHECK(approval->who.sender_id == "5001");
        CHECK_FALSE(it.ledger->pairings.is_approved("telegram", "default", "5001"));
        REQUIRE(it.keep(std::move(approval->write)));
        CHECK(it.ledger->pairings.is_approved("telegram", "default", "5001"));
        CHECK_FALSE(it.ledger->pairings.is_approved("telegram", "second", "5001"));
        CHECK(it.ledger->pairings.waiting().empty());
        it.crash();
        CHECK(it.ledger->pairings.approved_ids("telegram", "default") ==
              std::vector<std::string>{"5001"});
        CHECK(it.ledger->pairings.approved("telegram").at(0).meta_json == R"({"name":"5001"})");
        CHECK(it.ledger->pairings.has_any_approved());
        CHECK(it.ledger->pairings.waiting().empty());
    }
    TEST_CASE("two approvals of one code at the same moment: one succeeds") {
        Fixture it;
        ask(it, asks(it, "5001", "QWC6DQXA"));
        auto first = it.ledger->pairings.approve("telegram", "QWC6DQXA");
        auto second = it.ledger->pairings.approve("telegram", "QWC6DQXA");
        REQUIRE(it.keep(std::move(first->write)));
        const auto late = it.keep(std::move(second->write));
        REQUIRE_FALSE(late);
        CHECK(late.error().code == Code::not_found);
    }
    TEST_CASE("a code works for its own channel only") {
        Fixture it;
        ask(it, asks(it, "5001", "QWC6DQXA"));
        CHECK(it.ledger->pairings.approve("discord", "QWC6DQXA").error().code == Code::not_found);
        CHECK(it.ledger->pairings.approve("telegram", "XXXXXXXX").error().code == Code::not_found);
    }
    TEST_CASE("a rejected request is gone, and its sender may ask again") {
        Fixture it;
        ask(it, asks(it, "5001", "QWC6DQXA"));
        REQUIRE(it.keep(it.ledger->pairings.reject("telegram", "QWC6DQXA").value()));
        CHECK(it.ledger->pairings.waiting().empty());
        ask(it, asks(it, "5001", "NEWCODE2"));
    }
    TEST_CASE("a sender can be let in without a code, and out again") {
        Fixture it;
        ApprovedSender sender;
        sender.channel = "telegram";
        sender.account = "default";
        sender.sender_id = "7";
        REQUIRE(it.keep(it.ledger->pairings.allow(sender)));
        it.reopen();
        CHECK(it.ledger->pairings.is_approved("telegram", "default", "7"));
        REQUIRE(it.keep(it.ledger->pairings.revoke("telegram", "default", "7")));
        CHECK_FALSE(it.ledger->pairings.is_approved("telegram", "default", "7"));
        it.reopen();
        CHECK_FALSE(it.ledger->pairings.has_any_approved());
    }
    TEST_CASE("requests are listed oldest first, by channel and account when asked") {
        Fixture it;
        ask(it, asks(it, "9", "AAAAAAAA"));
        it.clock.advance(Milliseconds(1));
        ask(it, asks(it, "1", "BBBBBBBB"));
        ask(it, asks(it, "2", "CCCCCCCC", "second"));
        CHECK(it.ledger->pairings.waiting().size() == 3);
        const auto waiting = it.ledger->pairings.waiting("telegram", "default");
        REQUIRE(waiting.size() == 2);
        CHECK(waiting[0].sender_id == "9");
        CHECK(it.ledger->pairings.waiting("discord").empty());
    }
}
