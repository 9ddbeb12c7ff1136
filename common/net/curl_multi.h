// net/curl_multi.h — libcurl's multi handle driven by our loop: its sockets are FdWatches, its one
// timer is a Timer.
//
// libcurl refuses to be called from inside its own callbacks; outside() is the way to do such a
// thing at once when that is possible and right after libcurl has returned when it is not. Shared
// by the transfers that run in it: it lives until the last of them has left.
#pragma once

#include "common/base/unique_fd.h"
#include "common/loop/fd_watch.h"
#include "common/loop/timer.h"
#include "common/net/curl_library.h"

#include <memory>
#include <unordered_map>
#include <vector>

namespace openclaw::net {

// What an easy handle's CURLOPT_PRIVATE points to.
class CurlUser {
  public:
    virtual ~CurlUser() = default;
    // libcurl has finished with this handle. Never called from inside libcurl. May destroy the
    // user.
    virtual void on_curl_done(CURLcode code) = 0;
};

// Where the stream of a new connection comes from: an easy handle's.
class StreamSource {
  public:
    virtual ~StreamSource() = default;
    // libcurl waits for `socket` to be connected: CurlMulti::connected() when it is. Called from
    // inside libcurl.
    virtual void on_stream_wanted(curl_socket_t socket) = 0;
};

class CurlMulti : public std::enable_shared_from_this<CurlMulti> {
  public:
    CurlMulti(Loop& loop, std::size_t max_connections_per_host);
    ~CurlMulti();
    CurlMulti(const CurlMulti&) = delete;
    CurlMulti& operator=(const CurlMulti&) = delete;

    void add(CURL* easy);    // outside libcurl only
    void remove(CURL* easy); // outside libcurl only
    // Runs `task` now, or as soon as libcurl has returned when this is called from one of its
    // callbacks.
    void outside(Task task);

    // Options of an easy handle, so that its streams come from `source` and this object knows which
    // sockets libcurl opens and closes. Both outlive the handle's time in here.
    struct Supply {
        CurlMulti* multi = nullptr;
        StreamSource* source = nullptr;
    };

    void watch_sockets_of(CURL* easy, Supply& supply);

    // `socket` becomes `stream`; libcurl goes on with it. Outside libcurl only.
    void connected(curl_socket_t socket, UniqueFd stream);

  private:
    // A socket that rests in libcurl's connection cache keeps its watch: the next request then
    // costs no epoll calls. One that libcurl has not read from yet may be closed without a word
    // (libcurl 7.88, cf-socket.c: a socket it did not find connected), and its number be
    // somebody else's at once: it is forgotten whenever libcurl does not wait for it.
    struct Socket {
        std::unique_ptr<FdWatch> watch;
        bool wanted = false;        // libcurl waits for it now
        bool is_told = false;       // its closing will be told
        bool is_connecting = false; // a placeholder: not watched, and never writable
        int events = 0;             // CURL_POLL_…: what libcurl waits for
    };

    static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void*);
    static int on_timer(CURLM*, long timeout_ms, void* self);
    static curl_socket_t open_socket(void* supply, curlsocktype purpose, curl_sockaddr* address);
    static int close_socket(void* self, curl_socket_t fd);

    void watch(curl_socket_t fd, int what);
    void rest(curl_socket_t fd);
    void on_ready(curl_socket_t fd, Ready ready);
    void plan(long timeout_ms);
    void run(curl_socket_t fd, int events);
    void run_waiting_tasks();
    void report_finished();

    Loop& loop_;
    CURLM* multi_;
    Timer timer_;
    bool kicked_ = false; // a run is planned for the end of this turn
    bool inside_ = false;
    std::vector<Task> waiting_;
    std::unordered_map<curl_socket_t, Socket> sockets_;
};

} // namespace openclaw::net
