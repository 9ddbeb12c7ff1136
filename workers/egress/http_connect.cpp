#include "common/base/strings.h"
#include "workers/egress/proxy_talk.h"

namespace openclaw::egress {

namespace {

constexpr std::size_t longest_answer = 16u << 10; // status line and headers; the body is not ours
// User name and password are at most 255 bytes each (policy/reach.h); in base64, with the header.
constexpr std::size_t longest_credentials = 1024;

class HttpConnect final : public ProxyTalk {
  public:
    HttpConnect(const wire::DialProxy& proxy, const std::string& host, std::uint16_t port) {
        const bool is_v6 = host.find(':') != std::string::npos;
        const auto target = (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
        const std::string start = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
        output_.reserve(start.size() + longest_credentials); // it never moves, and leaves no copy
        output_ = start;
        if (!proxy.user().empty()) add_credentials(proxy);
        output_ += "\r\n";
    }

    Result<std::size_t> feed(std::string_view bytes) override {
        const std::size_t had = head_.size();
        head_.append(bytes.substr(0, longest_answer - had));
        // The end may lie across the border.
        const auto end = head_.find("\r\n\r\n", had < 3 ? 0 : had - 3);
        if (end == std::string::npos) {
            if (head_.size() >= longest_answer)
                return fail(Code::corrupt, "the proxy's answer has no end");
            if (!could_be_http())
                return fail(Code::corrupt, "the proxy does not answer in HTTP/1.1");
            return bytes.size();
        }
        TRY_VOID(judge());
        is_done_ = true;
        return end + 4 - had;
    }

  private:
    void add_credentials(const wire::DialProxy& proxy) {
        std::string pair;
        pair.reserve(proxy.user().size() + 1 + proxy.password().size());
        pair.append(proxy.user()).append(":").append(proxy.password());
        std::string code = to_base64(pair);
        output_.append("Proxy-Authorization: Basic ").append(code).append("\r\n");
        worker::wipe_text(pair);
        worker::wipe_text(code);
    }

    bool could_be_http() const {
        constexpr std::string_view start = "HTTP/1.";
        return std::string_view(head_).substr(0, start.size()) == start.substr(0, head_.size());
    }

    // "HTTP/1.1 200 Connection established"
    Result<void> judge() const {
        const auto line = std::string_view(head_).substr(0, head_.find("\r\n"));
        if (!could_be_http() || line.size() < 12 || line[8] != ' ')
            return fail(Code::corrupt, "the proxy does not answer in HTTP/1.1");
        const auto status = line.substr(9, 3);
        if (status.find_first_not_of("0123456789") != std::string_view::npos)
            return fail(Code::corrupt, "the proxy's answer has no status");
        if (status[0] == '2') return {};
        if (status == "407")
            return fail(Code::unavailable, "the proxy wants other credentials (407)");
        return fail(Code::unavailable, "the proxy answers " + to_valid_utf8(line.substr(9, 80)));
    }

    std::string head_;
};

} // namespace

std::unique_ptr<ProxyTalk> talk_http(const wire::DialProxy& proxy, const std::string& host,
                                     std::uint16_t port) {
    return std::make_unique<HttpConnect>(proxy, host, port);
}

} // namespace openclaw::egress
