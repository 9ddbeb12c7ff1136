#include "supervisor/rpc/ration.h"

#include "common/json/write.h"

namespace openclaw::rpc {

namespace {

// PROTOCOL.md 3: control-plane writes.
constexpr int allowed = 30;
constexpr Milliseconds within = std::chrono::seconds(60);
constexpr std::size_t max_windows = 1000;

} // namespace

bool Ration::take(std::string_view method, const Peer& peer) {
    if (windows_.size() >= max_windows) forget_old();
    std::string key(method);
    key.append(1, '\n').append(peer.principal()).append(1, '\n').append(peer.ip);
    Window& window = windows_[key];
    const auto now = clock_.now();
    if (now - window.since >= within) window = {.since = now};
    return ++window.used <= allowed;
}

WireError Ration::refusal(std::string_view method) {
    json::Writer details;
    details.begin_object().member("method", method).member("limit", "30 per 60s").end_object();
    WireError refused = unavailable(
        "too many " + std::string(method) + " requests; wait a minute and retry", details.take());
    refused.retryable = true;
    refused.retry_after_ms = within.count();
    return refused;
}

void Ration::forget_old() {
    const auto horizon = clock_.now() - within;
    std::erase_if(windows_, [&](const auto& entry) { return entry.second.since < horizon; });
}

} // namespace openclaw::rpc
