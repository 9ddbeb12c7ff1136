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

// A change of the file, made on the pool, and the whole file read back: what was changed in it
// before, by hand or in a change that waits, comes into force with it or waits with it.
struct ConfigWritten {
    std::expected<rpc::ConfigChanged, rpc::ConfigRefusal> changed;
    std::optional<config::Config> read_back = {}; // nothing: it is wrong again
    bool needs_restart = false;                   // from `in_force` to what was read
};

using ConfigTree = std::shared_ptr<const config::Node>;
using OnConfigWritten = std::move_only_function<void(ConfigWritten)>;

void write_config(Loop& loop, rpc::ConfigChange change, config::LoadOptions options,
                  ConfigTree in_force, OnConfigWritten done);
// Reads it once more: another configuration came into force meanwhile.
void read_config_back(Loop& loop, ConfigWritten written, config::LoadOptions options,
                      ConfigTree in_force, OnConfigWritten done);

} // namespace openclaw
