#include "cli/command/media.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace openclaw;
using namespace openclaw::cli;

namespace {

struct MediaFolder {
    MediaFolder() {
        std::string pattern = std::filesystem::temp_directory_path() / "oc-media-XXXXXX";
        REQUIRE(mkdtemp(pattern.data()) != nullptr);
        path = pattern;
    }

    ~MediaFolder() { std::filesystem::remove_all(path); }

    std::string file(const std::string& name, const std::string& bytes) const {
        std::ofstream(path / name, std::ios::binary) << bytes;
        return path / name;
    }

    std::filesystem::path path;
};

std::string why(const std::string& argument) {
    const auto media = read_media(argument);
    REQUIRE_FALSE(media);
    return media.error().message;
}

} // namespace

TEST_SUITE("cli/command") {
    TEST_CASE("a file goes to the gateway as bytes, under its name and type") {
        const MediaFolder folder;
        const auto media = read_media(folder.file("a note.txt", "hello"));
        REQUIRE(media);
        json::Writer out;
        out.begin_object();
        write_media(out, *media);
        CHECK(out.end_object().text() ==
              R"({"buffer":"aGVsbG8=","filename":"a note.txt","contentType":"text/plain"})");
    }
    TEST_CASE("an address is for the gateway to fetch") {
        json::Writer out;
        out.begin_object();
        write_media(out, read_media("https://example.org/a.png").value());
        CHECK(out.end_object().text() == R"({"mediaUrl":"https://example.org/a.png"})");
    }
    TEST_CASE("what cannot be sent is refused in a sentence that names it") {
        const MediaFolder folder;
        CHECK(why("/nowhere/a.txt") == "--media /nowhere/a.txt: No such file or directory");
        CHECK(why(folder.path).ends_with(": this is no file"));
        CHECK(why(folder.file("empty", "")).ends_with(": the file is empty"));
        const auto large = folder.file("large", "x");
        std::filesystem::resize_file(large, largest_media + 1);
        CHECK(why(large).ends_with("the file has 18.9 MB, and at most 18.9 MB can be sent"));
    }
}
