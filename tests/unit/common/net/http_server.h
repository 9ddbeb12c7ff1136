// A tiny HTTP server on the test's own loop: it reads whole requests and does what the test says,
// rudeness included.
#pragma once

#include "common/base/unique_fd.h"
#include "common/loop/fd_watch.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::test {

struct ServedRequest {
    std::string method;
    std::string path;
    std::map<std::string, std::string> headers; // names in lower case
    std::string body;
};

// One connection of a client.
class ServedPeer {
  public:
    ServedPeer(Loop& loop, UniqueFd socket,
               std::function<void(ServedPeer&, const ServedRequest&)> on_request);

    void send(std::string_view bytes); // waits for room by itself
    // "HTTP/1.1 <status> …" with Content-Length.
    void answer(int status, std::string_view body, std::string_view extra_headers = "");
    void begin_chunked(int status, std::string_view content_type);
    void chunk(std::string_view bytes);
    void end_chunked();
    void close(); // FIN
    void reset(); // RST

    bool is_open() const { return static_cast<bool>(socket_); }

    bool has_left() const { return left_; } // the client closed its end

  private:
    void read_some();
    void take_requests();
    void flush();

    std::function<void(ServedPeer&, const ServedRequest&)> on_request_;
    UniqueFd socket_;
    std::unique_ptr<FdWatch> watch_;
    std::string in_;
    std::string out_;
    bool left_ = false;
};

class HttpServer {
  public:
    using OnRequest = std::function<void(ServedPeer& peer, const ServedRequest& request)>;

    HttpServer(Loop& loop, OnRequest on_request);
    ~HttpServer();

    std::string url(std::string_view path = "/") const;

    int port() const { return port_; }

    const std::vector<std::unique_ptr<ServedPeer>>& peers() const {
        return peers_;
    } // in the order they came

    std::size_t requests() const { return requests_; }

    void on_connection(std::function<void(ServedPeer&)> hook) { on_connection_ = std::move(hook); }

  private:
    void accept_some();

    Loop& loop_;
    OnRequest on_request_;
    std::function<void(ServedPeer&)> on_connection_;
    UniqueFd listener_;
    int port_ = 0;
    std::unique_ptr<FdWatch> watch_;
    std::vector<std::unique_ptr<ServedPeer>> peers_;
    std::size_t requests_ = 0;
};

// A port on which nobody listens (bound once, closed again).
int unused_port();

} // namespace openclaw::test
