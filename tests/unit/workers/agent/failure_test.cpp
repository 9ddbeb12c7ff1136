#include "workers/agent/failure.h"
#include "workers/agent/retry.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::agent;
using namespace std::chrono_literals;

namespace {

RunFailure refused(int status, std::string code = {}, std::string message = {}) {
    return refused_by_provider(
        "acme/large", status, {.message = std::move(message), .code = std::move(code), .status = 0},
        std::nullopt);
}

net::HttpFailure http_failure(Code code, bool retryable, bool sent) {
    net::HttpFailure failure;
    failure.error.code = code;
    failure.error.sentence = "cannot connect to api.acme.example: Connection refused";
    failure.error.retryable = retryable;
    failure.request_sent = sent;
    return failure;
}

RunFailure retryable(std::optional<Milliseconds> retry_after = std::nullopt) {
    auto failure = refused(500);
    failure.retry_after = retry_after;
    return failure;
}

} // namespace

TEST_SUITE("workers/agent") {
    TEST_CASE(
        "each status of a provider has its kind, its sentence and its verdict about trying again") {
        struct Row {
            int status;
            std::string code;
            std::string_view kind;
            bool retryable;
        };

        for (const auto& row :
             std::vector<Row>{{400, "", kind::config, false},
                              {400, "context_length_exceeded", kind::context, false},
                              {401, "", kind::auth, false},
                              {402, "", kind::quota, false},
                              {403, "", kind::auth, false},
                              {404, "", kind::config, false},
                              {408, "", kind::server, true},
                              {413, "", kind::context, false},
                              {422, "", kind::config, false},
                              {429, "", kind::rate, true},
                              {429, "insufficient_quota", kind::quota, false},
                              {500, "", kind::server, true},
                              {502, "", kind::server, true},
                              {503, "", kind::server, true},
                              {529, "", kind::rate, true}}) {
            CAPTURE(row.status);
            const auto failure = refused(row.status, row.code);
            CHECK(failure.kind == row.kind);
            CHECK(failure.retryable == row.retryable);
            CHECK(failure.sentence.starts_with("⚠️ acme/large "));
            CHECK(failure.sentence.find("(HTTP " + std::to_string(row.status) + ")") !=
                  std::string::npos);
            CHECK(failure.sentence.ends_with("."));
        }
        CHECK(refused(400, "", "This model's maximum context length is 8192 tokens").kind ==
              kind::context);
    }

    TEST_CASE("what the provider says goes to the log without secrets, and never to the user") {
        const auto failure =
            refused(401, "invalid_api_key",
                    "Incorrect API key provided: sk-abcdefghijklmnopqrstuvwxyz012345.");
        CHECK(failure.sentence.find("sk-") == std::string::npos);
        CHECK(failure.detail.find("invalid_api_key") == 0);
        CHECK(failure.detail.find("ghijklmnop") == std::string::npos);
    }

    TEST_CASE("a pause the provider asks for is told in words") {
        const ProviderError none;
        CHECK(refused_by_provider("a/b", 429, none, 20s).sentence.find("again in 20 s.") !=
              std::string::npos);
        CHECK(refused_by_provider("a/b", 429, none, 200ms).sentence.find("again in 1 s.") !=
              std::string::npos);
        CHECK(refused_by_provider("a/b", 503, none, 10min).sentence.find("again in 10 min.") !=
              std::string::npos);
        CHECK(refused_by_provider("a/b", 401, none, 20s).sentence.find("20 s") ==
              std::string::npos);
    }

    TEST_CASE(
        "a provider that cannot be reached is tried again, one that used up its time is not") {
        const auto unreachable =
            not_delivered("acme/large", http_failure(Code::unavailable, true, false));
        CHECK(unreachable.kind == kind::network);
        CHECK(unreachable.retryable);
        CHECK(unreachable.sentence.find("example") == std::string::npos); // the host is for the log
        CHECK(unreachable.detail.find("Connection refused") != std::string::npos);
        CHECK(not_delivered("a/b", http_failure(Code::timeout, true, false))
                  .retryable); // no connection in time
        const auto mute = not_delivered("a/b", http_failure(Code::timeout, true, true));
        CHECK(mute.kind == kind::timeout);
        CHECK_FALSE(mute.retryable);
        CHECK(not_delivered("a/b", http_failure(Code::invalid, false, false)).kind == kind::config);
        CHECK_FALSE(not_delivered("a/b", http_failure(Code::unavailable, false, false))
                        .retryable); // a bad certificate
    }
}

TEST_SUITE("workers/agent") {
    constexpr RetryTable table;
    constexpr Milliseconds enough = 10min;

    TEST_CASE("pauses grow from try to try and end with the third") {
        CHECK(pause_before_retry(table, 1, retryable(), 0.5, enough) == 1000ms);
        CHECK(pause_before_retry(table, 2, retryable(), 0.5, enough) == 3000ms);
        CHECK_FALSE(pause_before_retry(table, 3, retryable(), 0.5, enough));
    }

    TEST_CASE("chance moves a pause by at most a fifth") {
        CHECK(pause_before_retry(table, 1, retryable(), 0.0, enough) == 800ms);
        CHECK(pause_before_retry(table, 1, retryable(), 0.999, enough) <= 1200ms);
        CHECK(pause_before_retry(table, 1, retryable(), 0.999, enough) > 1190ms);
    }

    TEST_CASE("what the provider asks for is never shortened, and refused when it is long") {
        CHECK(pause_before_retry(table, 1, retryable(7s), 0.0, enough) == 7s);
        CHECK(pause_before_retry(table, 1, retryable(7s), 0.5, enough) > 7s);
        CHECK(pause_before_retry(table, 1, retryable(0s), 0.5, enough) == 1s);
        CHECK(pause_before_retry(table, 1, retryable(30s), 0.0, enough) == 30s);
        CHECK_FALSE(pause_before_retry(table, 1, retryable(31s), 0.0, enough));
    }

    TEST_CASE("no pause is begun that would outlast the run") {
        CHECK_FALSE(pause_before_retry(table, 1, retryable(), 0.5, 1000ms));
        CHECK(pause_before_retry(table, 1, retryable(), 0.5, 1001ms));
    }

    TEST_CASE("what asking again cannot mend is not asked again") {
        CHECK_FALSE(pause_before_retry(table, 1, refused(401), 0.5, enough));
    }
}
