#include "supervisor/rpc/method_table.h"

#include "common/base/check.h"

namespace openclaw::rpc {

Reply::Reply(std::weak_ptr<Peer> peer, std::string id_json, Observer observer)
    : peer_(std::move(peer))
    , id_json_(std::move(id_json))
    , observer_(std::move(observer)) {}

void Reply::ok(std::string_view payload_json) const {
    if (observer_) observer_(std::string(payload_json));
    const auto peer = peer_.lock();
    if (peer == nullptr) return;
    const std::string_view parts[] = {R"({"type":"res","id":)", id_json_,
                                      R"(,"ok":true,"payload":)", payload_json, "}"};
    peer->send_parts(parts);
}

void Reply::fail(const WireError& error, std::string_view payload_json) const {
    if (observer_) observer_(error);
    const auto peer = peer_.lock();
    if (peer == nullptr) return;
    const std::string error_json = to_json(error);
    const std::string_view parts[] = {R"({"type":"res","id":)",
                                      id_json_,
                                      R"(,"ok":false,"error":)",
                                      error_json,
                                      payload_json.empty() ? "" : R"(,"payload":)",
                                      payload_json,
                                      "}"};
    peer->send_parts(parts);
}

void Reply::send(const Outcome& outcome) const {
    if (const auto* payload = std::get_if<std::string>(&outcome))
        ok(*payload);
    else
        fail(std::get<WireError>(outcome));
}

void MethodTable::add(Method method) {
    CHECK_INVARIANT(method.handler != nullptr);
    const bool is_new = index_.emplace(method.name, rows_.size()).second;
    CHECK_INVARIANT(is_new);
    rows_.push_back(std::move(method));
}

const Method* MethodTable::find(std::string_view name) const {
    const auto at = index_.find(name);
    return at == index_.end() ? nullptr : &rows_[at->second];
}

std::vector<std::string_view> MethodTable::names() const {
    std::vector<std::string_view> names;
    for (const auto& row : rows_)
        names.push_back(row.name);
    return names;
}

} // namespace openclaw::rpc
