#include "common/ipc/attached_files.h"
#include "common/ipc/protocol.h"
#include "common/ipc/text.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::ipc;

namespace {

struct Letter { // a frame's part of it, on its way
    wire::Text text;
    StatedFiles stated;
    Fds fds;

    explicit Letter(std::string_view words, const AttachedFiles& files = {}) {
        auto blob = put_text_and_files(text, words, stated, files);
        REQUIRE(blob);
        if (*blob) fds.push_back(std::move(*blob));
    }

    Result<TextAndFiles> taken() const { return take_text_and_files(text, stated, fds); }
};

AttachedFiles two_files() {
    return {attached_file("a.png", "image/png", "first"),
            attached_file("b.pdf", "application/pdf", std::string(100'000, 'z'))};
}

void check_two(const TextAndFiles& got, std::string_view words) {
    CHECK(got.text == words);
    REQUIRE(got.files.size() == 2);
    CHECK(got.files[0].name == "a.png");
    CHECK(got.files[0].kind == "image");
    CHECK(got.files[0].bytes == "first");
    CHECK(got.files[1].mime == "application/pdf");
    CHECK(got.files[1].bytes == std::string(100'000, 'z'));
}

} // namespace

TEST_SUITE("common/ipc") {
    TEST_CASE("files follow a short text in the frame and a long one in the blob") {
        const std::string longer(max_inline_text + 1, 'y');
        check_two(Letter("see", two_files()).taken().value(), "see");
        check_two(Letter(longer, two_files()).taken().value(), longer);
        check_two(Letter("", two_files()).taken().value(), "");
    }
    TEST_CASE("without files the text goes as it always went") {
        const std::string longer(max_inline_text + 1, 'y');
        const Letter small("see"), large(longer);
        CHECK(small.fds.empty());
        CHECK(take_text(small.text, small.fds) == "see");
        CHECK(take_text(large.text, large.fds) == longer);
        CHECK(large.taken().value().text == longer);
    }
    TEST_CASE("an empty file needs no blob") {
        const Letter letter("", {attached_file("empty.txt", "", "")});
        CHECK(letter.fds.empty());
        CHECK(letter.taken().value().files.at(0).bytes.empty());
    }
    TEST_CASE("more than ten files or 24 MiB are not sent") {
        wire::Text text;
        StatedFiles stated;
        const AttachedFiles many(max_attached_files + 1, attached_file("a", "", "x"));
        CHECK_FALSE(put_text_and_files(text, "", stated, many));
        const AttachedFiles large{attached_file("a", "", std::string(max_attached_bytes + 1, 'x'))};
        CHECK_FALSE(put_text_and_files(text, "", stated, large));
    }
    TEST_CASE("a frame that lies about its files is refused") {
        Letter letter("see", two_files());
        SUBCASE("a size too small") {
            letter.stated[0].set_bytes(4);
        }
        SUBCASE("a size too large") {
            letter.stated[0].set_bytes(6);
        }
        SUBCASE("sizes that wrap round") {
            letter.stated[0].set_bytes(~0ull);
            letter.stated[1].set_bytes(100'006);
        }
        SUBCASE("a text that is not there") {
            letter.text.set_blob_bytes(1);
        }
        SUBCASE("a text larger than the world") {
            letter.text.set_blob_bytes(~0ull);
        }
        SUBCASE("a blob that did not come") {
            letter.fds.clear();
        }
        SUBCASE("a file more") {
            *letter.stated.Add() = letter.stated[0];
        }
        SUBCASE("eleven files") {
            for (int i = 0; i < 9; ++i) {
                letter.stated.Add()->set_kind("image");
            }
        }
        SUBCASE("a kind nobody knows") {
            letter.stated[0].set_kind("program");
        }
        CHECK_FALSE(letter.taken());
    }
    TEST_CASE("names that came are cleaned") {
        Letter letter("", {attached_file("a", "", "x")});
        letter.stated[0].set_name("../../x\n.png");
        letter.stated[0].set_mime("nonsense");
        const auto got = letter.taken().value();
        CHECK(got.files[0].name == "x.png");
        CHECK(got.files[0].mime == "application/octet-stream");
    }
    TEST_CASE("an enclosure's views stay when it is moved") {
        StatedFiles stated;
        Fds fds;
        fds.push_back(put_files(stated, two_files(), "head").value());
        auto opened = open_enclosure(stated, 4, fds).value();
        const auto moved = std::move(opened);
        CHECK(moved.head == "head");
        CHECK(moved.files.at(0).bytes == "first");
        CHECK(moved.files.at(1).bytes.size() == 100'000);
    }
}
