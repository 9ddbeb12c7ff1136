#include "common/log/log.h"

#include <doctest/doctest.h>

#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

using namespace openclaw;

namespace {

// What the console gets while `act` runs.
template <class Act>
std::string console_of(Act act) {
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    fflush(stderr);
    const int before = dup(2);
    dup2(ends[1], 2);
    act();
    fflush(stderr);
    dup2(before, 2);
    close(before);
    close(ends[1]);
    std::string text(8192, '\0');
    const ssize_t size = read(ends[0], text.data(), text.size());
    close(ends[0]);
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return text;
}

std::string line_of(const std::string& value) {
    return console_of([&] { log::error("some.event", {{"said", value}}); });
}

} // namespace

TEST_SUITE("common/log") {
    TEST_CASE("a plain value stands as it is, another one between quotes") {
        CHECK(line_of("plain-1:2/3").ends_with(" error some.event said=plain-1:2/3\n"));
        CHECK(line_of("two words").ends_with(" said=\"two words\"\n"));
        CHECK(line_of("a=b").ends_with(" said=\"a=b\"\n"));
        CHECK(line_of("").ends_with(" said=\"\"\n"));
        CHECK(line_of("naïve").ends_with(" said=\"naïve\"\n"));
    }
    TEST_CASE("nobody's words end a line or move a terminal's cursor") {
        CHECK(line_of("\x1b[2J").ends_with(" said=\"\\u001b[2J\"\n"));
        CHECK(line_of("over\rwritten").ends_with(" said=\"over\\rwritten\"\n"));
        CHECK(line_of("tab\there").ends_with(" said=\"tab\\there\"\n"));
        CHECK(line_of("rub\x7fout").ends_with(" said=\"rub\\u007fout\"\n"));
        CHECK(line_of("\xc2\x9b"
                      "2J")
                  .ends_with(" said=\"\\u009b2J\"\n")); // CSI of eight bits, in UTF-8
        const auto bare = line_of("\x9b"
                                  "2J");
        CHECK(bare.find('\x9b') == bare.npos); // and without
    }
    TEST_CASE("a trace that is no trace does not make a line of its own") {
        const auto lines = console_of([] {
            const log::TraceScope trace("x\n2026 error worker.exited worker=telegram");
            log::error("some.event");
        });
        CHECK(lines.find('\n') == lines.size() - 1);
        CHECK(lines.contains(" trace=\"x\\n2026 "));
    }
}
