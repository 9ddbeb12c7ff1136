#include "workers/agent/settings.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::agent;
using namespace std::chrono_literals;

TEST_SUITE("workers/agent") {
    TEST_CASE("a provider is read with its key from the secrets") {
        const auto settings = read_settings(
            R"({"providers":{"acme":{"baseUrl":"https://api.acme.example/v1/","api":"openai-completions","headers":{"X-A":"b"},)"
            R"("timeoutSeconds":90,"models":[{"id":"large","contextWindow":32000},{"id":"small"}]}}})",
            {{"provider:acme:apiKey", Secret("key")}, {"provider:other:apiKey", Secret("no")}});
        REQUIRE(settings);
        const auto* acme = settings->find("acme");
        REQUIRE(acme != nullptr);
        CHECK(acme->base_url == "https://api.acme.example/v1");
        CHECK(acme->api_key.reveal() == "key");
        CHECK(acme->sends_key);
        CHECK(acme->timeout == 90s);
        CHECK(acme->headers.size() == 1);
        CHECK(acme->find_model("large")->context_window == 32000);
        CHECK(acme->find_model("small")->context_window == 0);
        CHECK(acme->find_model("none") == nullptr);
        CHECK(acme->problem.empty());
        CHECK(settings->find("other") == nullptr);
    }

    TEST_CASE("a provider that cannot be used says why and leaves the others alone") {
        const auto settings = read_settings(
            R"({"providers":{"a":{"baseUrl":"https://x.example","api":"anthropic-messages"},"b":{"baseUrl":"x.example"},"c":{},)"
            R"("d":{"baseUrl":"http://127.0.0.1:1"}}})",
            {});
        REQUIRE(settings);
        CHECK(settings->find("a")->problem.find(
                  "models.providers.a.api is \"anthropic-messages\"") == 0);
        CHECK(settings->find("b")->problem.find("models.providers.b.baseUrl") == 0);
        CHECK_FALSE(settings->find("c")->problem.empty());
        CHECK(settings->find("d")->problem.empty());
    }

    TEST_CASE("no providers are settings too; no JSON object is none") {
        CHECK(read_settings("{}", {})->providers.empty());
        CHECK(read_settings(R"({"providers":7})", {})->providers.empty());
        CHECK_FALSE(read_settings("", {}));
        CHECK_FALSE(read_settings("[]", {}));
    }
}
