// discord/cdn.h — one file of Discord's content delivery network, by its address.
//
// Only from the hosts that files of messages lie at, and never with the token: an address comes
// from a stranger's message. Redirects are refused. Connections are nobody else's, so that a slow
// file holds up no answer.
#pragma once

#include "common/loop/loop.h"
#include "common/net/https_client.h"
#include "workers/discord/settings.h"

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace openclaw::discord {

// An address that a file of a message may have.
bool is_file_address(std::string_view url, const Settings& settings);

struct CdnFailure {
    std::string reason;    // a few words for the agent
    bool may_pass = false; // another address, or another try, may help
};

using CdnOutcome = std::expected<std::string, CdnFailure>; // the bytes

// What an answer means. Pure.
CdnOutcome read_cdn_answer(net::HttpOutcome outcome);

class Cdn {
  public:
    using Id = std::uint64_t; // never 0
    using OnFile = std::move_only_function<void(CdnOutcome)>;

    virtual ~Cdn() = default; // nothing comes after that
    // `done` is called exactly once, never from inside, unless the fetch is cancelled. `url` is a
    // file address; more than `most_bytes` is a failure.
    virtual Id fetch(const std::string& url, std::size_t most_bytes, Milliseconds within,
                     OnFile done) = 0;
    virtual void cancel(Id id) = 0;
};

class HttpsCdn final : public Cdn {
  public:
    HttpsCdn(Loop& loop, net::Dialer& dialer, const Settings& settings);

    Id fetch(const std::string& url, std::size_t most_bytes, Milliseconds within,
             OnFile done) override;

    void cancel(Id id) override { fetches_.erase(id); }

  private:
    struct Fetch {
        OnFile done;
        std::unique_ptr<net::HttpCall> http{};
    };

    void on_outcome(Id id, net::HttpOutcome outcome);

    net::HttpClient client_;
    const Settings& settings_;
    Id last_ = 0;
    std::unordered_map<Id, Fetch> fetches_;
};

} // namespace openclaw::discord
