#include "common/config/field_rows.h"
#include "common/config/tables.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace openclaw;
using namespace openclaw::config;

namespace {

struct Leaf {
    enum class Colour { red, green };
    int size = 1;
    std::optional<bool> open;
    Colour colour = Colour::red;
    std::vector<std::string> ids;
    Milliseconds pause{5};
    double share = 0;
    Secret key;
};

struct Tree {
    Leaf leaf;
    std::map<std::string, Leaf> leaves;
    std::map<std::string, int> counts;
    std::vector<Leaf> row;
    std::string name;
};

constexpr std::array<std::string_view, 2> colours = {"red", "green"};
constexpr std::array leaf_fields = {
    set<&Leaf::size>("size", Reload::hot).bounds(1, 10).by_default("1"),
    set<&Leaf::open>("open", Reload::hot),
    set<&Leaf::colour>("colour", Reload::hot, words_of(colours)),
    set<&Leaf::ids>("ids", Reload::hot),
    set<&Leaf::pause>("pauseMs", Reload::hot),
    set<&Leaf::share>("share", Reload::hot),
    set<&Leaf::key>("key", Reload::hot),
    known("legacy", Reload::hot),
};
constexpr Section leaf_section{leaf_fields};
constexpr Field count = plain_entry<int>();
constexpr std::array sleeping_fields = {known("inner", Reload::none)};
constexpr Section sleeping_section{sleeping_fields};
constexpr std::array tree_fields = {
    part<&Tree::leaf>("leaf", leaf_section),
    map_of<&Tree::leaves>("leaves", Reload::hot, leaf_section),
    map_of<&Tree::counts>("counts", Reload::hot, count),
    list_of<&Tree::row>("row", Reload::hot, leaf_section),
    set<&Tree::name>("name", Reload::hot),
    known("sleeping", Reload::none, sleeping_section),
};
constexpr Section tree_section{tree_fields};

struct Outcome {
    Tree tree;
    Report report;

    std::string first_error() const {
        return report.errors.empty() ? "" : render(report.errors[0], "f");
    }
};

Outcome read(std::string_view text) {
    Outcome outcome;
    const Environment environment = {{"KEY", "hidden"}};
    const SecretSource secrets(environment, nullptr, "");
    const auto document = parse(text);
    REQUIRE(document);
    read_section(tree_section, document->root, &outcome.tree, "", {secrets, outcome.report});
    return outcome;
}

// Every key name in every section is written once.
void check_names(const Section& section, const std::string& path) {
    auto names = names_in(section);
    std::ranges::sort(names);
    const auto twice = std::ranges::adjacent_find(names);
    CHECK_MESSAGE(twice == names.end(), path, ".", twice == names.end() ? "" : *twice);
    for (const Section* rows = &section; rows != nullptr; rows = rows->also)
        for (const Field& field : rows->fields) {
            CHECK_MESSAGE((field.type != Type::word || !field.words.empty()), path, ".",
                          field.name);
            if (field.section != nullptr)
                check_names(*field.section, path + "." + std::string(field.name));
        }
}

} // namespace

TEST_SUITE("common/config") {
    TEST_CASE("a table fills members of every kind") {
        const auto [tree, report] =
            read("{leaf:{size:3,open:true,colour:'green',ids:['a',7,-100],pauseMs:250,share:.5,key:"
                 "'$KEY'},"
                 "leaves:{x:{size:2}},counts:{a:1,b:2},row:[{size:4},{}],name:'n'}");
        CHECK(report.errors.empty());
        CHECK(tree.leaf.size == 3);
        CHECK(tree.leaf.open == true);
        CHECK(tree.leaf.colour == Leaf::Colour::green);
        CHECK(tree.leaf.ids == std::vector<std::string>{"a", "7", "-100"});
        CHECK(tree.leaf.pause == Milliseconds(250));
        CHECK(tree.leaf.share == 0.5);
        CHECK(tree.leaf.key.reveal() == "hidden");
        CHECK(tree.leaves.at("x").size == 2);
        CHECK(tree.counts == std::map<std::string, int>{{"a", 1}, {"b", 2}});
        CHECK(tree.row.size() == 2);
        CHECK(tree.row[0].size == 4);
    }
    TEST_CASE("what is not written keeps its default") {
        CHECK(read("{}").tree.leaf.size == 1);
        CHECK_FALSE(read("{leaf:{}}").tree.leaf.open);
    }
    TEST_CASE("each mistake is named with its place, its path and the remedy") {
        CHECK(read("{leaf:{sise:1}}").first_error() ==
              "f:1:8 — leaf: Unrecognized key: \"sise\" (did you mean \"size\"?)");
        CHECK(read("{completely: 1}").first_error() ==
              "f:1:2 — <root>: Unrecognized key: \"completely\"");
        CHECK(read("{leaf:{size:'x'}}").first_error() ==
              "f:1:13 — leaf.size: Invalid input: expected a whole number, found a string");
        CHECK(read("{leaf:{size:1.5}}").first_error() ==
              "f:1:13 — leaf.size: Invalid input: expected a whole number, found a number (1.5)");
        CHECK(read("{leaf:{size:11}}").first_error().contains("from 1 to 10, found 11"));
        CHECK(read("{leaf:{share:NaN}}").first_error().contains("expected a number"));
        CHECK(read("{leaf:{colour:'blue'}}").first_error() ==
              "f:1:15 — leaf.colour: Invalid input (allowed: \"red\", \"green\")");
        CHECK(read("{leaf:{ids:['a',{}]}}").first_error().contains("leaf.ids[1]"));
        CHECK(read("{leaves:{\"a b\":{size:0}}}").first_error().contains("leaves[\"a b\"].size"));
        CHECK(read("{row:[{},{size:0}]}").first_error().contains("row[1].size"));
        CHECK(read("{leaf:7}").first_error().contains("expected an object"));
        CHECK(read("{leaf:{key:{source:'env',id:'ABSENT'}}}").first_error().contains("ABSENT"));
        CHECK(read("{leaf:{size:0},name:1,nope:2}").report.errors.size() == 3);
    }
    TEST_CASE("a key that is known and not acted on is accepted and named once") {
        const auto outcome = read("{sleeping:{inner:{anything:[1]}},leaf:{legacy:1}}");
        CHECK(outcome.report.errors.empty());
        REQUIRE(outcome.report.inactive.size() == 2);
        CHECK(outcome.report.inactive[0].path == "sleeping");
        CHECK(outcome.report.inactive[1].path == "leaf.legacy");
        CHECK(read("{sleeping:{unheard:1}}").report.errors.size() == 1);
    }
    TEST_CASE("the nearest known word is near") {
        const std::vector<std::string_view> known = {"node", "gateway", "dmPolicy"};
        CHECK(nearest("nope", known) == "node");
        CHECK(nearest("gatway", known) == "gateway");
        CHECK(nearest("dmpolicy", known) == "dmPolicy");
        CHECK(nearest("x", known).empty());
        CHECK(nearest("completely", known).empty());
    }
    TEST_CASE("defaults are printed from the table") {
        CHECK(print_defaults(tree_section, "t").contains("t.leaf.size = 1\n"));
        CHECK(print_defaults(root_section, "").contains("gateway.port = 18789\n"));
    }
    TEST_CASE("no table names a key twice, and every word has its words") {
        check_names(root_section, "root");
    }
}
