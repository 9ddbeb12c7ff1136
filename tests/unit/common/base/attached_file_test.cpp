#include "common/base/attached_file.h"

#include <doctest/doctest.h>

using namespace openclaw;

TEST_SUITE("common/base") {
    TEST_CASE("a file's name is its last part, without what a terminal or a path would obey") {
        CHECK(clean_file_name("../../etc/passwd") == "passwd");
        CHECK(clean_file_name("C:\\photos\\cat.png") == "cat.png");
        CHECK(clean_file_name("a\nb\x1b[31m.txt") == "ab[31m.txt");
        CHECK(clean_file_name("\xff.png") == "\xef\xbf\xbd.png");
        CHECK(clean_file_name("") == "file");
        CHECK(clean_file_name("..") == "file");
        CHECK(clean_file_name(std::string(500, 'x')).size() == 200);
    }
    TEST_CASE("a type is lower case without parameters, or unknown") {
        CHECK(clean_mime("Text/Plain; charset=utf-8") == "text/plain");
        CHECK(clean_mime("image") == "application/octet-stream");
        CHECK(clean_mime("a/b/c") == "application/octet-stream");
        CHECK(clean_mime("image/p\"ng") == "application/octet-stream");
        CHECK(clean_mime("/png") == "application/octet-stream");
    }
    TEST_CASE("without a type the name's ending tells it, and the type tells the kind") {
        const auto photo = attached_file("Cat.JPG", "", "x");
        CHECK(photo.mime == "image/jpeg");
        CHECK(photo.kind == "image");
        CHECK(attached_file("talk.opus", "", "x").kind == "audio");
        CHECK(attached_file("film", "video/mp4", "x").kind == "video");
        CHECK(attached_file("thing.xyz", "", "x").kind == "document");
        CHECK(kind_of_mime("imagery/png") == "document");
    }
    TEST_CASE("an image is what its first bytes say") {
        using namespace std::literals;
        CHECK(image_type_of("\x89PNG\r\n\x1a\n..."sv) == "image/png");
        CHECK(image_type_of("\xff\xd8\xff\xe0..."sv) == "image/jpeg");
        CHECK(image_type_of("GIF89a..."sv) == "image/gif");
        CHECK(image_type_of("RIFF\0\0\0\0WEBPVP8 "sv) == "image/webp");
        CHECK(image_type_of("RIFF\0\0\0\0WAVEfmt "sv).empty());
        CHECK(image_type_of("<svg/>"sv).empty());
    }
    TEST_CASE("sizes are said as people say them") {
        CHECK(size_in_words(900) == "900 bytes");
        CHECK(size_in_words(120'400) == "120 KB");
        CHECK(size_in_words(2'449'999) == "2.4 MB");
        CHECK(size_in_words(20u << 20) == "21.0 MB");
    }
}
