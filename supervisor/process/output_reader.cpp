#include "supervisor/process/output_reader.h"

#include "common/base/strings.h"

#include <unistd.h>

#include <array>
#include <cerrno>

namespace openclaw::process {

namespace {
constexpr std::size_t line_bytes = 4096;
}

OutputReader::OutputReader(Loop& loop, UniqueFd fd, OnLine on_line, Task on_closed)
    : fd_(std::move(fd))
    , on_line_(std::move(on_line))
    , on_closed_(std::move(on_closed))
    , clock_(loop.clock())
    , resting_(loop)
    , watch_(std::make_unique<FdWatch>(loop, fd_.get(), [this](Ready) { read_some(); })) {
    watch_->want(true, false);
}

void OutputReader::finish() {
    is_hurried_ = true;
    resting_.stop();
    if (watch_) watch_->want(true, false);
}

// One buffer a turn: others are waiting too.
void OutputReader::read_some() {
    std::array<char, 4096> buffer;
    const ssize_t size = read(fd_.get(), buffer.data(), buffer.size());
    if (size > 0) return take({buffer.data(), static_cast<std::size_t>(size)});
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    close();
}

void OutputReader::take(std::string_view bytes) {
    for (const char byte : bytes) {
        if (byte == '\n' || line_.size() >= line_bytes) end_line();
        if (byte != '\n') line_ += byte;
    }
    if (budget_.dropped() > 0 && !is_hurried_) rest();
}

void OutputReader::end_line() {
    if (line_.empty()) return;
    last_line_ = to_valid_utf8(line_);
    line_.clear();
    if (budget_.take(clock_.now())) on_line_(last_line_);
}

void OutputReader::rest() {
    on_line_("(" + std::to_string(budget_.take_dropped()) + " lines dropped)");
    watch_->want(false, false);
    resting_.start(std::chrono::seconds(1), [this] { watch_->want(true, false); });
}

void OutputReader::close() {
    end_line();
    watch_.reset();
    on_closed_();
}

} // namespace openclaw::process
