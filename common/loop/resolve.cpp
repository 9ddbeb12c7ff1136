#include "common/loop/resolve.h"

#include <uv.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace openclaw {

std::string Address::text() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(family, bytes.data(), text.data(), text.size());
    return text.data();
}

std::pair<sockaddr_storage, socklen_t> Address::with_port(std::uint16_t port) const {
    sockaddr_storage storage{};
    if (is_v6()) {
        auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        v6->sin6_scope_id = scope;
        std::memcpy(&v6->sin6_addr, bytes.data(), sizeof v6->sin6_addr);
        return {storage, sizeof *v6};
    }
    auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    std::memcpy(&v4->sin_addr, bytes.data(), sizeof v4->sin_addr);
    return {storage, sizeof *v4};
}

std::optional<Address> parse_address(std::string_view text) {
    const std::string copy(text);
    Address address;
    if (inet_pton(AF_INET, copy.c_str(), address.bytes.data()) == 1) return address;
    address.family = AF_INET6;
    if (inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) return address;
    return std::nullopt;
}

namespace {

std::optional<Address> address_from(const addrinfo& info) {
    Address address{.family = info.ai_family};
    if (info.ai_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(info.ai_addr);
        std::memcpy(address.bytes.data(), &v4->sin_addr, sizeof v4->sin_addr);
    } else if (info.ai_family == AF_INET6) {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(info.ai_addr);
        std::memcpy(address.bytes.data(), &v6->sin6_addr, sizeof v6->sin6_addr);
        address.scope = v6->sin6_scope_id;
    } else {
        return std::nullopt;
    }
    return address;
}

// Nobody tries more of them before a deadline.
constexpr std::size_t most_addresses = 32;

std::vector<Address> addresses_from(const addrinfo* list) {
    std::vector<Address> addresses;
    for (const addrinfo* info = list; info != nullptr && addresses.size() < most_addresses;
         info = info->ai_next)
        if (const auto address = address_from(*info);
            address && std::ranges::find(addresses, *address) == addresses.end())
            addresses.push_back(*address);
    return addresses;
}

Failure explain(int status) {
    const bool is_unknown = status == UV_EAI_NONAME || status == UV_EAI_NODATA;
    return Failure(Error{.code = is_unknown ? Code::not_found : Code::unavailable,
                         .sentence = uv_strerror(status),
                         .system_errno = 0,
                         .retryable = !is_unknown,
                         .retry_after = std::nullopt});
}

} // namespace

struct Lookup::Request {
    uv_getaddrinfo_t uv{};
    Lookup* owner = nullptr; // null: nobody waits any more
    bool is_queued = false;
    Done done;

    static void on_answer(uv_getaddrinfo_t* uv, int status, addrinfo* list) {
        const std::unique_ptr<Request> request(static_cast<Request*>(uv->data));
        const std::unique_ptr<addrinfo, decltype(&uv_freeaddrinfo)> answer(list, &uv_freeaddrinfo);
        if (request->owner == nullptr) return;
        request->owner->request_ = nullptr;
        auto done = std::move(request->done);
        if (status != 0) return done(explain(status));
        auto addresses = addresses_from(list);
        if (addresses.empty()) return done(explain(UV_EAI_NODATA));
        done(std::move(addresses));
    }
};

Lookup::Lookup(Loop& loop, const std::string& host, Done done)
    : request_(new Request{.owner = this, .done = std::move(done)}) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM; // else every address comes once for each kind of socket
    hints.ai_flags = AI_ADDRCONFIG;
    request_->uv.data = request_;
    const int status = uv_getaddrinfo(static_cast<uv_loop_t*>(loop.native()), &request_->uv,
                                      &Request::on_answer, host.c_str(), nullptr, &hints);
    request_->is_queued = status == 0;
    if (request_->is_queued) return;
    // The name is too long or not one: told later, like every other answer.
    loop.defer([request = request_, status] { Request::on_answer(&request->uv, status, nullptr); });
}

Lookup::~Lookup() {
    if (request_ == nullptr) return;
    request_->owner = nullptr;
    if (request_->is_queued)
        uv_cancel(reinterpret_cast<uv_req_t*>(&request_->uv)); // refused when a thread has it
}

} // namespace openclaw
