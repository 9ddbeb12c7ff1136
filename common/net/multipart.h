// net/multipart.h — a body of several parts, as forms with files are sent (RFC 7578). Pure.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace openclaw::net {

struct FormPart {
    std::string_view name;
    std::string_view file_name{};    // empty: a field, no file
    std::string_view content_type{}; // empty: not said
    std::string_view bytes;
};

struct FormBody {
    std::string content_type; // of the request, with the boundary
    std::string bytes;
};

// Gives another text each time, of at most 70 characters of 0-9 and a-z (RFC 2046 §5.1.1).
using MakeBoundary = std::function<std::string()>;

std::string random_boundary();

// The boundary is tried anew until no part contains it. Names are quoted as browsers do: quotes and
// line ends as %22, %0D, %0A, the rest as UTF-8.
FormBody form_body(std::span<const FormPart> parts,
                   const MakeBoundary& make_boundary = random_boundary);

} // namespace openclaw::net
