#include "workers/egress/lookups.h"

#include <algorithm>

namespace openclaw::egress {

namespace {

struct SystemLookup final : Lookups::Running {
    SystemLookup(Loop& loop, const std::string& host, Lookups::Done done)
        : lookup(loop, host, std::move(done)) {}

    Lookup lookup;
};

} // namespace

Lookups::Lookups(Loop& loop)
    : Lookups(loop.clock(), [&loop](const std::string& host, Done done) {
        return std::make_unique<SystemLookup>(loop, host, std::move(done));
    }) {}

Lookups::Lookups(const Clock& clock, Begin begin)
    : clock_(clock)
    , begin_(std::move(begin)) {}

const std::vector<Address>* Lookups::known(const std::string& host) const {
    const auto found = known_.find(host);
    const bool is_good = found != known_.end() && clock_.now() < found->second.until;
    return is_good ? &found->second.addresses : nullptr;
}

std::unique_ptr<Lookups::Question> Lookups::ask(std::uint32_t slot, const std::string& host,
                                                Done done) {
    const auto id = ++last_id_;
    waiting_.emplace(id, Waiting{.host = host, .done = std::move(done)});
    if (!running_.contains(host)) lines_[slot].ids.push_back(id);
    serve();
    return std::make_unique<Question>(*this, id);
}

void Lookups::serve() {
    while (running_.size() < at_once && serve_next_line()) {
    }
}

// The first line behind the one that was served last which may have one more. False: there is none.
bool Lookups::serve_next_line() {
    const auto may_have_more = [this](auto& entry) {
        auto& [slot, line] = entry;
        const auto is_over = [this](std::uint64_t id) { // taken back, or its name is in hand
            const auto found = waiting_.find(id);
            return found == waiting_.end() || running_.contains(found->second.host);
        };
        while (!line.ids.empty() && is_over(line.ids.front()))
            line.ids.pop_front();
        return !line.ids.empty() && line.running < of_a_worker;
    };
    const auto behind = lines_.upper_bound(last_slot_);
    auto next = std::find_if(behind, lines_.end(), may_have_more);
    if (next == lines_.end()) {
        next = std::find_if(lines_.begin(), behind, may_have_more);
        if (next == behind) return false;
    }
    auto& [slot, line] = *next;
    const std::string host = waiting_.at(line.ids.front()).host;
    line.ids.pop_front();
    last_slot_ = slot;
    begin(slot, host);
    return true;
}

void Lookups::begin(std::uint32_t slot, const std::string& host) {
    ++lines_[slot].running;
    auto& running = running_[host];
    running = begin_(host, [this, slot, host](Result<std::vector<Address>> found) {
        on_answer(slot, host, found);
    });
}

// Whoever is told may ask again, or take another one's question back.
void Lookups::on_answer(std::uint32_t slot, const std::string& host,
                        const Result<std::vector<Address>>& found) {
    const std::string name = host; // it may belong to what is destroyed here
    const auto over = running_.extract(name);
    if (found) remember(name, *found);
    --lines_[slot].running;
    std::vector<std::uint64_t> ids;
    for (const auto& [id, one] : waiting_)
        if (one.host == name) ids.push_back(id);
    for (const auto id : ids)
        if (auto one = waiting_.extract(id)) one.mapped().done(found);
    serve();
}

void Lookups::remember(const std::string& host, const std::vector<Address>& addresses) {
    const auto now = clock_.now();
    std::erase_if(known_, [now](const auto& entry) { return entry.second.until <= now; });
    if (known_.size() >= most_known) // the one that ends first
        known_.erase(std::ranges::min_element(
            known_, {}, [](const auto& entry) { return entry.second.until; }));
    known_[host] = {.addresses = addresses, .until = now + good_for};
}

} // namespace openclaw::egress
