#include "workers/agent/reports.h"

#include "common/base/strings.h"
#include "common/ipc/protocol.h"
#include "common/ipc/text.h"
#include "common/log/log.h"

namespace openclaw::agent {

std::size_t Reports::delta(const RunName& run, std::string_view text) {
    std::size_t taken = 0;
    while (taken < text.size() && link_.can_send()) {
        const auto part = utf8_prefix(text.substr(taken), ipc::max_inline_text);
        wire::Frame frame;
        frame.set_trace(run.trace);
        frame.mutable_run_delta()->set_run_id(run.run_id);
        frame.mutable_run_delta()->set_text(std::string(part));
        if (!link_.send(frame)) break;
        taken += part.size();
    }
    return taken;
}

void Reports::end(const RunName& run, wire::RunEnd end, std::string text) {
    end.set_run_id(run.run_id);
    End report{run, std::move(end), std::move(text)};
    if (!waiting_.empty() || !send(report)) waiting_.push_back(std::move(report));
}

void Reports::on_room() {
    while (!waiting_.empty() && send(waiting_.front()))
        waiting_.pop_front();
}

bool Reports::send(End& report) {
    wire::Frame frame;
    frame.set_trace(report.run.trace);
    *frame.mutable_run_end() = report.end;
    auto blob = ipc::put_text(*frame.mutable_run_end()->mutable_text(), report.text);
    if (!blob) { // no memory for a blob: the user gets the beginning rather than nothing
        log::error("run.end.cut", {{"run", report.run.run_id}, {"problem", blob.error().sentence}});
        frame.mutable_run_end()->mutable_text()->set_inline_text(
            std::string(utf8_prefix(report.text, ipc::max_inline_text)));
        blob = UniqueFd();
    }
    const int fd = blob->get();
    const auto sent = link_.send(frame, fd >= 0 ? std::span(&fd, 1) : std::span<const int>());
    return sent || sent.error().code != Code::busy; // a peer that is gone needs no report
}

} // namespace openclaw::agent
