#include "supervisor/http/tools.h"
#include "tests/unit/supervisor/http/read.h"

using namespace openclaw;
using namespace openclaw::http;
using test::json_of;

namespace {

std::string params_of(std::string_view tool, std::string_view body) {
    const auto request = read_tool_request(tool, json_of(body).root(), "agent:main:main");
    return request ? request->params_json : "no such tool";
}

} // namespace

TEST_SUITE("supervisor/http") {
    TEST_CASE("a tool hands on the arguments its method knows, and no others") {
        CHECK(params_of("sessions_list", R"({"args":{"limit":3,"kinds":["x"],"search":"a"}})") ==
              R"({"limit":3,"search":"a"})");
        CHECK(params_of("agents_list", R"({"args":{"limit":3}})") == "{}");
    }

    TEST_CASE("a tool about a session means the named one, else the main one") {
        CHECK(params_of("session_status", "{}") == R"({"key":"agent:main:main"})");
        CHECK(params_of("session_status", R"({"sessionKey":"main"})") ==
              R"({"key":"agent:main:main"})");
        CHECK(params_of("session_status", R"({"sessionKey":"agent:b:main"})") ==
              R"({"key":"agent:b:main"})");
        CHECK(params_of("sessions_history",
                        R"({"sessionKey":"a","args":{"sessionKey":"agent:b:x","limit":2}})") ==
              R"({"sessionKey":"agent:b:x","limit":2})");
    }

    TEST_CASE("arguments that are no object are none, as in the original") {
        CHECK(params_of("sessions_list", R"({"args":"limit"})") == "{}");
    }

    TEST_CASE("what is not in the table is no tool") {
        for (const std::string_view name :
             {"exec", "spawn", "sessions_send", "cron", "", "SESSIONS_LIST"})
            CHECK(params_of(name, "{}") == "no such tool");
    }
}
