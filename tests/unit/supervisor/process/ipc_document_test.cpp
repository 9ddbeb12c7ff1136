// docs/ipc.md holds what is printed from the code: a table that is wrong there fails here.
#include "common/ipc/body_name.h"
#include "common/ipc/permits.h"
#include "supervisor/process/death_tally.h"
#include "supervisor/process/lifecycle.h"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

using namespace openclaw;
using namespace openclaw::ipc;

namespace {

const std::string& document() {
    static const std::string text = [] {
        std::ifstream file(std::string(OPENCLAW_SOURCE_DIR) + "/docs/ipc.md");
        std::stringstream whole;
        whole << file.rdbuf();
        return whole.str();
    }();
    return text;
}

std::string phases_of(std::uint8_t phases) {
    std::string text;
    for (const auto& [phase, word] :
         {std::pair{Phase::greeting, "greeting"}, std::pair{Phase::configuring, "configuring"},
          std::pair{Phase::serving, "serving"}, std::pair{Phase::draining, "draining"}})
        if ((phases & in(phase)) != 0) text += (text.empty() ? "" : ", ") + std::string(word);
    return text;
}

std::string print_permits(PermitTable permits) {
    std::string out = "| Body | Sent by | While | Times | Descriptors |\n|---|---|---|---|---|\n";
    for (const auto& permit : permits) {
        out += "| `" + std::string(body_name(permit.body)) + "` | ";
        out += permit.from == Side::worker ? "worker | " : "supervisor | ";
        out += phases_of(permit.phases) + " | " + (permit.once ? "once" : "many") + " | ";
        out +=
            permit.max_fds == 0 ? "none |\n" : "up to " + std::to_string(permit.max_fds) + " |\n";
    }
    return out;
}

void check_holds(const std::string& text) {
    CHECK_MESSAGE(document().find(text) != std::string::npos, "docs/ipc.md should hold:\n" << text);
}

} // namespace

TEST_SUITE("process/ipc_document") {
    TEST_CASE("the permit table of a channel is the one in the code") {
        check_holds(print_permits(channel_permits));
    }
    TEST_CASE("the permit table of the agent is the one in the code") {
        check_holds(print_permits(agent_permits));
    }
    TEST_CASE("the permit table of egress is the one in the code") {
        check_holds(print_permits(egress_permits));
    }
    TEST_CASE("the table of the life cycle is the one in the code") {
        check_holds(process::print_lifecycle());
    }
    TEST_CASE("every exit code of ours is explained as in the code") {
        for (const int code : {0, 1, 64, 70, 71, 78, 79})
            check_holds("- " + process::explain_exit({.code = code}) + "\n");
    }
}
