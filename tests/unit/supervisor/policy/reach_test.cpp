#include "supervisor/policy/reach.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::policy;

namespace {

ReachRules telegram_rules() {
    return {.hosts = {{.endpoint = *endpoint_of_row("api.telegram.org:443")}}};
}

ReachRules named(const std::string& url) {
    return {.hosts = {{.endpoint = endpoint_of_url(url).value(), .is_named = true}}};
}

std::string told(const std::optional<AddressesAllowed>& verdict) {
    if (!verdict) return "refused";
    if (*verdict == AddressesAllowed::any) return "any";
    return *verdict == AddressesAllowed::private_ones_too ? "private too" : "internet";
}

} // namespace

TEST_SUITE("policy/reach") {
    TEST_CASE("a worker reaches the host and port of its row and nothing else") {
        const auto rules = telegram_rules();
        CHECK(told(judge_reach(rules, {"api.telegram.org", 443})) == "internet");
        for (const Endpoint& other :
             {Endpoint{"api.telegram.org", 80}, Endpoint{"discord.com", 443},
              Endpoint{"telegram.org", 443}, Endpoint{"evil-api.telegram.org", 443},
              Endpoint{"api.telegram.org.evil.example", 443}, Endpoint{"127.0.0.1", 443},
              Endpoint{"", 443}}) {
            CAPTURE(other.host);
            CHECK(told(judge_reach(rules, other)) == "refused");
        }
        CHECK(told(judge_reach({}, {"api.telegram.org", 443})) == "refused");
    }

    TEST_CASE("a row may name everything below a domain, not the domain") {
        const ReachRules rules{.hosts = {{.endpoint = *endpoint_of_row("*.discord.gg:443")}}};
        CHECK(told(judge_reach(rules, {"gateway.discord.gg", 443})) == "internet");
        CHECK(told(judge_reach(rules, {"a.b.discord.gg", 443})) == "internet");
        CHECK(told(judge_reach(rules, {"discord.gg", 443})) == "refused");
        CHECK(told(judge_reach(rules, {"notdiscord.gg", 443})) == "refused");
        CHECK(told(judge_reach(rules, {".discord.gg", 443})) == "refused");
    }

    TEST_CASE(
        "what the operator wrote may lie in a private network; an address he wrote is meant") {
        CHECK(told(judge_reach(named("https://tg.home:8443/x"), {"tg.home", 8443})) ==
              "private too");
        CHECK(told(judge_reach(named("http://127.0.0.1:8081"), {"127.0.0.1", 8081})) == "any");
        CHECK(told(judge_reach(named("http://[::1]:11434/v1"), {"::1", 11434})) == "any");
        auto rules = telegram_rules();
        rules.may_be_private = true;
        CHECK(told(judge_reach(rules, {"api.telegram.org", 443})) == "private too");
        rules.problem = "the proxy is wrong";
        CHECK(told(judge_reach(rules, {"api.telegram.org", 443})) == "refused");
    }

    TEST_CASE("names are compared in one form") {
        CHECK(normal_host("API.Telegram.ORG.") == "api.telegram.org");
        CHECK(normal_host("::FFFF:1.2.3.4") == "::ffff:1.2.3.4");
        for (const char* host : {"", ".", "a b", "a/b", "a@b", "a\nb", "[::1]", "münchen.example"})
            CHECK(normal_host(host).empty());
        CHECK(normal_host(std::string(254, 'a')).empty());
    }

    TEST_CASE("a URL's host and port are read without being fooled by what stands around them") {
        const auto endpoint = [](const char* url) { return endpoint_of_url(url).value(); };
        CHECK(endpoint("https://a.example") == Endpoint{"a.example", 443});
        CHECK(endpoint("http://a.example/x:1") == Endpoint{"a.example", 80});
        CHECK(endpoint("https://user:pass@a.example:8443/x") == Endpoint{"a.example", 8443});
        CHECK(endpoint("https://evil.example@a.example") == Endpoint{"a.example", 443});
        CHECK(endpoint("https://a.example?@evil.example") == Endpoint{"a.example", 443});
        CHECK(endpoint("https://[2001:db8::1]:9/") == Endpoint{"2001:db8::1", 9});
        for (const char* url : {"ftp://a.example", "a.example", "https://", "https://a:0",
                                "https://a:65536", "https://a:1x", "https://[::1", "https://a b"})
            CHECK_FALSE(endpoint_of_url(url));
    }

    TEST_CASE("proxies are read with their credentials, which no error repeats") {
        const auto http = parse_proxy("http://me:p%40ss@proxy.example:3128").value();
        CHECK(http.kind == ProxyServer::Kind::http_connect);
        CHECK(http.endpoint == Endpoint{"proxy.example", 3128});
        CHECK(http.user == "me");
        CHECK(http.password.reveal() == "p@ss");
        CHECK(parse_proxy("socks5h://10.0.0.1").value().endpoint == Endpoint{"10.0.0.1", 1080});
        CHECK(parse_proxy("socks5://h:9").value().kind == ProxyServer::Kind::socks5);
        CHECK(parse_proxy("proxy.example:8080").value().endpoint ==
              Endpoint{"proxy.example", 8080});
        for (const char* url : {"https://me:secret@h:1", "socks4://me:secret@h:1",
                                "http://me:secret@", "http://me:secret@h:x"}) {
            const auto parsed = parse_proxy(url);
            REQUIRE_FALSE(parsed);
            CHECK(parsed.error().sentence.find("secret") == std::string::npos);
        }
        CHECK_FALSE(parse_proxy("http://" + std::string(256, 'u') + "@h:1"));
    }

    TEST_CASE("the account's proxy goes before the environment's, which has exceptions") {
        AmbientProxies ambient{.for_https = parse_proxy("http://all.example:1").value(),
                               .not_for = {"home.example", "10.0.0.1"}};
        const Endpoint telegram{"api.telegram.org", 443};
        ReachRules rules;
        CHECK(proxy_for(rules, ambient, telegram, true)->endpoint.host == "all.example");
        CHECK(proxy_for(rules, ambient, telegram, false) == nullptr);
        CHECK(proxy_for(rules, ambient, {"home.example", 443}, true) == nullptr);
        CHECK(proxy_for(rules, ambient, {"nas.home.example", 443}, true) == nullptr);
        CHECK(proxy_for(rules, ambient, {"myhome.example", 443}, true) != nullptr);
        CHECK(proxy_for(rules, ambient, {"10.0.0.1", 443}, true) == nullptr);
        ambient.not_for = {"*"};
        CHECK(proxy_for(rules, ambient, telegram, true) == nullptr);
        rules.proxy = parse_proxy("socks5://own.example").value();
        CHECK(proxy_for(rules, ambient, telegram, true)->endpoint.host == "own.example");
    }
}
