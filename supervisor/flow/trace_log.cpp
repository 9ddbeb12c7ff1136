#include "supervisor/flow/trace_log.h"

namespace openclaw::flow {

void TraceLog::add(const std::string& trace, std::string_view room, std::string_view event,
                   std::string detail) {
    if (trace.empty()) return;
    auto [found, is_new] = steps_.try_emplace(trace);
    if (is_new) order_.push_back(trace);
    if (found->second.size() < max_steps)
        found->second.push_back(
            {.at_ms = clock_.unix_ms(), .room = room, .event = event, .detail = std::move(detail)});
    if (order_.size() <= max_traces) return;
    steps_.erase(order_.front());
    order_.pop_front();
}

const std::vector<TraceStep>& TraceLog::steps(const std::string& trace) const {
    static const std::vector<TraceStep> none;
    const auto found = steps_.find(trace);
    return found == steps_.end() ? none : found->second;
}

} // namespace openclaw::flow
