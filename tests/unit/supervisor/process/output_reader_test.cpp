#include "supervisor/process/output_reader.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

using namespace openclaw;
using namespace openclaw::process;

namespace {

struct Bench {
    Loop loop;
    UniqueFd writer;
    std::vector<std::string> lines;
    bool is_closed = false;
    std::unique_ptr<OutputReader> reader;

    Bench() {
        std::array<int, 2> ends{};
        REQUIRE(pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
        writer.reset(ends[1]);
        reader = std::make_unique<OutputReader>(
            loop, UniqueFd(ends[0]), [this](std::string_view line) { lines.emplace_back(line); },
            [this] { is_closed = true; });
    }

    ssize_t write(const std::string& text) {
        return ::write(writer.get(), text.data(), text.size());
    }

    void settle() {
        for (int i = 0; i < 30; ++i)
            loop.turn(false);
    }
};

} // namespace

TEST_SUITE("process/output_reader") {
    TEST_CASE("lines are told one by one, a line in pieces as one, empty ones not at all") {
        Bench bench;
        bench.write("one\n\ntw");
        bench.settle();
        bench.write("o\nthree");
        bench.settle();
        CHECK(bench.lines == std::vector<std::string>{"one", "two"});
        bench.writer.reset();
        bench.settle();
        CHECK(bench.lines.back() == "three");
        CHECK(bench.reader->last_line() == "three");
        CHECK(bench.is_closed);
    }
    TEST_CASE("a line without an end is cut, and bytes that are no text are replaced") {
        Bench bench;
        bench.write(std::string(5000, 'x') + "\xff\n");
        bench.settle();
        REQUIRE(bench.lines.size() == 2);
        CHECK(bench.lines[0].size() == 4096);
        CHECK(bench.lines[1].ends_with("\xef\xbf\xbd"));
    }
    TEST_CASE("a flood waits in its pipe until the next second, and then is read to the end") {
        Bench bench;
        std::string flood;
        for (int i = 0; i < 5000; ++i)
            flood += "line " + std::to_string(i) + "\n";
        REQUIRE(bench.write(flood) == static_cast<ssize_t>(flood.size()));
        bench.settle();
        CHECK(bench.lines.size() == 201);
        CHECK(bench.lines.back().find("lines dropped") != std::string::npos);
        bench.writer.reset();
        bench.reader->finish();
        bench.settle();
        CHECK(bench.is_closed);
        CHECK(bench.reader->last_line() == "line 4999");
    }
}
