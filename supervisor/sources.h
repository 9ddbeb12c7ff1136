// supervisor/sources.h — what the methods ask of the flow room and the configuration, made from
// Standing.
#pragma once

#include "supervisor/preparation.h"
#include "supervisor/rpc/sources.h"
#include "supervisor/rpc/streams.h"
#include "supervisor/standing.h"

#include <expected>
#include <functional>
#include <optional>

namespace openclaw {

class OutgoingSource final : public rpc::Outgoing {
  public:
    explicit OutgoingSource(flow::Outgoings& outgoings)
        : outgoings_(outgoings) {}

    void send(rpc::OutgoingMessage message, rpc::Done<rpc::OutgoingReceipt> done) override;

  private:
    flow::Outgoings& outgoings_;
};

std::vector<rpc::ChannelFacts> list_channels(const Standing& facts);
// What egress has carried for a worker.
rpc::Streams list_streams(const Standing& facts, const std::string& worker);
// Reads the file anew: what is written may differ from what is in force.
rpc::ConfigSnapshot read_config(const config::LoadOptions& options,
                                const std::string& applied_hash);

// A change of the file, made on the pool.
struct ConfigWritten {
    std::expected<rpc::ConfigChanged, rpc::ConfigRefusal> changed;
    std::optional<config::Config> to_put_in_force = {}; // set: it needs no restart
    bool needs_restart = false;
};

void write_config(Loop& loop, rpc::ConfigChange change, config::LoadOptions options,
                  std::move_only_function<void(ConfigWritten)> done);

} // namespace openclaw
