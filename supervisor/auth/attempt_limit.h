// auth/attempt_limit.h — how often somebody may be wrong (PROTOCOL.md 3, 5.3).
//
// Ten wrong credentials in a minute from one source, of one class, and the source is locked out for
// five minutes, right credentials included. Loopback is exempt (unless the configuration says
// otherwise), but never a browser page on it: then the page's origin is the source. Pure but for
// the Clock. Bounded: beyond `max_sources` the one whose last failure is oldest is forgotten.
#pragma once

#include "common/base/clock.h"

#include <deque>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace openclaw::auth {

struct AttemptRule {
    int attempts = 10;
    Milliseconds within = std::chrono::seconds(60);
    Milliseconds locked_for = std::chrono::seconds(300);
    std::size_t max_sources = 4096;
    bool exempts_loopback = true;
};

// What was shown, as far as the limit tells things apart.
namespace credential {
inline constexpr std::string_view shared_secret = "shared-secret";
inline constexpr std::string_view device_token = "device-token";
inline constexpr std::string_view bootstrap_token = "bootstrap-token";
inline constexpr std::string_view signature = "signature";
} // namespace credential

// Who shows it.
struct AttemptFrom {
    std::string_view ip;
    bool is_loopback = false;
    std::string_view origin; // of the page; empty: no browser
};

class AttemptLimit {
  public:
    explicit AttemptLimit(const Clock& clock, AttemptRule rule = {})
        : clock_(clock)
        , rule_(rule) {}

    // Who is locked out stays so, for as long as it was said.
    void use(AttemptRule rule) { rule_ = rule; }

    // The source of an attempt; nothing when it is exempt.
    std::optional<std::string> source_of(const AttemptFrom& from,
                                         std::string_view credential_class) const;
    // How long the source is still locked out; nothing: it may try.
    std::optional<Milliseconds> locked_for(const std::string& source);
    void failed(const std::string& source);
    void succeeded(const std::string& source);

    std::size_t source_count() const { return sources_.size(); }

  private:
    struct Source {
        std::deque<Instant> failures; // within the window, oldest first
        std::optional<Instant> locked_until;
        std::list<std::string>::iterator age;
    };

    void forget(const std::string& source);

    const Clock& clock_;
    AttemptRule rule_;
    std::unordered_map<std::string, Source> sources_;
    std::list<std::string> by_age_; // oldest failure first
};

} // namespace openclaw::auth
