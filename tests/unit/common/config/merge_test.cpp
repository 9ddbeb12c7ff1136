#include "common/config/edit.h"
#include "common/config/json_schema.h"
#include "common/config/redaction.h"
#include "common/json/read.h"
#include "tests/unit/common/config/directory.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::config;

namespace {

const std::string sentinel = "\"__OPENCLAW_REDACTED__\"";

EditOptions options_for(const Directory& directory) {
    return {.load = {.file = directory.path("openclaw.json"),
                     .home = "/h",
                     .state_directory = directory.path("state")}};
}

} // namespace

TEST_SUITE("common/config") {
    TEST_CASE("a text that comes back with sentinels gets its secrets back in their places") {
        const std::string before = "{gateway:{auth:{token:'s3cret'}},a:[{password:'p'}]}";
        const std::string shown = "{ // kept\n gateway:{auth:{token:" + sentinel +
                                  "}},a:[{password:" + sentinel + "}],b:1}";
        CHECK(restore_redacted(shown, before).value() ==
              "{ // kept\n gateway:{auth:{token:\"s3cret\"}},a:[{password:\"p\"}],b:1}");
        CHECK(restore_redacted(before, before).value() == before);
    }
    TEST_CASE("a password inside an address comes back, too") {
        const std::string before = "{proxy:'socks5://me:pw@host:1'}";
        CHECK(restore_redacted(redacted_text(before), before).value().contains("me:pw@host"));
    }
    TEST_CASE("a sentinel where no secret was is refused by its place") {
        const auto refused = restore_redacted("{hooks:{token:" + sentinel + "}}", "{}");
        REQUIRE_FALSE(refused);
        CHECK(refused.error().sentence.contains("hooks.token"));
        CHECK_FALSE(restore_redacted("{hooks:{token:" + sentinel + "}}", "{hooks:{name:'x'}}"));
    }
    TEST_CASE("a patch sets, adds and removes, and leaves everything else as it is written") {
        const auto merged = rewrite_merged(
            "{\n  // the port\n  gateway: { port: 1, bind: 'lan' },\n}\n", "{gateway:{port:2}}");
        REQUIRE(merged);
        CHECK(merged->text == "{\n  // the port\n  gateway: { port: 2, bind: 'lan' },\n}\n");
        const auto removed = rewrite_merged("{a:{b:1,c:2},d:3}", "{a:{b:null},e:{f:4},g:null}");
        REQUIRE(removed);
        CHECK(to_json(parse(removed->text)->root) == R"({"a":{"c":2},"d":3,"e":{"f":4}})");
        const auto begun = rewrite_merged("{}", "{a:{b:null,c:1,d:{e:null}}}");
        REQUIRE(begun); // what is not there is not taken away, either
        CHECK(to_json(parse(begun->text)->root) == R"({"a":{"c":1,"d":{}}})");
        CHECK_FALSE(rewrite_merged("{}", "[1]"));
        CHECK_FALSE(rewrite_merged("{}", "{bad"));
    }
    TEST_CASE("what changed is told by its paths") {
        CHECK(difference("{a:{b:1,c:2},d:[1]}", "{a:{b:1,c:3},d:[1,2],e:{}}").paths ==
              std::vector<std::string>{"a.c", "d", "e"});
        CHECK(difference("{a:1}", "{}").paths == std::vector<std::string>{"a"});
        CHECK(difference("{}", "{a:{b:{c:1}}}").paths == std::vector<std::string>{"a.b.c"});
        CHECK(difference("{a:{b:1,c:2}}", "{}").paths == std::vector<std::string>{"a.b", "a.c"});
        CHECK(difference("{a:1} // x", "{a:1}").paths.empty());
        std::string many = "{agents:{entries:{";
        for (int i = 0; i < 300; ++i)
            many += "a" + std::to_string(i) + ":{name:'x'},";
        const auto crowded = difference("{}", many + "}},gateway:{port:1}}");
        CHECK(crowded.paths.size() == 200);
        CHECK(crowded.cost == Reload::restart); // though it is not among those that are named
        CHECK(difference("{}", many + "}}}").cost < Reload::restart);
    }
    TEST_CASE("a merge is written, costs what its dearest path costs, and keeps a backup") {
        const Directory directory;
        directory.write("openclaw.json", "{gateway:{mode:'local',auth:{token:'t0ken-value'}}}");
        const auto merged =
            merge("{gateway:{port:2000,auth:{token:" + sentinel + "}}}", options_for(directory));
        REQUIRE(merged);
        CHECK(merged->changed);
        CHECK(merged->cost == Reload::restart);
        CHECK(merged->changed_paths == std::vector<std::string>{"gateway.port"});
        CHECK(directory.read("openclaw.json").contains("t0ken-value"));
        CHECK(directory.read("openclaw.json.bak").contains("mode:'local'"));
    }
    TEST_CASE("a whole text that the schema refuses changes nothing") {
        const Directory directory;
        directory.write("openclaw.json", "{gateway:{mode:'local'}}");
        const auto refused = replace_text("{nope:1}", options_for(directory));
        REQUIRE_FALSE(refused);
        REQUIRE(refused.error().issues.size() == 1);
        CHECK(refused.error().issues[0].message == "Unrecognized key: \"nope\"");
        CHECK(directory.read("openclaw.json") == "{gateway:{mode:'local'}}");
        auto stale = options_for(directory);
        stale.expected_hash = "sha256:v1:other";
        CHECK(replace_text("{}", stale).error().error.code == Code::busy);
    }
    TEST_CASE("the schema has every key of the tables, with type, bounds and words") {
        const auto schema = json::Document::parse(json_schema());
        REQUIRE(schema);
        const auto properties = schema->root()["properties"];
        CHECK(properties["gateway"]["properties"]["port"]["type"].text() == "integer");
        CHECK(properties["gateway"]["properties"]["port"]["title"].text() == "Port");
        CHECK(properties["session"]["properties"]["dmScope"]["enum"].size() == 4);
        CHECK(properties["session"]["properties"]["dmScope"]["default"].text() == "main");
        CHECK(properties["channels"]["properties"]["telegram"]["properties"]["botToken"]);
        CHECK_FALSE(schema->root()["additionalProperties"].boolean(true));
    }
    TEST_CASE("one path is looked up with its cost and what is below it") {
        const auto port = look_up_schema("gateway.port");
        REQUIRE(port);
        CHECK(port->reload == Reload::restart);
        CHECK(port->children.empty());
        const auto account = look_up_schema("channels.telegram.accounts.alerts.botToken");
        REQUIRE(account);
        CHECK(account->is_secret);
        const auto provider = look_up_schema("models.providers.mine.apiKey");
        REQUIRE(provider);
        CHECK(provider->is_secret);
        CHECK(look_up_schema("gateway")->children.size() > 5);
        CHECK(look_up_schema("gateway.nope").error().code == Code::not_found);
        CHECK(look_up_schema("..").error().code == Code::invalid);
    }
}
