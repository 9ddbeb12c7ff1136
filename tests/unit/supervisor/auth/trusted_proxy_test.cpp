#include "supervisor/auth/trusted_proxy.h"

#include <doctest/doctest.h>

#include <map>

using namespace openclaw::auth;

namespace {

struct Request {
    bool is_from_proxy = true;
    bool is_loopback = false;
    std::map<std::string, std::string, std::less<>> headers = {{"x-user", "ada@example.org"}};

    ProxyProof by(const TrustedProxy& rule) const {
        return check_proxy(rule, {.is_from_proxy = is_from_proxy,
                                  .is_loopback = is_loopback,
                                  .header = [this](std::string_view name) -> std::string_view {
                                      const auto found = headers.find(name);
                                      return found == headers.end() ? std::string_view()
                                                                    : found->second;
                                  }});
    }
};

TrustedProxy rule() {
    return {.user_header = "x-user",
            .required_headers = {},
            .allow_users = {},
            .allow_loopback = false};
}

} // namespace

TEST_SUITE("supervisor/auth") {
    TEST_CASE("a proxy's word counts only from the proxy") {
        CHECK(Request{}.by(rule()) == ProxyProof::accepted);
        CHECK(Request{.is_from_proxy = false}.by(rule()) == ProxyProof::not_a_proxy);
        CHECK(Request{.is_from_proxy = false, .is_loopback = true}.by(rule()) ==
              ProxyProof::not_a_proxy);
    }

    TEST_CASE("a proxy on this machine must be allowed") {
        auto lenient = rule();
        lenient.allow_loopback = true;
        CHECK(Request{.is_loopback = true}.by(rule()) == ProxyProof::loopback_refused);
        CHECK(Request{.is_loopback = true}.by(lenient) == ProxyProof::accepted);
    }

    TEST_CASE("the user and every required header must be there") {
        CHECK(Request{.headers = {}}.by(rule()) == ProxyProof::header_missing);
        CHECK(Request{.headers = {{"x-user", ""}}}.by(rule()) == ProxyProof::header_missing);
        auto strict = rule();
        strict.required_headers = {"x-verified"};
        CHECK(Request{}.by(strict) == ProxyProof::header_missing);
        CHECK(Request{.headers = {{"x-user", "ada"}, {"x-verified", "1"}}}.by(strict) ==
              ProxyProof::accepted);
        CHECK(Request{}.by(TrustedProxy{}) == ProxyProof::header_missing); // no header is named
    }

    TEST_CASE("only listed users come in, whatever the case") {
        auto strict = rule();
        strict.allow_users = {"Ada@Example.org"};
        CHECK(Request{}.by(strict) == ProxyProof::accepted);
        CHECK(Request{.headers = {{"x-user", "eve@example.org"}}}.by(strict) ==
              ProxyProof::user_refused);
    }

    TEST_CASE("each refusal has a code and a remedy") {
        for (const auto proof : {ProxyProof::not_a_proxy, ProxyProof::loopback_refused,
                                 ProxyProof::header_missing, ProxyProof::user_refused}) {
            CHECK(words(proof).code.starts_with("AUTH_"));
            CHECK(words(proof).message.contains("gateway."));
        }
    }

    TEST_CASE("the web room reads exactly the headers the rule names") {
        auto strict = rule();
        strict.required_headers = {"X-Verified"};
        CHECK(headers_of(strict) == std::vector<std::string>{"x-user", "x-verified"});
        CHECK(headers_of(TrustedProxy{}).empty());
    }
}
