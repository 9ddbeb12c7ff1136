#include "workers/discord/invalid_requests.h"

#include "common/base/strings.h"

#include <algorithm>
#include <charconv>

namespace openclaw::discord {

namespace {

template <typename Number>
bool read_whole(std::string_view text, Number& number) {
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    return problem == std::errc() && end == text.data() + text.size();
}

} // namespace

std::string InvalidRequests::text(Moment moment) const {
    std::string out;
    for (const auto& slice : slices_) {
        if (slice.count == 0 || slice.begins + window <= moment.now) continue;
        const auto age = std::chrono::duration_cast<Milliseconds>(moment.now - slice.begins);
        if (!out.empty()) out += ' ';
        out += std::to_string((moment.unix_ms - age.count()) / 1000) + ":" +
               std::to_string(slice.count);
    }
    return out;
}

void InvalidRequests::take_over(std::string_view text, Moment moment) {
    const auto window_s = std::chrono::duration_cast<std::chrono::seconds>(window).count();
    const auto now_s = moment.unix_ms / 1000;
    for (const auto piece : split(text, ' ')) {
        const auto colon = std::min(piece.find(':'), piece.size());
        std::int64_t began = 0;
        std::uint32_t count = 0;
        if (!read_whole(piece.substr(0, colon), began)) continue;
        if (!read_whole(piece.substr(std::min(colon + 1, piece.size())), count)) continue;
        if (began <= now_s - window_s) continue;
        const auto age = std::chrono::seconds(std::max<std::int64_t>(now_s - began, 0));
        auto& slice =
            slice_at(std::max(moment.now - age, Instant{})); // the machine may have begun since
        slice.count += std::min(count, most_counted - std::min(slice.count, most_counted));
    }
}

} // namespace openclaw::discord
