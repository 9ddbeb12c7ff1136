#include "supervisor/auth/attempt_limit.h"

namespace openclaw::auth {

std::optional<std::string> AttemptLimit::source_of(const AttemptFrom& from,
                                                   std::string_view credential_class) const {
    if (from.is_loopback && from.origin.empty() && rule_.exempts_loopback) return std::nullopt;
    const bool is_page = from.is_loopback && !from.origin.empty();
    std::string source(credential_class);
    return source.append(1, ' ').append(is_page ? from.origin : from.ip);
}

std::optional<Milliseconds> AttemptLimit::locked_for(const std::string& source) {
    const auto at = sources_.find(source);
    if (at == sources_.end()) return std::nullopt;
    const auto& until = at->second.locked_until;
    if (!until) return std::nullopt;
    const auto left = *until - clock_.now();
    if (left <= left.zero()) return forget(source), std::nullopt;
    return std::chrono::ceil<Milliseconds>(left);
}

void AttemptLimit::failed(const std::string& source) {
    const auto now = clock_.now();
    auto [at, is_new] = sources_.try_emplace(source);
    Source& known = at->second;
    if (!is_new) by_age_.erase(known.age);
    known.age = by_age_.insert(by_age_.end(), source);
    std::erase_if(known.failures, [&](Instant when) { return when + rule_.within <= now; });
    known.failures.push_back(now);
    if (known.failures.size() >= static_cast<std::size_t>(rule_.attempts))
        known.locked_until = now + rule_.locked_for;
    if (sources_.size() > rule_.max_sources) forget(std::string(by_age_.front()));
}

void AttemptLimit::succeeded(const std::string& source) {
    if (sources_.contains(source)) forget(source);
}

void AttemptLimit::forget(const std::string& source) {
    const auto at = sources_.find(source);
    by_age_.erase(at->second.age);
    sources_.erase(at);
}

} // namespace openclaw::auth
