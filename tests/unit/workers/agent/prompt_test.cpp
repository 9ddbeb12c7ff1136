#include "workers/agent/prompt.h"

#include <doctest/doctest.h>

using namespace openclaw::agent;

namespace {

std::string told(const std::vector<PromptMessage>& prompt) {
    std::string line;
    for (const auto& message : prompt)
        line += message.role.substr(0, 1) + ":" +
                (message.text.size() > 8 ? std::to_string(message.text.size()) : message.text) +
                " ";
    return line;
}

const std::vector<PromptMessage> conversation{
    {"user", "1"}, {"assistant", "2"}, {"user", "3"}, {"assistant", "4"}};

} // namespace

TEST_SUITE("workers/agent") {
    TEST_CASE("a prompt is the system prompt, the conversation and the message, in this order") {
        CHECK(told(assemble_prompt("S", conversation, "5", 1000)) == "s:S u:1 a:2 u:3 a:4 u:5 ");
        CHECK(told(assemble_prompt("", {}, "5", 1000)) == "u:5 ");
    }

    TEST_CASE("a conversation that does not fit loses its oldest entries and still begins with the "
              "user") {
        // Fixed: 1 + 16 for the system prompt, 1 + 16 for the message; each entry costs 17.
        CHECK(told(assemble_prompt("S", conversation, "5", 34 + 4 * 17)) ==
              "s:S u:1 a:2 u:3 a:4 u:5 ");
        CHECK(told(assemble_prompt("S", conversation, "5", 34 + 4 * 17 - 1)) == "s:S u:3 a:4 u:5 ");
        CHECK(told(assemble_prompt("S", conversation, "5", 34 + 2 * 17)) == "s:S u:3 a:4 u:5 ");
        CHECK(told(assemble_prompt("S", conversation, "5", 34 + 17)) == "s:S u:5 ");
        CHECK(told(assemble_prompt("S", conversation, "5", 0)) == "s:S u:5 ");
    }

    TEST_CASE("a large entry hides what is older, so that no gap appears") {
        auto history = conversation;
        history[2].text = std::string(500, 'x');
        CHECK(told(assemble_prompt("", history, "5", 300)) == "u:5 ");
        CHECK(told(assemble_prompt("", history, "5", 700)) == "u:1 a:2 u:500 a:4 u:5 ");
    }

    TEST_CASE("the system prompt and the message are kept whole however long they are") {
        CHECK(told(assemble_prompt(std::string(900, 's'), conversation, std::string(900, 'm'),
                                   100)) == "s:900 u:900 ");
    }

    TEST_CASE("without a message the last entry of the user is the message") {
        auto history = conversation;
        history.push_back({"user", std::string(900, 'm')});
        CHECK(told(assemble_prompt("S", history, "", 100)) == "s:S u:900 ");
        CHECK(told(assemble_prompt("S", history, "", 10'000)) == "s:S u:1 a:2 u:3 a:4 u:900 ");
    }

    TEST_CASE("empty entries and unknown roles are left out") {
        CHECK(told(assemble_prompt("",
                                   {{"user", ""},
                                    {"toolResult", "x"},
                                    {"user", "1"},
                                    {"system", "x"},
                                    {"assistant", ""}},
                                   "2", 1000)) == "u:1 u:2 ");
    }

    TEST_CASE("the budget follows the model's window and leaves room for the answer") {
        CHECK(prompt_budget(0) == 256 * 1024);
        CHECK(prompt_budget(8'000) == 18'000);
        CHECK(prompt_budget(8'000) < 8'000 * 3);
    }
}
