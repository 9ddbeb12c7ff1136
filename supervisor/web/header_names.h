// web/header_names.h — header names that libwebsockets 4.1 misreads.
//
// A name that is the beginning of one it knows ("X-Rea:") is read on up to the next colon: the
// header after it is lost, and the last one of a request makes it wait for more. An ordinary peer
// hurts only its own request, for at most the time a request may take. Behind a trusted proxy a
// client could hide the forwarding header that the proxy adds, and pass as local.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace openclaw::web {

// The first such name in `head`, a request's first line and headers.
std::optional<std::string_view> misread_header(std::string_view head);

// Length of the first line and headers with the empty line that ends them; 0: not whole yet.
std::size_t head_length(std::string_view bytes);

} // namespace openclaw::web
