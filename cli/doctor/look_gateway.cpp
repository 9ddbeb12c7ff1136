#include "cli/doctor/facts.h"
#include "common/base/first_line.h"
#include "common/base/names.h"

#include <array>
#include <cerrno>

namespace openclaw::cli::doctor {

namespace {

constexpr Milliseconds answers_take_at_most{3'000};
constexpr std::array<std::string_view, 6> methods_asked = {
    "workers.list", "health", "channels.status", "status", "config.get", "device.pair.list"};

std::string why(const Error& error) {
    const bool nobody = error.system_errno == ENOENT || error.system_errno == ECONNREFUSED;
    return nobody ? std::string() : error.sentence;
}

} // namespace

// The gateway of this state directory and no other: the control socket needs no configuration, so
// this works with an invalid one.
GatewayAnswers ask_gateway(const config::Paths& paths) {
    GatewayAnswers facts;
    auto stream = connect_unix(paths.in_state(names::control_socket));
    if (!stream) return facts.why_not = why(stream.error()), std::move(facts);
    const auto begun = std::chrono::steady_clock::now();
    RpcClient client(std::make_unique<LineTransport>(std::move(*stream)));
    std::vector<std::pair<std::string, std::string>> asked; // method, id
    for (const auto method : methods_asked)
        if (auto id = client.send(method, {}, answers_take_at_most))
            asked.emplace_back(method, *id);
    for (const auto& [method, id] : asked) {
        auto answer = client.wait(id, answers_take_at_most);
        if (answer)
            facts.answered.emplace(method, std::move(*answer));
        else if (answer.error().type != CallError::Type::request)
            return facts.why_not = std::string(first_line(answer.error().message)),
                   std::move(facts);
    }
    facts.answers = !facts.answered.empty();
    facts.took_ms =
        std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - begun).count();
    return facts;
}

} // namespace openclaw::cli::doctor
