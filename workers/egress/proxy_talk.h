// egress/proxy_talk.h — what is said to a proxy before it becomes a stream to the host. Pure
// (sans-I/O): the caller writes what output() has and feeds what came.
//
// Credentials are kept until they are said, and overwritten when the talk is destroyed.
//
// The proxy resolves the host's name. What it answers are foreign bytes: everything is bounded, and
// whatever breaks the protocol is an error (tests/fuzz/proxy_answer.cpp).
#pragma once

#include "common/base/result.h"
#include "common/worker/wipe.h"
#include "proto/dial.pb.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace openclaw::egress {

class ProxyTalk {
  public:
    virtual ~ProxyTalk() { worker::wipe_text(output_); }

    // To be written now; each byte is given out once. It may hold credentials: wipe it when it is
    // written.
    std::string take_output() { return std::exchange(output_, {}); }

    // How many of `bytes` belong to this talk; the rest is the stream's. Errors: unavailable (the
    // proxy says no, in its words), corrupt (it speaks something else).
    virtual Result<std::size_t> feed(std::string_view bytes) = 0;

    bool is_done() const { return is_done_; } // the stream has begun

  protected:
    std::string output_;
    bool is_done_ = false;
};

// RFC 9110 §9.3.6, with Basic credentials (RFC 7617).
std::unique_ptr<ProxyTalk> talk_http(const wire::DialProxy& proxy, const std::string& host,
                                     std::uint16_t port);
// RFC 1928, with user name and password (RFC 1929). The host goes as a name unless it is an
// address.
std::unique_ptr<ProxyTalk> talk_socks5(const wire::DialProxy& proxy, const std::string& host,
                                       std::uint16_t port);

std::unique_ptr<ProxyTalk> talk_to(const wire::DialProxy& proxy, const std::string& host,
                                   std::uint16_t port);

} // namespace openclaw::egress
