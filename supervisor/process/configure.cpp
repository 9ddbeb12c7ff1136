#include "supervisor/process/configure.h"

#include "common/base/strings.h"
#include "common/ipc/protocol.h"
#include "common/log/log.h"

namespace openclaw::process {

namespace {

wire::Log::Level finest_level() {
    if (log::is_enabled(log::Level::debug)) return wire::Log::DEBUG;
    if (log::is_enabled(log::Level::info)) return wire::Log::INFO;
    return log::is_enabled(log::Level::warn) ? wire::Log::WARN : wire::Log::ERROR;
}

} // namespace

wire::Frame make_configure(const WantedWorker& wanted, std::uint64_t generation,
                           const std::vector<std::pair<std::string, std::string>>& state) {
    wire::Frame frame;
    auto& configure = *frame.mutable_configure();
    configure.set_protocol(ipc::protocol_number);
    configure.set_instance(to_valid_utf8(wanted.id));
    configure.set_generation(generation);
    configure.set_settings_json(to_valid_utf8(wanted.settings_json));
    configure.set_inbound_credits(ipc::inbound_credits);
    configure.set_log_level(finest_level());
    configure.set_isolation_required(wanted.isolation_required);
    for (const auto& [name, secret] : wanted.secrets)
        (*configure.mutable_secrets())[name] = secret.reveal();
    for (const auto& [key, value] : state) {
        auto& entry = *configure.add_state();
        entry.set_key(key);
        entry.set_value(value);
    }
    return frame;
}

} // namespace openclaw::process
