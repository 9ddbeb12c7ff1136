#include "common/base/spare_memory.h"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

using namespace openclaw;

namespace {

// proc(5), status: kB of files mapped into this process.
long mapped_file_kib() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("RssFile:")) return std::stol(line.substr(8));
    return 0;
}

} // namespace

TEST_SUITE("common/base") {
    TEST_CASE("the pages of program text are given back, and come again when they are called") {
        const long before = mapped_file_kib();
        release_spare_memory();
        const long after = mapped_file_kib();
        CHECK(after < before);
        CHECK(std::stoi(std::string("42")) == 42);
    }
}
