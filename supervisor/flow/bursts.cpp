#include "supervisor/flow/bursts.h"

#include <algorithm>
#include <utility>

namespace openclaw::flow {

struct Bursts::Burst {
    Burst(Loop& loop, RunRequest first)
        : request(std::move(first))
        , began(loop.clock().now())
        , characters(policy::count_characters(request.message))
        , over(loop) {}

    void join(RunRequest more) {
        characters += policy::count_characters(more.message);
        ++messages;
        request.join(std::move(more));
    }

    bool is_full() const {
        return messages >= policy::Patience::most_messages ||
               characters >= policy::Patience::most_characters;
    }

    RunRequest request;
    Instant began;
    std::size_t messages = 1;
    std::size_t characters;
    Timer over;
};

Bursts::Bursts(Loop& loop, Give give)
    : loop_(loop)
    , give_(std::move(give)) {}

Bursts::~Bursts() = default;

void Bursts::add(const std::string& sender, RunRequest request, const policy::Patience& patience) {
    if (!patience.joins) end(sender);
    const bool waits = patience.pause > Milliseconds(0);
    if (!waits && !waiting_.contains(sender)) return give_(std::move(request));
    auto& burst = waiting_[sender];
    if (burst)
        burst->join(std::move(request));
    else
        burst = std::make_unique<Burst>(loop_, std::move(request));
    if (!waits) return end(sender); // the end of a paste
    const auto left = std::chrono::ceil<Milliseconds>(burst->began + policy::Patience::at_most -
                                                      loop_.clock().now());
    if (burst->is_full() || left <= Milliseconds(0)) return end(sender);
    burst->over.start(std::min(patience.pause, left), [this, sender] { end(sender); });
}

std::optional<RunRequest> Bursts::withdraw(const ledger::InboxKey& key) {
    const auto found = std::ranges::find_if(
        waiting_, [&](const auto& entry) { return entry.second->request.is_just(key); });
    if (found == waiting_.end()) return std::nullopt;
    auto request = std::move(found->second->request);
    waiting_.erase(found);
    return request;
}

void Bursts::end(const std::string& sender) {
    if (auto burst = waiting_.extract(sender)) give_(std::move(burst.mapped()->request));
}

} // namespace openclaw::flow
