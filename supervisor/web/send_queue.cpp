#include "supervisor/web/send_queue.h"

#include <iterator>

namespace openclaw::web {

namespace {

// How far back a forerunner is looked for. A run's deltas follow each other closely; a long queue
// must not make every delta expensive.
constexpr std::size_t merge_horizon = 64;

const Event* event_of(const SendQueue::Item& item) {
    if (const auto* shared = std::get_if<SharedEvent>(&item)) return shared->get();
    if (const auto* grown = std::get_if<SendQueue::Grown>(&item)) return grown->newest.get();
    return nullptr;
}

std::string take_appended(SendQueue::Item& item) {
    if (auto* grown = std::get_if<SendQueue::Grown>(&item)) return std::move(grown->appended);
    return event_of(item)->appended;
}

} // namespace

std::size_t size_of(const SendQueue::Item& item) {
    if (const auto* text = std::get_if<std::string>(&item)) return text->size();
    const Event& event = *event_of(item);
    const auto* grown = std::get_if<SendQueue::Grown>(&item);
    return event.head.size() + event.tail.size() +
           (grown != nullptr ? grown->appended.size() : event.appended.size());
}

void SendQueue::push(Item item) {
    if (items_ == nullptr) items_ = std::make_unique<std::list<Item>>();
    if (const auto* event = std::get_if<SharedEvent>(&item);
        event != nullptr && !(*event)->merge_key.empty())
        if (auto grown = grow_from_forerunner(*event)) item = std::move(*grown);
    bytes_ += size_of(item);
    items_->push_back(std::move(item));
}

std::optional<SendQueue::Item> SendQueue::grow_from_forerunner(const SharedEvent& event) {
    std::size_t looked_at = 0;
    for (auto at = items_->rbegin(); at != items_->rend() && looked_at < merge_horizon;
         ++at, ++looked_at) {
        const Event* other = event_of(*at);
        if (other == nullptr || other->merge_key != event->merge_key) continue;
        bytes_ -= size_of(*at);
        std::string appended = take_appended(*at);
        items_->erase(std::next(at).base());
        appended += event->appended;
        return Grown{.newest = event, .appended = std::move(appended)};
    }
    return std::nullopt;
}

SendQueue::Item SendQueue::pop() {
    Item item = std::move(items_->front());
    items_->pop_front();
    bytes_ -= size_of(item);
    if (items_->empty()) items_.reset();
    return item;
}

void SendQueue::clear() {
    items_.reset();
    bytes_ = 0;
}

} // namespace openclaw::web
