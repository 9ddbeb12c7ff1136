#include "supervisor/web/chunked_body.h"

#include <algorithm>
#include <charconv>

namespace openclaw::web {

namespace {

constexpr std::size_t longest_line = 1024; // with an extension; of a trailer

} // namespace

ChunkedBody::State ChunkedBody::feed(std::string_view bytes, std::string& body) {
    while (!bytes.empty() && part_ != Part::done) {
        if (part_ == Part::data) {
            const auto size = std::min<std::uint64_t>(left_, bytes.size());
            body += bytes.substr(0, size);
            bytes.remove_prefix(size);
            left_ -= size;
            if (left_ == 0) part_ = Part::data_end;
            continue;
        }
        const auto end = bytes.find('\n');
        line_ += bytes.substr(0, end);
        if (line_.size() > longest_line) return State::broken;
        if (end == bytes.npos) return State::more;
        bytes.remove_prefix(end + 1);
        if (!line_.ends_with('\r')) return State::broken;
        line_.pop_back();
        if (read_line(line_) == State::broken) return State::broken;
        line_.clear();
    }
    if (part_ != Part::done) return State::more;
    return bytes.empty() ? State::whole : State::broken; // nobody sends more before the answer
}

ChunkedBody::State ChunkedBody::read_line(std::string_view line) {
    if (part_ == Part::data_end) {
        part_ = Part::size;
        return line.empty() ? State::more : State::broken;
    }
    if (part_ == Part::trailer) {
        if (line.empty()) part_ = Part::done;
        return State::more;
    }
    const auto digits = line.substr(0, line.find_first_of("; \t"));
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
    if (digits.empty() || read.ec != std::errc() || read.ptr != digits.data() + digits.size())
        return State::broken;
    part_ = left_ == 0 ? Part::trailer : Part::data;
    return State::more;
}

} // namespace openclaw::web
