// telegram/http_api.h — the Bot API over HTTPS. Lives on one Loop, which must outlive it.
//
// <apiRoot>/bot<token>/<method>, JSON both ways, kept connections. The token is put into the URL
// when a call is made and is never part of an answer, an error or a log line.
#pragma once

#include "common/base/secret.h"
#include "common/net/https_client.h"
#include "workers/telegram/api.h"
#include "workers/telegram/settings.h"

#include <memory>
#include <unordered_map>

namespace openclaw::telegram {

class HttpApi final : public Api {
  public:
    HttpApi(Loop& loop, net::Dialer& dialer, const Settings& settings, Secret token);

    Id call(Call call, OnAnswer done) override;
    void cancel(Id id) override;
    void rebuild(Lane lane) override;
    std::size_t in_flight(Lane lane) const override;

  private:
    net::HttpClient& client(Lane lane) { return lane == Lane::poll ? poll_ : send_; }

    net::HttpRequest request_for(const Call& call) const;
    Answer judge(Lane lane, std::uint64_t rebuilds, net::HttpOutcome outcome);

    Loop& loop_;
    std::string base_; // "https://host/bot"
    Secret token_;
    net::AddressFamily family_; // network.dnsResultOrder
    net::HttpClient poll_;
    net::HttpClient send_;
    bool ipv4_only_ = false; // the other address family after a failure (TELEGRAM.md 3.3)
    int failures_[2] = {};   // without any answer, in a row, by lane
    std::uint64_t rebuilds_[2] = {};
    Id last_id_ = 0;
    std::unordered_map<Id, std::unique_ptr<net::HttpCall>> calls_;
};

} // namespace openclaw::telegram
