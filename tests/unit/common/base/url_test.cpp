#include "common/base/url.h"

#include <doctest/doctest.h>

using namespace openclaw;

namespace {

std::string read(std::string_view url) {
    const auto target = parse_url_target(url);
    if (!target) return "none";
    const auto port = target->at.port ? std::to_string(*target->at.port) : "-";
    return target->scheme + " " + target->at.host + " " + port;
}

} // namespace

TEST_SUITE("common/base") {
    TEST_CASE("a URL's host and port are read as a browser reads them") {
        CHECK(read("https://a.example") == "https a.example -");
        CHECK(read("HTTP://a.example:8080/x:1") == "http a.example 8080");
        CHECK(read("https://user:pass@a.example:1/x") == "https a.example 1");
        CHECK(read("https://good.example@evil.example") == "https evil.example -");
        CHECK(read("https://good.example?@evil.example") == "https good.example -");
        CHECK(read("https://good.example#@evil.example") == "https good.example -");
        CHECK(read("https://good.example\\@evil.example") == "https good.example -");
        CHECK(read("https://[2001:db8::1]:9/") == "https 2001:db8::1 9");
        CHECK(read("https://a.example:/") == "https a.example -");
    }

    TEST_CASE("what names no place is refused") {
        for (const char* url :
             {"", "a.example", "https://", "https:///x", "https://:80", "https://a:0",
              "https://a:65536", "https://a:1x", "https://[::1", "https://[::1]x", "https://[]"})
            CHECK(read(url) == "none");
    }
}
