#include "common/config/path.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::config;

namespace {

std::string value_at(const Node& root, std::string_view path) {
    const auto steps = parse_path(path);
    if (!steps) return "no path";
    const Node* found = find(root, *steps);
    return found == nullptr ? "nothing" : to_json(*found);
}

} // namespace

TEST_SUITE("common/config") {
    TEST_CASE("a path leads through keys, quoted keys and indexes") {
        const Node root = parse("{a:{'b.c':{d:[1,{e:2}]},'':3}}")->root;
        CHECK(value_at(root, "a[\"b.c\"].d[1].e") == "2");
        CHECK(value_at(root, "a['b.c'].d.0") == "1");
        CHECK(value_at(root, " a . ") == "no path");
        CHECK(value_at(root, "a[\"\"]") == "3");
        CHECK(value_at(root, "a.x.y") == "nothing");
        CHECK(value_at(root, "a[0]") == "nothing");
        for (const std::string_view bad :
             {"", ".", "a.", ".a", "a..b", "a[", "a[x]", "a[\"x]", "a[0", "a[0]b", "a[-1]"})
            CHECK_MESSAGE(value_at(root, bad) == "no path", bad);
        CHECK_FALSE(parse_path(std::string(2000, 'a')));
    }
    TEST_CASE("putting makes objects on the way and lists grow at their end") {
        Node root = parse("{list:[1],text:'x'}")->root;
        REQUIRE(put(root, *parse_path("a.b.c"), text_node("v")));
        REQUIRE(put(root, *parse_path("list[1]"), text_node("w")));
        REQUIRE(put(root, *parse_path("list.0"), text_node("u")));
        CHECK(to_json(root) == R"({"list":["u","w"],"text":"x","a":{"b":{"c":"v"}}})");
        CHECK_FALSE(put(root, *parse_path("list[7]"), text_node("x")));
        CHECK_FALSE(put(root, *parse_path("text.sub"), text_node("x")));
        CHECK_FALSE(put(root, *parse_path("list.name"), text_node("x")));
    }
    TEST_CASE("removing takes one thing and says whether it was there") {
        Node root = parse("{a:{b:1,c:2},list:[1,2,3]}")->root;
        CHECK(remove(root, *parse_path("a.b")));
        CHECK(remove(root, *parse_path("list[1]")));
        CHECK_FALSE(remove(root, *parse_path("a.b")));
        CHECK_FALSE(remove(root, *parse_path("list[9]")));
        CHECK(to_json(root) == R"({"a":{"c":2},"list":[1,3]})");
    }
}
