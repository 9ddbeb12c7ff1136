#include "common/config/edit.h"
#include "tests/unit/common/config/directory.h"
#include "tests/unit/common/config/loaded.h"

#include <doctest/doctest.h>

#include <filesystem>

using namespace openclaw;
using namespace openclaw::config;

namespace {

LoadOptions in(const Directory& directory) {
    return {.file = directory.path("openclaw.json"), .home = "/h"};
}

std::string refused(const Directory& directory, std::string_view text) {
    return refusal(text, in(directory));
}

} // namespace

TEST_SUITE("common/config") {
    TEST_CASE("an object becomes the file it includes, its other keys win") {
        const Directory directory;
        directory.write("base.json5",
                        "{gateway:{mode:'local',port:1},agents:{defaults:{model:'${M}'}}}");
        auto options = in(directory);
        options.environment = {{"M", "a/b"}};
        const Config config = loaded("{$include:'./base.json5',gateway:{port:2}}", options);
        CHECK(config.gateway.mode == Gateway::Mode::local);
        CHECK(config.gateway.port == 2);
        CHECK(config.agents.defaults.model.primary == "a/b");
        REQUIRE(config.included.size() == 1);
        CHECK(config.included[0].ends_with("/base.json5"));
    }
    TEST_CASE("several files merge in order, and files include files") {
        const Directory directory;
        std::filesystem::create_directory(directory.path("sub"));
        directory.write("one", "{a:{workspace:'1'},b:{workspace:'1'}}");
        directory.write("two", "{$include:'sub/three'}");
        directory.write("sub/three", "{b:{workspace:'3',name:'n'}}");
        const Config config =
            loaded("{agents:{entries:{$include:['one','two'],main:{}}}}", in(directory));
        CHECK(config.agents.find("a")->workspace == "1");
        CHECK(config.agents.find("b")->workspace == "3");
        CHECK(config.agents.entries.size() == 3);
        CHECK(config.included.size() == 3);
    }
    TEST_CASE("an error in an included file names that file") {
        const Directory directory;
        directory.write("gw.json5", "{\n  nope: 1}");
        CHECK(refused(directory, "{gateway:{$include:'gw.json5'}}")
                  .starts_with("gw.json5:2:3 — gateway: Unrecognized key"));
        directory.write("bad.json5", "{\n\n}}");
        CHECK(refused(directory, "{gateway:{$include:'bad.json5'}}")
                  .starts_with("bad.json5:3:2 — <root>: $include: JSON5 parse failed"));
    }
    TEST_CASE("what may not be included is refused at the place that includes it") {
        const Directory directory, elsewhere;
        const std::string outside = elsewhere.write("x", "{}");
        directory.write("loop", "{a:{$include:'loop'}}");
        directory.write("list", "[1]");
        std::filesystem::create_symlink(outside, directory.path("link"));
        CHECK(
            refused(directory, "{$include:'" + outside + "'}").contains("OPENCLAW_INCLUDE_ROOTS"));
        CHECK(refused(directory, "{$include:'../" + outside.substr(5) + "'}").contains("outside"));
        CHECK(refused(directory, "{$include:'link'}").contains("outside"));
        CHECK(refused(directory, "{$include:'absent'}").contains("there is no file"));
        CHECK(refused(directory, "{$include:'loop'}").contains("includes itself"));
        CHECK(refused(directory, "{$include:7}").starts_with("openclaw.json:1:2"));
        CHECK(refused(directory, "{agents:{$include:'list',a:1}}").contains("object"));
        auto options = in(directory);
        options.environment["OPENCLAW_INCLUDE_ROOTS"] =
            std::filesystem::path(outside).parent_path().string();
        CHECK(refusal("{$include:'" + outside + "'}", options) == "loaded");
    }
    TEST_CASE("files that include each other many times over come to an end") {
        const Directory directory;
        for (int i = 0; i < 12; ++i)
            directory.write("f" + std::to_string(i), "{a:{$include:'f" + std::to_string(i + 1) +
                                                         "'},b:{$include:'f" +
                                                         std::to_string(i + 1) + "'}}");
        directory.write("f12", "{}");
        CHECK(refused(directory, "{$include:'f0'}").contains("10 levels"));
        CHECK(refused(directory, "{$include:'f4'}").contains("256 files"));
    }
    TEST_CASE("a value from an included file is changed in that file") {
        const auto inside =
            rewrite("{gateway:{$include:'gw'},logging:{}}", {.path = "gateway.port", .value = "1"});
        REQUIRE_FALSE(inside);
        CHECK(inside.error().sentence.contains("gw"));
        CHECK(rewrite("{gateway:{$include:'gw'},logging:{}}",
                      {.path = "logging.level", .value = "debug"}));
        CHECK_FALSE(rewrite("{$include:'all'}", {.path = "logging.level", .value = "debug"}));
    }
}
