#include "workers/discord/channel_lookups.h"

#include <utility>

namespace openclaw::discord {

namespace {
constexpr int most_lookup_tries = 3;
}

ChannelLookups::ChannelLookups(Api& api, World& world, OnKnown on_known)
    : api_(api)
    , world_(world)
    , on_known_(std::move(on_known)) {}

ChannelLookups::~ChannelLookups() {
    for (const auto& [channel, lookup] : lookups_)
        api_.cancel(lookup.call);
}

void ChannelLookups::wait(Snowflake channel, Waiting message) {
    auto& lookup = lookups_[channel.value];
    lookup.messages.push_back(std::move(message));
    if (lookup.call == 0) ask(channel, lookup);
}

void ChannelLookups::ask(Snowflake channel, Lookup& lookup) {
    ++lookup.tries;
    lookup.call = api_.call({.path = "/channels/" + channel.text(), .idempotent = true},
                            [this, channel](const Answer& answer) { on_answer(channel, answer); });
}

void ChannelLookups::on_answer(Snowflake channel, const Answer& answer) {
    auto& lookup = lookups_.at(channel.value);
    if (may_pass(answer.trouble) && lookup.tries < most_lookup_tries) return ask(channel, lookup);
    const auto* known = answer.ok() ? world_.learn_channel(answer.result()) : nullptr;
    const bool needs_parent = known != nullptr && known->is_thread() && known->parent &&
                              world_.channel(known->parent) == nullptr;
    needs_parent ? ask_for_parent(channel) : finish(channel);
}

// Only its name and whether it is a forum: not worth a second try.
void ChannelLookups::ask_for_parent(Snowflake channel) {
    const auto parent = world_.channel(channel)->parent;
    lookups_.at(channel.value).call =
        api_.call({.path = "/channels/" + parent.text(), .idempotent = true},
                  [this, channel](const Answer& answer) {
                      if (answer.ok()) world_.learn_channel(answer.result());
                      finish(channel);
                  });
}

void ChannelLookups::finish(Snowflake channel) {
    const auto done = lookups_.extract(channel.value);
    for (const auto& message : done.mapped().messages)
        on_known_(message);
}

} // namespace openclaw::discord
