// discord/allowance.h — how much may be fetched in a minute, whoever sends it.
//
// Who may speak is the supervisor's to decide, and only after a message is on record: this worker
// cannot tell a stranger from the owner when it fetches. So what strangers can make it do is
// bounded instead: 64 MiB a minute for the bot, half of that for one person, and a quarter for all
// that is said in rooms without naming the bot, and by other bots, together: those are mostly not
// answered. All rooms together leave 24 MiB, room for any one message, to direct conversations:
// the owner's, mostly. What goes beyond is named in words, and the message goes on. Pure.
#pragma once

#include "common/base/clock.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace openclaw::discord {

enum class Said { in_passing, to_the_bot, directly };

class Allowance {
  public:
    static constexpr std::size_t of_all = 64u << 20;
    static constexpr std::size_t of_one = of_all / 2;
    static constexpr std::size_t of_what_is_in_passing = of_all / 4;
    static constexpr std::size_t of_rooms = of_all - (24u << 20);
    static constexpr std::size_t least_charge = 16u << 10; // small files cost a request, too

    // False: too much in this minute, and nothing was taken.
    bool take(const std::string& sender, Said how, std::uint64_t bytes, Instant now) {
        if (now - since_ >= std::chrono::minutes(1)) begin(now);
        const auto charge = bytes < least_charge ? least_charge : bytes;
        const auto known = by_sender_.find(sender);
        const auto of_sender = known == by_sender_.end() ? 0 : known->second;
        const bool is_too_much =
            all_ + charge > of_all || of_sender + charge > of_one ||
            (how != Said::directly && in_rooms_ + charge > of_rooms) ||
            (how == Said::in_passing && in_passing_ + charge > of_what_is_in_passing);
        if (is_too_much) return false;
        all_ += charge;
        by_sender_[sender] += charge;
        if (how != Said::directly) in_rooms_ += charge;
        if (how == Said::in_passing) in_passing_ += charge;
        return true;
    }

  private:
    void begin(Instant now) {
        since_ = now;
        all_ = in_rooms_ = in_passing_ = 0;
        by_sender_.clear();
    }

    Instant since_{};
    std::uint64_t all_ = 0, in_rooms_ = 0, in_passing_ = 0;
    std::unordered_map<std::string, std::uint64_t>
        by_sender_; // few: each costs at least least_charge
};

} // namespace openclaw::discord
