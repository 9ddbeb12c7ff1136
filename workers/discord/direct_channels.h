// discord/direct_channels.h — the direct channel of a person we wrote to. Opening one twice gives
// the same, but opening many fast is punished (DISCORD.md 2.5). Bounded; pure.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

namespace openclaw::discord {

class DirectChannels {
  public:
    static constexpr std::size_t most_kept = 2000;

    // Empty: not known.
    std::string of(const std::string& person) const {
        const auto found = channels_.find(person);
        return found == channels_.end() ? std::string() : found->second;
    }

    void learn(const std::string& person, const std::string& channel) {
        if (channels_.size() >= most_kept) channels_.clear();
        channels_[person] = channel;
    }

  private:
    std::unordered_map<std::string, std::string> channels_;
};

} // namespace openclaw::discord
