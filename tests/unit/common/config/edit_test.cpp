#include "common/config/edit.h"
#include "common/config/redaction.h"
#include "tests/unit/common/config/directory.h"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

using namespace openclaw;
using namespace openclaw::config;

namespace {

EditOptions options_for(const Directory& directory) {
    return {.load = {.file = directory.path("openclaw.json"),
                     .home = "/h",
                     .state_directory = directory.path("state")}};
}

std::string code_of(const std::expected<Edited, EditFailure>& outcome) {
    return outcome ? "ok" : std::string(name(outcome.error().error.code));
}

} // namespace

TEST_SUITE("common/config") {
    TEST_CASE("one scalar is replaced in place and every comment survives") {
        const auto rewritten = rewrite("{\n  // the port\n  gateway: { port: 1, /* here */ },\n}\n",
                                       {.path = "gateway.port", .value = "2000"});
        REQUIRE(rewritten);
        CHECK(rewritten->text == "{\n  // the port\n  gateway: { port: 2000, /* here */ },\n}\n");
        CHECK_FALSE(rewritten->lost_comments);
    }
    TEST_CASE("a new key goes to the front of its object when there are comments to keep") {
        const auto rewritten = rewrite("{\n  // c\n  gateway: {\n    port: 1,\n  },\n}\n",
                                       {.path = "gateway.bind", .value = "lan"});
        REQUIRE(rewritten);
        CHECK(rewritten->text ==
              "{\n  // c\n  gateway: {\n    \"bind\": \"lan\",\n    port: 1,\n  },\n}\n");
        CHECK(parse(rewritten->text));
        CHECK(rewrite("{/**/}", {.path = "a", .value = "1"})->text == "{\n  \"a\": 1/**/}");
    }
    TEST_CASE("everything else is written again with two spaces, and lost comments are admitted") {
        const auto rewritten =
            rewrite("{a:1, // c\nb:{c:2}}", {.path = "b", .value = "{d:[1,'x']}"});
        REQUIRE(rewritten);
        CHECK(rewritten->lost_comments);
        CHECK(rewritten->text ==
              "{\n  \"a\": 1,\n  \"b\": {\n    \"d\": [\n      1,\n      \"x\"\n    ]\n  }\n}\n");
        CHECK_FALSE(rewrite("{a:1}", {.path = "b.c", .value = "2"})->lost_comments);
        CHECK(rewrite("{a:1,b:2}", {.path = "b", .value = {}})->text == "{\n  \"a\": 1\n}\n");
    }
    TEST_CASE("a value is JSON5, or else the words themselves") {
        CHECK(rewrite("{}", {.path = "a", .value = "0x10"})->text == "{\n  \"a\": 16\n}\n");
        CHECK(rewrite("{}", {.path = "a", .value = "Fair Wind"})->text ==
              "{\n  \"a\": \"Fair Wind\"\n}\n");
        CHECK(rewrite("{}", {.path = "a", .value = "'true'"})->text == "{\n  \"a\": \"true\"\n}\n");
        CHECK(rewrite("{}", {.path = "a", .value = std::string(redacted)}).error().code ==
              Code::invalid);
        CHECK(rewrite("{}", {.path = "a", .value = {}}).error().code == Code::not_found);
        CHECK(rewrite("{", {.path = "a", .value = "1"}).error().code == Code::invalid);
    }
    TEST_CASE("a change is written whole, with the mode of a secret, and the old text is kept") {
        const Directory directory;
        const std::string before = "{\"gateway\":{\"mode\":\"local\",\"port\":1}}";
        directory.write("openclaw.json", before);
        const auto edited = edit({.path = "gateway.port", .value = "2000"}, options_for(directory));
        REQUIRE(edited);
        CHECK(edited->changed);
        CHECK(edited->changed_paths == std::vector<std::string>{"gateway.port"});
        CHECK(directory.read("openclaw.json") ==
              "{\"gateway\":{\"mode\":\"local\",\"port\":2000}}");
        CHECK(edited->hash == hash_of(directory.read("openclaw.json")));
        CHECK(directory.read("openclaw.json.bak") == before);
        struct stat facts = {};
        stat(directory.path("openclaw.json").c_str(), &facts);
        CHECK((facts.st_mode & 0777) == 0600);
        stat(directory.path("openclaw.json.bak").c_str(), &facts);
        CHECK((facts.st_mode & 0777) == 0600);
        const std::string audit = directory.read("state/logs/config-audit.jsonl");
        CHECK(audit.contains("\"path\":\"gateway.port\""));
        CHECK_FALSE(audit.contains("2000"));
    }
    TEST_CASE("five versions are kept, newest first") {
        const Directory directory;
        directory.write("openclaw.json", "{\"gateway\":{\"port\":1}}");
        for (int port = 2; port <= 9; ++port)
            REQUIRE(edit({.path = "gateway.port", .value = std::to_string(port)},
                         options_for(directory)));
        CHECK(directory.read("openclaw.json.bak").contains(":8}"));
        CHECK(directory.read("openclaw.json.bak.1").contains(":7}"));
        CHECK(directory.read("openclaw.json.bak.4").contains(":4}"));
        const auto files = std::distance(std::filesystem::directory_iterator(directory.path(".")),
                                         std::filesystem::directory_iterator());
        CHECK(files ==
              1 + 5 + 1); // the file, the ring, the state directory: nothing staged is left
    }
    TEST_CASE("what would be invalid is not written") {
        const Directory directory;
        directory.write("openclaw.json", "{\"gateway\":{\"mode\":\"local\"},\"channels\":{"
                                         "\"telegram\":{\"botToken\":\"1:a\"}}}");
        const std::string before = directory.read("openclaw.json");
        const auto bad = edit({.path = "gateway.bind", .value = "nowhere"}, options_for(directory));
        REQUIRE_FALSE(bad);
        CHECK(bad.error().error.code == Code::invalid);
        REQUIRE(bad.error().issues.size() == 1);
        CHECK(bad.error().issues[0].path == "gateway.bind");
        CHECK(code_of(edit({.path = "channels.telegram.dmPolicy", .value = "sometimes"},
                           options_for(directory))) == "invalid");
        CHECK(code_of(edit({.path = "gateway.mode", .value = {}}, options_for(directory))) ==
              "denied");
        CHECK(code_of(edit({.path = "gateway.nope", .value = {}}, options_for(directory))) ==
              "not_found");
        CHECK(directory.read("openclaw.json") == before);
        CHECK_FALSE(directory.has("openclaw.json.bak"));
    }
    TEST_CASE("a channel may be set up one key after the other") {
        const Directory directory;
        CHECK(code_of(edit({.path = "channels.telegram.enabled", .value = "true"},
                           options_for(directory))) == "ok");
        CHECK(code_of(edit({.path = "channels.telegram.botToken", .value = "123:abc"},
                           options_for(directory))) == "ok");
        CHECK(load(options_for(directory).load)->channels[0].should_run());
    }
    TEST_CASE("a change based on another version is refused") {
        const Directory directory;
        directory.write("openclaw.json", "{}");
        auto options = options_for(directory);
        options.expected_hash = hash_of("{ }");
        CHECK(code_of(edit({.path = "gateway.port", .value = "1"}, options)) == "busy");
        options.expected_hash = hash_of("{}");
        CHECK(code_of(edit({.path = "gateway.port", .value = "1"}, options)) == "ok");
    }
    TEST_CASE("a trial, a repeated value and a read-only config change nothing") {
        const Directory directory;
        directory.write("openclaw.json", "{\"gateway\":{\"port\":1}}");
        auto options = options_for(directory);
        CHECK_FALSE(edit({.path = "gateway.port", .value = "1"}, options)->changed);
        options.dry_run = true;
        CHECK(edit({.path = "gateway.port", .value = "2"}, options)->changed);
        options.dry_run = false;
        options.load.environment = {{"OPENCLAW_CONFIG_READONLY", "1"}};
        CHECK(code_of(edit({.path = "gateway.port", .value = "2"}, options)) == "denied");
        CHECK(directory.read("openclaw.json") == "{\"gateway\":{\"port\":1}}");
        CHECK_FALSE(directory.has("openclaw.json.bak"));
    }
    TEST_CASE("a symbolic link is never replaced") {
        const Directory directory;
        directory.write("real.json", "{}");
        REQUIRE(symlink(directory.path("real.json").c_str(),
                        directory.path("openclaw.json").c_str()) == 0);
        CHECK(code_of(edit({.path = "gateway.port", .value = "2"}, options_for(directory))) ==
              "denied");
    }
    TEST_CASE("the first change makes the file and its directory") {
        const Directory directory;
        auto options = options_for(directory);
        options.load.file = directory.path("new/openclaw.json");
        REQUIRE(edit({.path = "gateway.mode", .value = "local"}, options));
        CHECK(directory.read("new/openclaw.json") ==
              "{\n  \"gateway\": {\n    \"mode\": \"local\"\n  }\n}\n");
        CHECK_FALSE(directory.has("new/openclaw.json.bak"));
    }
}
