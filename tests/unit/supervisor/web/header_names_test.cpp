#include "supervisor/web/header_names.h"

#include <doctest/doctest.h>

using namespace openclaw::web;

TEST_SUITE("supervisor/web") {
    TEST_CASE("names that are the beginning of a known name are found") {
        CHECK(misread_header("GET / HTTP/1.1\r\nHost: x\r\nX-Rea: 1\r\n\r\n") == "X-Rea");
        CHECK(misread_header("GET / HTTP/1.1\r\nx-forwarded-fo:1\r\n\r\n") == "x-forwarded-fo");
        CHECK(misread_header("GET / HTTP/1.1\nAccep: 1\n\n") == "Accep");
        CHECK(misread_header("GET / HTTP/1.1\r\n: 1\r\n\r\n") == "");
    }
    TEST_CASE("known names, and names of which nothing is known, are not") {
        CHECK(misread_header("GET /X-Rea: HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                             "Upgrade-Insecure-Requests: 1\r\nX-Forwarded-For: 1.2.3.4\r\n"
                             "Sec-WebSocket-Key: a\r\nX-Request-Id: X-Rea:\r\n\r\n") ==
              std::nullopt);
        CHECK(misread_header("") == std::nullopt);
    }
    TEST_CASE("a head is whole with its empty line") {
        CHECK(head_length("GET / HTTP/1.1\r\nHost: x\r\n") == 0);
        CHECK(head_length("GET / HTTP/1.1\r\n\r\nbody") == 18);
        CHECK(head_length("GET / HTTP/1.1\n\nbody") == 16);
    }
}
