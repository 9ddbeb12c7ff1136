// telegram/migrations.h — groups that have become supergroups, and their new ids (TELEGRAM.md 9).
//
// Learned from service messages and from refused sends, in any order and more than once. Bounded:
// after a thousand the oldest knowledge is given up, and a refused send teaches it again.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>

namespace openclaw::telegram {

class Migrations {
  public:
    void learn(const std::string& old_chat, const std::string& new_chat) {
        if (old_chat.empty() || new_chat.empty() || old_chat == new_chat) return;
        if (!new_ids_.insert_or_assign(old_chat, new_chat).second) return;
        order_.push_back(old_chat);
        if (order_.size() <= most) return;
        new_ids_.erase(order_.front());
        order_.pop_front();
    }

    // Where a message for `chat` goes now.
    std::string resolve(const std::string& chat) const {
        const auto found = new_ids_.find(chat);
        return found == new_ids_.end() ? chat : found->second;
    }

  private:
    static constexpr std::size_t most = 1000;
    std::unordered_map<std::string, std::string> new_ids_;
    std::deque<std::string> order_;
};

} // namespace openclaw::telegram
