#include "cli/view/reply.h"
#include "tests/unit/cli/view/canned.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::cli;

TEST_SUITE("cli/view") {
    TEST_CASE("a growing reply prints only what is new") {
        GrowingReply reply;
        CHECK(reply.grow("Hel") == "Hel");
        CHECK(reply.grow("Hello") == "lo");
        CHECK(reply.grow("Hello").empty());
        CHECK(reply.grow("Hel").empty()); // an older event came late
        CHECK(reply.finish("Hello there") == " there\n");
    }
    TEST_CASE("a replaced reply begins again on its own line") {
        GrowingReply reply;
        reply.grow("Searching…");
        CHECK(reply.grow("The answer") == "\nThe answer");
    }
    TEST_CASE("a reply that never streamed is printed whole, one with a newline gets no second") {
        CHECK(GrowingReply().finish("All at once") == "All at once\n");
        CHECK(GrowingReply().finish("Line\n") == "Line\n");
        CHECK(GrowingReply().finish("").empty());
    }
    TEST_CASE("both event families carry the text so far, for their own run only") {
        const auto chat = canned::parse(
            R"({"runId":"r","state":"delta","message":{"content":[{"type":"text","text":"Hi"},{"type":"image"}]}})");
        const auto agent = canned::parse(
            R"({"runId":"r","stream":"assistant","data":{"text":"Hi the","delta":" the"}})");
        CHECK(text_so_far("chat", chat.root(), "r") == "Hi");
        CHECK(text_so_far("agent", agent.root(), "r") == "Hi the");
        CHECK(text_so_far("agent", agent.root(), "other").empty());
        CHECK(text_so_far("tick", chat.root(), "r").empty());
    }
    TEST_CASE("the outcome's texts stand one below the other") {
        CHECK(final_text(
                  canned::parse(
                      R"({"result":{"payloads":[{"text":"One","mediaUrl":null},{"text":"Two"}]}})")
                      .root()) == "One\n\nTwo");
        CHECK(final_text(json::View()).empty());
    }
}
