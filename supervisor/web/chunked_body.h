// web/chunked_body.h — a request body that comes in chunks (RFC 9112 7.1), read as it comes. Sans
// I/O.
//
// Extensions and trailers are passed over. Whatever is no chunk is an error: there is no second way
// to read it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace openclaw::web {

class ChunkedBody {
  public:
    enum class State { more, whole, broken };

    // Appends what `bytes` hold of the body to `body`.
    State feed(std::string_view bytes, std::string& body);

  private:
    enum class Part { size, data, data_end, trailer, done };

    State read_line(std::string_view line);

    Part part_ = Part::size;
    std::string line_;       // a line that has not ended
    std::uint64_t left_ = 0; // of the chunk
};

} // namespace openclaw::web
