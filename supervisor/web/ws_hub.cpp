#include "supervisor/web/ws_hub.h"

#include "supervisor/web/ws_client.h"

#include <algorithm>

namespace openclaw::web {

namespace {

constexpr std::size_t kept_buffers = 8;
constexpr std::size_t kept_capacity = 512 * 1024; // larger ones go back to the allocator

} // namespace

std::string WsHub::lend() {
    if (buffers_.empty()) return {};
    std::string buffer = std::move(buffers_.back());
    buffers_.pop_back();
    return buffer;
}

void WsHub::give_back(std::string buffer) {
    if (buffers_.size() >= kept_buffers || buffer.capacity() > kept_capacity) return;
    buffer.clear();
    buffers_.push_back(std::move(buffer));
}

void WsHub::wants_flush(WsClient& client) {
    to_flush_.push_back(&client);
    if (is_planned_) return;
    is_planned_ = true;
    loop_.defer([this, alive = std::weak_ptr(alive_)] {
        if (!alive.expired()) flush_all();
    });
}

void WsHub::forget(WsClient& client) {
    std::ranges::replace(to_flush_, &client, nullptr);
}

void WsHub::flush_all() {
    is_planned_ = false;
    std::vector<WsClient*> batch;
    batch.swap(to_flush_);
    for (WsClient* client : batch)
        if (client != nullptr) client->flush();
    batch.clear();
    if (to_flush_.empty()) to_flush_.swap(batch); // keep the memory
}

} // namespace openclaw::web
