// A proxy answers any bytes it likes, in any pieces: the talk ends the same whether they come at
// once or one by one, never takes more than it was given, and what it does not take is the
// stream's.
#include "workers/egress/proxy_talk.h"

#include <cstdint>
#include <cstdlib>

using namespace openclaw;

namespace {

struct Outcome {
    bool is_done = false, failed = false;
    std::size_t used = 0;
    std::string said;

    bool operator==(const Outcome&) const = default;
};

Outcome hear(wire::DialProxy::Kind kind, std::string_view bytes, std::size_t step) {
    wire::DialProxy proxy;
    proxy.set_kind(kind);
    proxy.set_user("user");
    proxy.set_password("password");
    const auto talk = egress::talk_to(proxy, "api.example.org", 443);
    Outcome outcome{.said = talk->take_output()};
    while (!bytes.empty() && !talk->is_done() && !outcome.failed) {
        const auto part = bytes.substr(0, step);
        const auto used = talk->feed(part);
        outcome.said += talk->take_output();
        outcome.failed = !used;
        if (!used) break;
        if (*used > part.size() || (*used < part.size() && !talk->is_done())) std::abort();
        outcome.used += *used;
        bytes.remove_prefix(*used);
    }
    outcome.is_done = talk->is_done();
    if (outcome.failed) outcome.used = 0; // where in a piece it was noticed says nothing
    return outcome;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    for (const auto kind : {wire::DialProxy::HTTP_CONNECT, wire::DialProxy::SOCKS5}) {
        const auto at_once = hear(kind, bytes, size + 1);
        if (!(hear(kind, bytes, 1) == at_once) || !(hear(kind, bytes, 7) == at_once)) std::abort();
    }
    return 0;
}
