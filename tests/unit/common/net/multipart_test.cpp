#include "common/net/multipart.h"

#include <doctest/doctest.h>

#include <vector>

using namespace openclaw::net;

namespace {

// The last one first.
MakeBoundary one_of(std::vector<std::string> boundaries) {
    return [boundaries = std::move(boundaries)]() mutable {
        auto next = boundaries.back();
        boundaries.pop_back();
        return next;
    };
}

} // namespace

TEST_SUITE("common/net") {
    TEST_CASE("a form is its parts between boundaries, files with their names and types") {
        const std::vector<FormPart> parts = {
            {.name = "payload_json", .content_type = "application/json", .bytes = "{}"},
            {.name = "files[0]",
             .file_name = "a.txt",
             .content_type = "text/plain",
             .bytes = "x\n"}};
        const auto body = form_body(parts, one_of({"b"}));
        CHECK(body.content_type == "multipart/form-data; boundary=b");
        CHECK(body.bytes ==
              "--b\r\nContent-Disposition: form-data; name=\"payload_json\"\r\n"
              "Content-Type: application/json\r\n\r\n{}\r\n"
              "--b\r\nContent-Disposition: form-data; name=\"files[0]\"; "
              "filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nx\n\r\n--b--\r\n");
    }
    TEST_CASE("a boundary is none that stands in a file") {
        const std::vector<FormPart> parts = {{.name = "f", .bytes = "--two"}};
        CHECK(form_body(parts, one_of({"one", "two"})).content_type.ends_with("=one"));
    }
    TEST_CASE("a name cannot end its header") {
        const std::vector<FormPart> parts = {
            {.name = "f", .file_name = "a\"\r\nX: ü", .bytes = {}}};
        CHECK(
            form_body(parts, one_of({"b"})).bytes.contains("filename=\"a%22%0D%0AX: ü\"\r\n\r\n"));
    }
    TEST_CASE("boundaries differ and are short enough") {
        CHECK(random_boundary() != random_boundary());
        CHECK(random_boundary().size() <= 70);
    }
}
