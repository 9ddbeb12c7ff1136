#include "workers/egress/proxy_talk.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::egress;
using namespace std::string_literals;

namespace {

wire::DialProxy proxy_with(const std::string& user = "", const std::string& password = "") {
    wire::DialProxy proxy;
    proxy.set_host("10.0.0.1");
    proxy.set_port(1080);
    proxy.set_user(user);
    proxy.set_password(password);
    return proxy;
}

// The whole answer at once, and byte by byte: both must end the same.
struct Told {
    bool is_done = false;
    std::size_t used = 0;
    std::string error;
    Code code = Code::internal;
    std::string said; // by us, after the first output
};

Told tell(ProxyTalk& talk, std::string_view bytes, std::size_t step) {
    Told told;
    while (!bytes.empty() && !talk.is_done()) {
        const auto part = bytes.substr(0, step);
        const auto used = talk.feed(part);
        told.said += talk.take_output();
        if (!used) {
            told.error = used.error().sentence;
            told.code = used.error().code;
            return told;
        }
        told.used += *used;
        bytes.remove_prefix(*used);
        if (*used < part.size()) break;
    }
    told.is_done = talk.is_done();
    return told;
}

Told connect(std::string_view answer, std::size_t step) {
    const auto talk = talk_http(proxy_with(), "api.example.org", 443);
    talk->take_output();
    return tell(*talk, answer, step);
}

Told socks(std::string_view answers, std::size_t step, const std::string& host = "api.example.org",
           const std::string& user = "") {
    const auto talk = talk_socks5(proxy_with(user, user.empty() ? "" : "pass"), host, 443);
    talk->take_output();
    return tell(*talk, answers, step);
}

} // namespace

TEST_SUITE("workers/egress") {
    TEST_CASE("CONNECT names the host and the port, and carries the credentials") {
        CHECK(talk_http(proxy_with(), "api.example.org", 443)->take_output() ==
              "CONNECT api.example.org:443 HTTP/1.1\r\nHost: api.example.org:443\r\n\r\n");
        CHECK(talk_http(proxy_with("me", "secret"), "2001:db9::1", 8443)->take_output() ==
              "CONNECT [2001:db9::1]:8443 HTTP/1.1\r\nHost: [2001:db9::1]:8443\r\n"
              "Proxy-Authorization: Basic bWU6c2VjcmV0\r\n\r\n");
    }

    TEST_CASE("a tunnel stands when the headers of a 2xx end; what follows is the stream's") {
        constexpr std::string_view head = "HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n";
        for (const std::size_t step : {1u, 3u, 4096u}) {
            CAPTURE(step);
            const auto told = connect(std::string(head) + "early bytes", step);
            CHECK(told.is_done);
            CHECK(told.used == head.size());
        }
        CHECK(connect("HTTP/1.0 200 OK\r\n\r\n", 4096).is_done);
    }

    TEST_CASE("a proxy that says no is quoted, one that says nonsense is not HTTP") {
        for (const std::size_t step : {1u, 4096u}) {
            const auto no = connect("HTTP/1.1 403 Forbidden\r\nX: y\r\n\r\n", step);
            CHECK(no.code == Code::unavailable);
            CHECK(no.error == "the proxy answers 403 Forbidden");
            CHECK(connect("HTTP/1.1 407 Who are you\r\n\r\n", step).error ==
                  "the proxy wants other credentials (407)");
            CHECK(connect("SSH-2.0-OpenSSH_9.2\r\n", step).code == Code::corrupt);
            CHECK(connect("HTTP/1.1 2x0 OK\r\n\r\n", step).code == Code::corrupt);
            CHECK(connect("HTTP/1.1\r\n\r\n", step).code == Code::corrupt);
            CHECK(connect("HTTP/1.1 200 " + std::string(20'000, 'x'), step).code == Code::corrupt);
        }
        CHECK_FALSE(connect("HTTP/1.1 200 OK\r\n", 1).is_done);
    }

    TEST_CASE("SOCKS5 sends names as names and addresses as addresses") {
        const auto request = [](const std::string& host) {
            const auto talk = talk_socks5(proxy_with(), host, 443);
            CHECK(talk->take_output() == "\x05\x01\x00"s);
            REQUIRE(talk->feed("\x05\x00"s));
            return talk->take_output();
        };
        CHECK(request("a.example") == "\x05\x01\x00\x03\x09"s + "a.example" + "\x01\xbb"s);
        CHECK(request("192.0.2.1") == "\x05\x01\x00\x01\xc0\x00\x02\x01\x01\xbb"s);
        CHECK(request("::1") == "\x05\x01\x00\x04"s + std::string(15, '\0') + "\x01" + "\x01\xbb"s);
    }

    TEST_CASE("SOCKS5 stands after the reply, of whatever length, and leaves the rest alone") {
        for (const std::string& bound :
             {"\x01" + std::string(4, 'a'), "\x04" + std::string(16, 'a'), "\x03\x02"s + "ab",
              "\x03\x00"s})
            for (const std::size_t step : {1u, 2u, 4096u}) {
                const std::string answers = "\x05\x00"s + "\x05\x00\x00"s + bound + "\x00\x50"s;
                const auto told = socks(answers + "early", step);
                CHECK(told.is_done);
                CHECK(told.used == answers.size());
            }
    }

    TEST_CASE("SOCKS5 logs in when it is asked to, and only with what it has") {
        const std::string whole =
            "\x05\x02"s + "\x01\x00"s + "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x50"s;
        for (const std::size_t step : {1u, 4096u}) {
            const auto told = socks(whole, step, "h", "me");
            CHECK(told.is_done);
            CHECK(told.said == "\x01\x02me\x04pass"s + "\x05\x01\x00\x03\x01h\x01\xbb"s);
            CHECK(socks("\x05\x02\x01\x01"s, step, "h", "me").error ==
                  "the proxy refuses the user name or password");
            CHECK(socks("\x05\x02"s, step).code == Code::corrupt);
            CHECK(socks("\x05\xff"s, step).error == "the proxy wants credentials");
        }
        CHECK(talk_socks5(proxy_with("me", "x"), "h", 1)->take_output() == "\x05\x02\x00\x02"s);
    }

    TEST_CASE("SOCKS5 refusals are told in words") {
        CHECK(socks("\x05\x00\x05\x05\x00\x01\x00"s, 1).error ==
              "the proxy's connection was refused");
        CHECK(socks("\x05\x00\x05\x63\x00\x01\x00"s, 1).error == "the proxy failed");
        CHECK(socks("\x04\x00"s, 1).code == Code::corrupt);
        CHECK(socks("\x05\x00\x04\x00\x00\x01\x00"s, 1).code == Code::corrupt);
        CHECK(socks("\x05\x00\x05\x00\x00\x09\x00"s, 1).code == Code::corrupt);
    }
}
