#include "workers/agent/sse.h"

namespace openclaw::agent {

namespace {
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
}

Result<void> SseParser::feed(std::string_view bytes, const OnEvent& on_event) {
    while (!bytes.empty()) {
        if (after_return_ && bytes.front() == '\n') bytes.remove_prefix(1);
        after_return_ = false;
        const auto end = bytes.find_first_of("\r\n");
        line_ += bytes.substr(0, end);
        if (line_.size() + data_.size() > max_event_bytes)
            return fail(Code::corrupt, "a server-sent event of more than 1 MiB");
        if (end == std::string_view::npos) return {};
        after_return_ = bytes[end] == '\r';
        bytes.remove_prefix(end + 1);
        const std::string line = std::exchange(line_, {});
        if (!take_line(line, on_event)) return {};
    }
    return {};
}

void SseParser::finish(const OnEvent& on_event) {
    const std::string line = std::exchange(line_, {});
    if (line.empty() || take_line(line, on_event)) dispatch(on_event);
}

bool SseParser::take_line(std::string_view line, const OnEvent& on_event) {
    if (!std::exchange(began_, true) && line.starts_with(byte_order_mark))
        line.remove_prefix(byte_order_mark.size());
    if (line.empty()) return dispatch(on_event);
    const auto colon = line.find(':');
    if (line.substr(0, colon) != "data") return true;
    std::string_view value;
    if (colon != std::string_view::npos) value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (std::exchange(has_data_, true)) data_ += '\n';
    data_ += value;
    return true;
}

bool SseParser::dispatch(const OnEvent& on_event) {
    if (!std::exchange(has_data_, false)) return true;
    const bool go_on = on_event(data_);
    data_.clear();
    return go_on;
}

} // namespace openclaw::agent
