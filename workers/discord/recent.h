// discord/recent.h — the newest things by their id, a bounded number of them.
#pragma once

#include "workers/discord/snowflake.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <utility>

namespace openclaw::discord {

template <class Value>
class Recent {
  public:
    explicit Recent(std::size_t most)
        : most_(most) {}

    // What was known of it makes room for this.
    void keep(Snowflake id, Value value) {
        if (!values_.insert_or_assign(id.value, std::move(value)).second) return;
        order_.push_back(id.value);
        if (order_.size() <= most_) return;
        values_.erase(order_.front());
        order_.pop_front();
    }

    Value* find(Snowflake id) {
        const auto found = values_.find(id.value);
        return found == values_.end() ? nullptr : &found->second;
    }

  private:
    std::size_t most_;
    std::unordered_map<std::uint64_t, Value> values_;
    std::deque<std::uint64_t> order_; // of arrival
};

} // namespace openclaw::discord
