#include "common/worker/log_relay.h"

#include "common/base/strings.h"

namespace openclaw::worker {

namespace {

constexpr std::size_t held_records = 32;
constexpr std::size_t value_bytes = 4096; // a longer value is cut: a log line is not a transport

wire::Frame log_frame(log::Level level, std::string_view event,
                      std::span<const log::Field> fields) {
    wire::Frame frame;
    frame.set_trace(to_valid_utf8(log::trace()));
    auto& record = *frame.mutable_log();
    record.set_level(static_cast<wire::Log::Level>(level)); // the same numbers, see worker.proto
    record.set_event(to_valid_utf8(event));
    for (const auto& field : fields) {
        auto& copy = *record.add_fields();
        copy.set_name(to_valid_utf8(field.name));
        copy.set_value(to_valid_utf8(utf8_prefix(field.value, value_bytes)));
    }
    return frame;
}

} // namespace

static_assert(static_cast<int>(log::Level::error) == wire::Log::ERROR);
static_assert(static_cast<int>(log::Level::debug) == wire::Log::DEBUG);

LogRelay::LogRelay(Loop& loop, ipc::Link& link)
    : loop_(loop)
    , link_(link)
    , telling_(loop) {
    log::redirect([this](log::Level level, std::string_view event,
                         std::span<const log::Field> fields) { relay(level, event, fields); });
}

LogRelay::~LogRelay() {
    log::redirect({});
}

void LogRelay::open() {
    is_open_ = true;
    for (auto& frame : held_)
        send(frame);
    held_ = {};
}

void LogRelay::relay(log::Level level, std::string_view event, std::span<const log::Field> fields) {
    if (!budget_.take(loop_.clock().now())) return count_drop();
    wire::Frame frame = log_frame(level, event, fields);
    if (is_open_) return send(frame);
    if (held_.size() < held_records)
        held_.push_back(std::move(frame));
    else
        budget_.drop(), count_drop();
}

void LogRelay::send(wire::Frame& frame) {
    if (link_.send(frame)) return;
    budget_.drop();
    count_drop();
}

void LogRelay::count_drop() {
    if (!telling_.is_active()) telling_.start(std::chrono::seconds(1), [this] { tell_dropped(); });
}

void LogRelay::tell_dropped() {
    const std::array<log::Field, 1> count{log::Field("count", budget_.dropped())};
    wire::Frame frame = log_frame(log::Level::warn, "log.dropped", count);
    if (is_open_ && link_.send(frame))
        budget_.take_dropped();
    else
        count_drop(); // tried again in a second
}

} // namespace openclaw::worker
