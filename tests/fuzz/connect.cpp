// A stranger sends any `connect` he likes: schema, device key, signature, credentials. Whatever he
// sends, without the secret nobody comes in, and the verdict is exactly one of three.
#include "common/json/read.h"
#include "supervisor/rpc/handshake.h"

#include <cstdlib>

using namespace openclaw;

namespace {

// The socket and the moment of the test vectors of PROTOCOL.md 6, so that the corpus reaches the
// signature.
constexpr std::string_view challenge = "3f6c1c1e-6a2b-4d53-9a52-0c8a1d0e4b11";
constexpr std::int64_t now_ms = 1737264000000;

rpc::Verdict judge(json::View params, const auth::Gate& gate, const web::Arrival& from) {
    static const ManualClock clock;
    static const ledger::Devices nobody(clock);
    return rpc::judge({.params = params,
                       .from = from,
                       .gate = gate,
                       .allowed_origins = {},
                       .challenge = challenge,
                       .now_ms = now_ms,
                       .devices = &nobody});
}

void check(const rpc::Verdict& verdict) {
    const bool is_refused = !verdict.refused.error.message.empty();
    if (int{verdict.admitted.has_value()} + int{verdict.asking.has_value()} + int{is_refused} != 1)
        std::abort();
    if (is_refused && verdict.refused.close_code == 0) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto document = json::Document::parse({reinterpret_cast<const char*>(data), size});
    if (!document) return 0;
    const web::Arrival here{.ip = "127.0.0.1", .direct_local = true, .host = "127.0.0.1:18789"};
    const web::Arrival afar{.ip = "192.0.2.9", .host = "gw"};
    const auth::Gate closed{.mode = auth::Mode::token,
                            .secret = Secret("no input holds this: 5b1e7c0a94f2")};
    for (const auto* from : {&here, &afar}) {
        const auto verdict = judge(document->root(), closed, *from);
        check(verdict);
        if (verdict.admitted || verdict.asking || !verdict.proved.empty()) std::abort();
    }
    // Nothing is asked for: what remains is the device's own proof.
    const auto open = judge(document->root(), {.mode = auth::Mode::none, .secret = Secret()}, here);
    check(open);
    const auto device = document->root()["device"];
    if (open.admitted && device && device["nonce"].text() != challenge) std::abort();
    return 0;
}
