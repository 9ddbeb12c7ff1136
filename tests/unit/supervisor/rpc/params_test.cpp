#include "supervisor/rpc/params.h"
#include "tests/unit/supervisor/rpc/fakes.h"

#include <doctest/doctest.h>

#include <array>

using namespace openclaw;
using namespace openclaw::rpc;

namespace {

constexpr std::array<std::string_view, 2> colours = {"red", "green"};
constexpr std::array inner = {required_text("id"), text("note", 0, 3)};
constexpr std::array fields = {
    required_text("name", 2, 5),
    integer("count", 1, 10),
    flag("on"),
    Field{.name = "colour", .kind = Kind::string, .one_of = colours},
    Field{.name = "tags", .kind = Kind::string_list},
    Field{.name = "inner", .kind = Kind::object, .fields = inner},
    Field{.name = "leaf", .kind = Kind::string, .nullable = true},
    anything("free"),
};

std::string why(std::string_view json, Unknown unknown = Unknown::refused) {
    const auto document = test::parsed(json);
    return complaint(document.root(), fields, unknown).value_or("");
}

} // namespace

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("what fits has nothing to complain about") {
        CHECK(why(R"({"name":"ab"})") == "");
        CHECK(
            why(R"({"name":"ab","count":10,"on":false,"colour":"red","tags":["x"],"inner":{"id":"1"},"leaf":null,"free":[1]})") ==
            "");
    }

    TEST_CASE("each kind of misfit has its words") {
        CHECK(why("{}") == "must have required property 'name'");
        CHECK(why(R"({"name":"a"})") == "at /name: must not have fewer than 2 characters");
        CHECK(why(R"({"name":"abcdef"})") == "at /name: must not have more than 5 characters");
        CHECK(why(R"({"name":"ééééé"})") == "");
        CHECK(why(R"({"name":7})") == "at /name: must be string");
        CHECK(why(R"({"name":"ab","count":0})") == "at /count: must be >= 1");
        CHECK(why(R"({"name":"ab","count":11})") == "at /count: must be <= 10");
        CHECK(why(R"({"name":"ab","count":1.5})") == "at /count: must be integer");
        CHECK(why(R"({"name":"ab","on":"yes"})") == "at /on: must be boolean");
        CHECK(why(R"({"name":"ab","colour":"blue"})") ==
              "at /colour: must be equal to one of the allowed values");
        CHECK(why(R"({"name":"ab","tags":["x",1]})") == "at /tags/1: must be string");
        CHECK(why(R"({"name":"ab","tags":{}})") == "at /tags: must be array");
        CHECK(why(R"({"name":"ab","inner":{}})") == "at /inner: must have required property 'id'");
        CHECK(why(R"({"name":"ab","inner":{"id":"1","note":"long"}})") ==
              "at /inner/note: must not have more than 3 characters");
        CHECK(why(R"({"name":"ab","leaf":3})") == "at /leaf: must be string");
        CHECK(why("[]") == "at root: must be object");
    }

    TEST_CASE("several complaints are joined, and unknown properties may be ignored") {
        CHECK(why(R"({"pad":1,"count":0})") ==
              "must have required property 'name'; at root: unexpected property 'pad'; at /count: "
              "must be >= 1");
        CHECK(why(R"({"pad":1,"name":"ab"})", Unknown::ignored) == "");
    }
}
