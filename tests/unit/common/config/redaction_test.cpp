#include "common/config/redaction.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::config;

TEST_SUITE("common/config") {
    TEST_CASE("names that end like a secret are secret, counters and paths are not") {
        for (const char* name : {"token", "botToken", "apiKey", "OPENAI_API_KEY", "password",
                                 "webhookSecret", "Authorization", "x-api-key"})
            CHECK_MESSAGE(is_secret_name(name), name);
        for (const char* name :
             {"maxTokens", "tokenFile", "keyPath", "contextTokens", "secrets", "tokens"})
            CHECK_MESSAGE(!is_secret_name(name), name);
    }
    TEST_CASE("secrets are replaced wherever they stand, references stay") {
        const auto shown =
            redacted_json(parse("{gateway:{auth:{token:'t',mode:'token'}},models:{providers:{p:{"
                                "apiKey:'${K}',headers:{'X-Any':'h'}}}},"
                                "hooks:{token:5},channels:{telegram:{botToken:{source:'env',id:'T'}"
                                ",proxy:'socks5://me:pw@host:1/x',accounts:{a:{botToken:''}}}}}")
                              ->root);
        CHECK(
            shown ==
            R"({"gateway":{"auth":{"token":"__OPENCLAW_REDACTED__","mode":"token"}},"models":{"providers":{"p":{"apiKey":"${K}","headers":{"X-Any":"__OPENCLAW_REDACTED__"}}}},)"
            R"("hooks":{"token":"__OPENCLAW_REDACTED__"},"channels":{"telegram":{"botToken":{"source":"env","id":"T"},"proxy":"socks5://__OPENCLAW_REDACTED__@host:1/x","accounts":{"a":{"botToken":""}}}}})");
        CHECK(redacted_json(Node{}) == "{}");
    }
    TEST_CASE("the text keeps its comments and loses its secrets") {
        CHECK(redacted_text("{ // keep\n  token: 'sec\\'ret', n: 1, }\n") ==
              "{ // keep\n  token: \"__OPENCLAW_REDACTED__\", n: 1, }\n");
        CHECK(redacted_text("{token:'x") == redacted);
        CHECK(redacted_text("{a:1}") == "{a:1}");
    }
    TEST_CASE("a single value is shown without its secrets") {
        const Node root = parse("{gateway:{auth:{token:'t'},port:1}}")->root;
        CHECK(redacted_value(root, "gateway.port").value() == "1");
        CHECK(redacted_value(root, "gateway.auth.token").value() == "\"__OPENCLAW_REDACTED__\"");
        CHECK(redacted_value(root, "gateway.bind").error().code == Code::not_found);
        CHECK(redacted_value(root, "..").error().code == Code::invalid);
    }
}
