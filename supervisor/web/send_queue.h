// web/send_queue.h — what waits for a socket that does not read fast enough. Pure: no socket, no
// clock.
//
// In order, except that an event which continues a waiting one (same merge_key) takes its text
// along and goes to the end: a slow reader gets fewer, longer deltas and loses no text.
#pragma once

#include "supervisor/web/event.h"

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace openclaw::web {

class SendQueue {
  public:
    struct Grown { // an event with the texts of its forerunners before its own
        SharedEvent newest;
        std::string appended;
    };

    using Item = std::variant<std::string, SharedEvent, Grown>;

    bool empty() const { return items_ == nullptr; }

    std::size_t bytes() const { return bytes_; }

    std::size_t size() const { return items_ == nullptr ? 0 : items_->size(); }

    void push(Item item);
    Item pop(); // not when empty
    void clear();

  private:
    std::optional<Item> grow_from_forerunner(const SharedEvent& event);

    std::unique_ptr<std::list<Item>>
        items_; // none while empty: thousands of sockets never need one
    std::size_t bytes_ = 0;
};

std::size_t size_of(const SendQueue::Item& item);

} // namespace openclaw::web
