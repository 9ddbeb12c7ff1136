#include "common/config/secrets.h"
#include "tests/unit/common/config/directory.h"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

using namespace openclaw;
using namespace openclaw::config;

namespace {

Node node(std::string_view text) {
    return parse(text).value().root;
}

} // namespace

TEST_SUITE("common/config") {
    TEST_CASE("a secret is its text, or a reference to the environment") {
        const Environment environment = {{"BOT_TOKEN", "hidden"}};
        const SecretSource source(environment, nullptr, "/h");
        CHECK(source.resolve(node("'plain'"))->reveal() == "plain");
        CHECK(source.resolve(node("'$BOT_TOKEN'"))->reveal() == "hidden");
        CHECK(source.resolve(node("'$5 a month'"))->reveal() == "$5 a month");
        CHECK(source.resolve(node("{source:'env',provider:'default',id:'BOT_TOKEN'}"))->reveal() ==
              "hidden");
        CHECK(source.resolve(node("''"))->empty());
        CHECK(source.resolve(node("{source:'env',id:'NOPE'}")).error().sentence.contains("NOPE"));
        CHECK(source.resolve(node("{source:'env',id:'lower'}")).error().code == Code::invalid);
        CHECK(source.resolve(node("{source:'exec',provider:'x',id:'y'}"))
                  .error()
                  .sentence.contains("exec"));
        CHECK(source.resolve(node("7")).error().code == Code::invalid);
    }
    TEST_CASE("an environment provider may keep an allowlist") {
        const Environment environment = {{"A", "1"}, {"B", "2"}};
        const Node providers = node("{default:{source:'env',allowlist:['A']}}");
        const SecretSource source(environment, &providers, "/h");
        CHECK(source.resolve(node("{source:'env',id:'A'}"))->reveal() == "1");
        CHECK(source.resolve(node("{source:'env',id:'B'}")).error().code == Code::denied);
    }
    TEST_CASE("a file provider reads a pointer into private JSON, or a single value") {
        const Directory directory;
        const std::string json =
            directory.write("secrets.json", R"({"providers":{"a/b":{"key":"deep"}}})");
        const std::string single = directory.write("single", "just this\n");
        const Node providers =
            node("{files:{source:'file',path:'" + json + "'},one:{source:'file',path:'" + single +
                 "',mode:'singleValue'}}");
        const Environment environment;
        const SecretSource source(environment, &providers, "/h");
        CHECK(source.resolve(node("{source:'file',provider:'files',id:'/providers/a~1b/key'}"))
                  ->reveal() == "deep");
        CHECK(source.resolve(node("{source:'file',provider:'one',id:'value'}"))->reveal() ==
              "just this");
        CHECK(source.resolve(node("{source:'file',provider:'files',id:'/nope'}")).error().code ==
              Code::not_found);
        CHECK(source.resolve(node("{source:'file',provider:'absent',id:'/x'}")).error().code ==
              Code::not_found);

        chmod(json.c_str(), 0640);
        CHECK(source.resolve(node("{source:'file',provider:'files',id:'/providers'}"))
                  .error()
                  .sentence.contains("chmod 600"));
        chmod(single.c_str(), 0600);
        REQUIRE(link(single.c_str(), directory.path("second").c_str()) == 0);
        CHECK(source.resolve(node("{source:'file',provider:'one',id:'value'}"))
                  .error()
                  .sentence.contains("hard link"));
    }
    TEST_CASE("a token file is a regular file; its first line counts") {
        const Directory directory;
        const std::string file = directory.write("token", "  123:abc  \nsecond line\n");
        chmod(file.c_str(), 0644); // mounted secrets often are
        const Environment environment;
        const SecretSource source(environment, nullptr, "/h");
        CHECK(source.from_file(file)->reveal() == "123:abc");
        REQUIRE(symlink(file.c_str(), directory.path("link").c_str()) == 0);
        CHECK(source.from_file(directory.path("link")).error().sentence.contains("symbolic link"));
        CHECK_FALSE(source.from_file(directory.path(".")));
        CHECK(source.from_file(directory.write("empty", "\n")).error().sentence.contains("empty"));
        CHECK(source.from_file(directory.path("absent")).error().code == Code::not_found);
    }
}
