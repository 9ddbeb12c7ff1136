#include "common/net/multipart.h"

#include "common/base/strings.h"

#include <algorithm>

namespace openclaw::net {

namespace {

std::string quoted(std::string_view name) {
    std::string out = "\"";
    for (const char c : name) {
        if (c == '"')
            out += "%22";
        else if (c == '\r')
            out += "%0D";
        else if (c == '\n')
            out += "%0A";
        else
            out += c;
    }
    return out + '"';
}

std::string unused_boundary(std::span<const FormPart> parts, const MakeBoundary& make_boundary) {
    const auto contains = [](const std::string& boundary) {
        return [&boundary](const FormPart& part) { return part.bytes.contains(boundary); };
    };
    auto boundary = make_boundary();
    while (std::ranges::any_of(parts, contains(boundary)))
        boundary = make_boundary();
    return boundary;
}

std::string head_of(const FormPart& part) {
    std::string head = "Content-Disposition: form-data; name=" + quoted(part.name);
    if (!part.file_name.empty()) head += "; filename=" + quoted(part.file_name);
    if (!part.content_type.empty()) head.append("\r\nContent-Type: ").append(part.content_type);
    return head + "\r\n\r\n";
}

} // namespace

std::string random_boundary() {
    return "form" + random_hex(16);
}

FormBody form_body(std::span<const FormPart> parts, const MakeBoundary& make_boundary) {
    const auto boundary = unused_boundary(parts, make_boundary);
    constexpr std::size_t head_guess = 256;
    std::size_t size = head_guess;
    for (const auto& part : parts)
        size += part.bytes.size() + head_guess;
    FormBody body{.content_type = "multipart/form-data; boundary=" + boundary, .bytes = {}};
    body.bytes.reserve(size);
    for (const auto& part : parts)
        body.bytes.append("--")
            .append(boundary)
            .append("\r\n")
            .append(head_of(part))
            .append(part.bytes)
            .append("\r\n");
    body.bytes.append("--").append(boundary).append("--\r\n");
    return body;
}

} // namespace openclaw::net
