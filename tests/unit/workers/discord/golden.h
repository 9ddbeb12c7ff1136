// Golden files: an input and the output it must give, side by side under tests/golden/discord.
// When a difference is wanted, run the test once with OPENCLAW_GOLDEN_WRITE=1 and read the diff.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace openclaw::discord::golden {

inline std::filesystem::path folder(const std::string& name) {
    return std::filesystem::path(OPENCLAW_SOURCE_ROOT) / "tests/golden/discord" / name;
}

inline std::string read(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

// Every input of a folder, in order of name.
inline std::vector<std::filesystem::path> inputs(const std::string& name,
                                                 const std::string& extension) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder(name)))
        if (entry.path().extension() == extension) files.push_back(entry.path());
    std::ranges::sort(files);
    REQUIRE_FALSE(files.empty());
    return files;
}

inline void compare(std::filesystem::path input, const std::string& extension,
                    const std::string& output) {
    const auto expected = input.replace_extension(extension);
    if (std::getenv("OPENCLAW_GOLDEN_WRITE") != nullptr) {
        std::ofstream(expected, std::ios::binary) << output;
        return;
    }
    INFO("golden file: " << expected.string());
    CHECK(output == read(expected));
}

} // namespace openclaw::discord::golden
