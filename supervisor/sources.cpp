#include "supervisor/sources.h"

#include "common/config/edit.h"
#include "common/config/json_schema.h"
#include "common/config/redaction.h"

#include <fstream>
#include <memory>
#include <sstream>

namespace openclaw {

namespace {

std::string_view connection_word(wire::ChannelStatus::State state) {
    switch (state) {
    case wire::ChannelStatus::CONNECTING:
        return "connecting";
    case wire::ChannelStatus::CONNECTED:
        return "connected";
    case wire::ChannelStatus::DEGRADED:
        return "degraded";
    case wire::ChannelStatus::NEEDS_OPERATOR:
        return "needs_operator";
    default:
        return "";
    }
}

rpc::ChannelFacts facts_of(const config::ChannelAccount& account, const Standing& standing) {
    const std::string id = account.worker_id();
    rpc::ChannelFacts facts{.channel = account.channel,
                            .label = std::string(account.spec->label),
                            .account = account.account_id,
                            .is_default = account.is_default,
                            .enabled = account.enabled,
                            .configured = account.problem.empty(),
                            .problem = account.problem,
                            .token_source = account.secrets.empty() ? "none" : "config",
                            .owed = standing.deliveries.owed_by(id)};
    const auto& said = standing.switchboard.channels();
    const auto found = said.find(id);
    if (found == said.end()) return facts;
    facts.connection = connection_word(found->second.state);
    facts.detail = found->second.detail;
    facts.error_code = found->second.error_code;
    facts.identity = found->second.identity;
    facts.identity_id = found->second.identity_id;
    facts.good_until = found->second.good_until;
    facts.last_contact = found->second.contact.at();
    facts.last_inbound_ms = found->second.last_inbound_ms;
    facts.last_outbound_ms = found->second.last_outbound_ms;
    return facts;
}

} // namespace

void OutgoingSource::send(rpc::OutgoingMessage message, rpc::Done<rpc::OutgoingReceipt> done) {
    flow::OutgoingOrder order{.channel = std::move(message.channel),
                              .account = std::move(message.account),
                              .to = std::move(message.to),
                              .thread_id = std::move(message.thread_id),
                              .reply_to_message_id = std::move(message.reply_to_message_id),
                              .text = std::move(message.text),
                              .files = std::move(message.files),
                              .idempotency_key = std::move(message.idempotency_key)};
    outgoings_.send(order, [done = std::move(done)](Result<flow::OutgoingReceipt> receipt) mutable {
        if (!receipt) return done(Failure(receipt.error()));
        done(rpc::OutgoingReceipt{.channel = receipt->channel,
                                  .account = receipt->account,
                                  .chat_id = receipt->chat_id,
                                  .message_id = receipt->message_id});
    });
}

std::vector<rpc::ChannelFacts> list_channels(const Standing& facts) {
    std::vector<rpc::ChannelFacts> list;
    for (const auto& account : facts.generation.config().channels)
        list.push_back(facts_of(account, facts));
    return list;
}

rpc::Streams list_streams(const Standing& facts, const std::string& worker) {
    const auto known = facts.dials.facts(worker);
    return {.bytes_out = known.streams.bytes_out,
            .bytes_in = known.streams.bytes_in,
            .connected = known.streams.streams,
            .open = known.streams.open,
            .waiting = known.waiting,
            .failed = known.failed,
            .refused = known.refused,
            .last_refused = known.last_refused};
}

rpc::ConfigSnapshot read_config(const config::LoadOptions& options,
                                const std::string& applied_hash) {
    rpc::ConfigSnapshot snapshot{
        .path = options.file, .parsed_json_redacted = "{}", .applied_hash = applied_hash};
    std::ifstream file(options.file);
    std::ostringstream text;
    text << file.rdbuf();
    snapshot.exists = static_cast<bool>(file);
    if (snapshot.exists) snapshot.raw_redacted = config::redacted_text(text.str());
    const auto loaded = config::load(options);
    if (loaded) {
        snapshot.hash = loaded->hash;
        if (loaded->tree) snapshot.parsed_json_redacted = config::redacted_json(*loaded->tree);
        return snapshot;
    }
    snapshot.valid = false;
    snapshot.hash = config::hash_of(text.str());
    for (const auto& issue : loaded.error())
        snapshot.issues.push_back({.path = issue.path, .message = issue.message});
    return snapshot;
}

namespace {

rpc::ConfigRefusal refusal_from(const config::EditFailure& failure) {
    rpc::ConfigRefusal refusal{.error = failure.error, .issues = {}};
    for (const auto& issue : failure.issues)
        refusal.issues.push_back({.path = issue.path, .message = issue.message});
    return refusal;
}

const config::Node& root_of(const ConfigTree& tree) {
    static const config::Node nothing = config::object_node();
    return tree ? *tree : nothing;
}

void read_back(ConfigWritten& written, const config::LoadOptions& options,
               const ConfigTree& in_force) {
    auto config = config::load(options);
    written.read_back.reset();
    written.needs_restart = false;
    if (!config) return; // it was changed again meanwhile, and by somebody less careful
    if (config->tree) written.changed->config_json_redacted = config::redacted_json(*config->tree);
    const auto cost = config::difference(root_of(in_force), root_of(config->tree)).cost;
    written.changed->reload = config::word(cost);
    written.needs_restart = cost == config::Reload::restart;
    written.read_back = std::move(*config);
}

ConfigWritten write_now(const rpc::ConfigChange& change, const config::LoadOptions& options,
                        const ConfigTree& in_force) {
    const config::EditOptions edit{.load = options, .expected_hash = change.expected_hash};
    const auto edited = change.kind == rpc::ConfigChange::Kind::merge
                            ? config::merge(change.raw, edit)
                            : config::replace_text(change.raw, edit);
    if (!edited) return {.changed = std::unexpected(refusal_from(edited.error()))};
    ConfigWritten written{.changed = rpc::ConfigChanged{.hash = edited->hash,
                                                        .config_json_redacted = "{}",
                                                        .paths = edited->changed_paths,
                                                        .reload = config::word(edited->cost)}};
    read_back(written, options, in_force);
    return written;
}

} // namespace

void write_config(Loop& loop, rpc::ConfigChange change, config::LoadOptions options,
                  ConfigTree in_force, OnConfigWritten done) {
    const auto written = std::make_shared<std::optional<ConfigWritten>>();
    loop.on_pool(
        [written, change = std::move(change), options = std::move(options),
         in_force = std::move(in_force)] { *written = write_now(change, options, in_force); },
        [written, done = std::move(done)]() mutable { done(std::move(**written)); });
}

void read_config_back(Loop& loop, ConfigWritten written, config::LoadOptions options,
                      ConfigTree in_force, OnConfigWritten done) {
    const auto again = std::make_shared<ConfigWritten>(std::move(written));
    loop.on_pool([again, options = std::move(options),
                  in_force = std::move(in_force)] { read_back(*again, options, in_force); },
                 [again, done = std::move(done)]() mutable { done(std::move(*again)); });
}

} // namespace openclaw
