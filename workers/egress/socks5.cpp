#include "common/loop/resolve.h"
#include "workers/egress/proxy_talk.h"

#include <algorithm>
#include <array>

namespace openclaw::egress {

namespace {

constexpr char version = 5;
constexpr char no_method = static_cast<char>(0xff);

constexpr char no_login = 0, user_and_password = 2;     // methods, RFC 1928 §3
constexpr char type_v4 = 1, type_name = 3, type_v6 = 4; // of addresses, §5

// RFC 1928 §6, in the words of a person.
constexpr std::array<std::string_view, 9> replies{
    "",
    "the proxy failed",
    "the proxy's rules forbid this host",
    "the proxy finds the network unreachable",
    "the proxy finds the host unreachable",
    "the proxy's connection was refused",
    "the proxy waited too long for the host",
    "the proxy does not know CONNECT",
    "the proxy does not know this kind of address",
};

std::string byte(std::size_t value) {
    return std::string(1, static_cast<char>(value));
}

std::string destination(const std::string& host, std::uint16_t port) {
    std::string out;
    if (const auto address = parse_address(host)) {
        out += address->is_v6() ? type_v6 : type_v4;
        out.append(reinterpret_cast<const char*>(address->bytes.data()), address->is_v6() ? 16 : 4);
    } else {
        out +=
            type_name + byte(host.size()) + host; // at most 253 bytes: the supervisor has counted
    }
    return out + byte(port >> 8) + byte(port & 0xffu);
}

class Socks5 final : public ProxyTalk {
  public:
    Socks5(const wire::DialProxy& proxy, const std::string& host, std::uint16_t port)
        : has_credentials_(!proxy.user().empty())
        , request_(std::string{version, 1, 0} + destination(host, port)) {
        if (has_credentials_) keep_credentials(proxy);
        output_ = std::string{version, static_cast<char>(has_credentials_ ? 2 : 1), no_login};
        if (has_credentials_) output_ += user_and_password;
    }

    ~Socks5() override { worker::wipe_text(credentials_); }

    Result<std::size_t> feed(std::string_view bytes) override {
        std::size_t used = 0;
        while (!is_done_ && used < bytes.size()) {
            const auto part = bytes.substr(used, needed() - answer_.size());
            answer_ += part;
            used += part.size();
            if (answer_.size() == needed()) TRY_VOID(step());
        }
        return used;
    }

  private:
    enum class Wait { method, credentials, reply, rest };

    void keep_credentials(const wire::DialProxy& proxy) {
        credentials_.reserve(3 + proxy.user().size() + proxy.password().size()); // and one copy
        credentials_.append(byte(1)).append(byte(proxy.user().size())).append(proxy.user());
        credentials_.append(byte(proxy.password().size())).append(proxy.password());
    }

    // How long the answer is, as far as is known by now.
    std::size_t needed() const {
        if (wait_ == Wait::rest) return reply_size_;
        return wait_ == Wait::reply ? 5 : 2;
    }

    Result<void> step() {
        switch (wait_) {
        case Wait::method:
            return on_method();
        case Wait::credentials:
            if (answer_[1] != 0)
                return fail(Code::unavailable, "the proxy refuses the user name or password");
            return ask();
        case Wait::reply:
            return on_reply();
        case Wait::rest:
            is_done_ = true;
            return {};
        }
        return {};
    }

    Result<void> on_method() {
        if (answer_[0] != version) return fail(Code::corrupt, "the proxy does not speak SOCKS5");
        if (answer_[1] == no_login) return ask();
        if (answer_[1] == no_method)
            return fail(Code::unavailable, has_credentials_
                                               ? "the proxy takes no user name and password"
                                               : "the proxy wants credentials");
        if (answer_[1] != user_and_password || !has_credentials_)
            return fail(Code::corrupt, "the proxy wants a login nobody offered");
        output_ += credentials_;
        wait_ = Wait::credentials;
        answer_.clear();
        return {};
    }

    Result<void> ask() {
        output_ += request_;
        wait_ = Wait::reply;
        answer_.clear();
        return {};
    }

    // Version, reply, 0, address type, and the first byte of the address it has bound, which nobody
    // here needs but which has to be read.
    Result<void> on_reply() {
        if (answer_[0] != version) return fail(Code::corrupt, "the proxy does not speak SOCKS5");
        const auto code = static_cast<std::uint8_t>(answer_[1]);
        if (code != 0)
            return fail(Code::unavailable, std::string(replies[code < replies.size() ? code : 1]));
        const auto first = static_cast<std::uint8_t>(answer_[4]);
        switch (answer_[3]) {
        case type_v4:
            reply_size_ = 4 + 4 + 2;
            break;
        case type_v6:
            reply_size_ = 4 + 16 + 2;
            break;
        case type_name:
            reply_size_ = 4u + 1 + first + 2;
            break;
        default:
            return fail(Code::corrupt, "the proxy names an address of no known kind");
        }
        wait_ = Wait::rest;
        return {};
    }

    bool has_credentials_;
    std::string credentials_;
    std::string request_;
    Wait wait_ = Wait::method;
    std::string answer_;
    std::size_t reply_size_ = 0;
};

} // namespace

std::unique_ptr<ProxyTalk> talk_socks5(const wire::DialProxy& proxy, const std::string& host,
                                       std::uint16_t port) {
    return std::make_unique<Socks5>(proxy, host, port);
}

std::unique_ptr<ProxyTalk> talk_to(const wire::DialProxy& proxy, const std::string& host,
                                   std::uint16_t port) {
    return proxy.kind() == wire::DialProxy::SOCKS5 ? talk_socks5(proxy, host, port)
                                                   : talk_http(proxy, host, port);
}

} // namespace openclaw::egress
