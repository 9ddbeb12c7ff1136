#include "supervisor/policy/attached_files.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::policy;

namespace {

const std::string png = "\x89PNG\r\n\x1a\n and pixels";

SortedFiles sorted(AttachedFile file) {
    AttachedFiles files;
    files.push_back(std::move(file));
    return sort_files(std::move(files));
}

} // namespace

TEST_SUITE("supervisor/policy") {
    TEST_CASE("an image goes to the model, and the talk names it") {
        const auto one = sorted(attached_file("photo.png", "image/png", png));
        REQUIRE(one.images.size() == 1);
        CHECK(one.images[0].bytes == png);
        CHECK(one.lines == std::vector<std::string>{"[image photo.png, 19 bytes]"});
    }
    TEST_CASE("what an image is, its bytes say") {
        const auto hidden = sorted(attached_file("notes.txt", "text/plain", png));
        REQUIRE(hidden.images.size() == 1);
        CHECK(hidden.images[0].mime == "image/png");
        CHECK(hidden.images[0].kind == "image");
        const auto claimed = sorted(attached_file("photo.png", "image/png", "no pixels"));
        CHECK(claimed.images.empty());
        CHECK(claimed.lines.at(0) == "[image photo.png, 9 bytes]");
    }
    TEST_CASE("text stands in the talk under its name") {
        CHECK(sorted(attached_file("a.txt", "text/plain", "hello")).lines.at(0) ==
              "[a.txt]\nhello");
        CHECK(sorted(attached_file("main.rs", "", "fn main() {}")).lines.at(0) ==
              "[main.rs]\nfn main() {}");
        CHECK(sorted(attached_file("x", "application/ld+json", "{}")).lines.at(0) == "[x]\n{}");
    }
    TEST_CASE("bytes that are no text are named, whatever they are called") {
        CHECK(sorted(attached_file("a.txt", "text/plain", "\xff\xfe")).lines.at(0) ==
              "[document a.txt, 2 bytes]");
        CHECK(sorted(attached_file("a.txt", "text/plain", std::string("a\0b", 3))).lines.at(0) ==
              "[document a.txt, 3 bytes]");
        CHECK(
            sorted(attached_file("v.mp4", "video/mp4", std::string(3'100'000, 'v'))).lines.at(0) ==
            "[video v.mp4, 3.1 MB]");
    }
    TEST_CASE("what is too much is named with the reason") {
        AttachedFiles files(2, attached_file("a.txt", "", std::string(300 * 1024, 'a')));
        const auto text = sort_files(std::move(files));
        CHECK(text.lines.at(0).size() > 300 * 1024);
        CHECK(text.lines.at(1) == "[document a.txt, 307 KB: too long to be read here]");
        const auto image =
            sorted(attached_file("p.png", "", png + std::string(max_image_bytes, 'p')));
        CHECK(image.images.empty());
        CHECK(image.lines.at(0) == "[image p.png, 6.3 MB: too large to be shown]");
    }
    TEST_CASE("a client is told at once what cannot be taken") {
        CHECK_FALSE(file_refusal(attached_file("p.png", "", png)));
        CHECK_FALSE(file_refusal(attached_file("a.txt", "", "hello")));
        CHECK(file_refusal(attached_file("a.txt", "", "\xff"))->contains("is not UTF-8 text"));
        CHECK(file_refusal(attached_file("x.pdf", "", "%PDF"))
                  ->contains("\"x.pdf\" (application/pdf) is not supported"));
        CHECK(file_refusal(attached_file("p.png", "", png + std::string(max_image_bytes, 'p')))
                  ->contains("larger"));
    }
}
