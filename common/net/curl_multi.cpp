#include "common/net/curl_multi.h"

#include "common/base/check.h"
#include "common/net/handed_stream.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace openclaw::net {

namespace {

CURLM* make_multi() {
    CURLM* multi = curl().multi_init();
    CHECK_INVARIANT(multi != nullptr);
    return multi;
}

} // namespace

CurlMulti::CurlMulti(Loop& loop, std::size_t max_connections_per_host)
    : loop_(loop)
    , multi_(make_multi())
    , timer_(loop) {
    const auto connections = static_cast<long>(max_connections_per_host);
    curl().multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlMulti::on_socket);
    curl().multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl().multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlMulti::on_timer);
    curl().multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl().multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, connections);
    curl().multi_setopt(multi_, CURLMOPT_MAXCONNECTS, connections);
    curl().multi_setopt(multi_, CURLMOPT_PIPELINING,
                        CURLPIPE_NOTHING); // one request at a time on a connection
}

CurlMulti::~CurlMulti() {
    curl().multi_cleanup(multi_);
}

void CurlMulti::watch_sockets_of(CURL* easy, Supply& supply) {
    curl().easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &CurlMulti::open_socket);
    curl().easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &supply);
    curl().easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &CurlMulti::close_socket);
    curl().easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
}

void CurlMulti::add(CURL* easy) {
    CHECK_INVARIANT(curl().multi_add_handle(multi_, easy) == CURLM_OK);
}

void CurlMulti::remove(CURL* easy) {
    CHECK_INVARIANT(curl().multi_remove_handle(multi_, easy) == CURLM_OK);
}

void CurlMulti::outside(Task task) {
    if (inside_)
        waiting_.push_back(std::move(task));
    else
        task();
}

curl_socket_t CurlMulti::open_socket(void* data, curlsocktype, curl_sockaddr*) {
    const auto& supply = *static_cast<const Supply*>(data);
    const int fd = unconnected_socket().release();
    if (fd < 0) return CURL_SOCKET_BAD;
    supply.multi->sockets_[fd] = {.watch = nullptr, .is_connecting = true};
    supply.source->on_stream_wanted(fd);
    return fd;
}

void CurlMulti::connected(curl_socket_t fd, UniqueFd stream) {
    const auto found = sockets_.find(fd);
    if (found == sockets_.end() || !found->second.is_connecting) return; // libcurl gave it up
    take_place(stream.get(), fd);
    found->second.is_connecting = false;
    if (found->second.wanted) watch(fd, found->second.events);
}

int CurlMulti::close_socket(void* self, curl_socket_t fd) {
    static_cast<CurlMulti*>(self)->sockets_.erase(fd); // the watch goes before the descriptor
    return close(fd);
}

int CurlMulti::on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
    auto* multi = static_cast<CurlMulti*>(self);
    if (what == CURL_POLL_REMOVE)
        multi->rest(fd);
    else
        multi->watch(fd, what);
    return 0;
}

void CurlMulti::watch(curl_socket_t fd, int what) {
    auto& socket = sockets_[fd];
    socket.wanted = true;
    socket.events = what;
    if ((what & CURL_POLL_IN) != 0) socket.is_told = true; // it was found connected
    if (socket.is_connecting) return;                      // connected() comes back here
    if (!socket.watch)
        socket.watch =
            std::make_unique<FdWatch>(loop_, fd, [this, fd](Ready ready) { on_ready(fd, ready); });
    socket.watch->want((what & CURL_POLL_IN) != 0, (what & CURL_POLL_OUT) != 0);
}

void CurlMulti::rest(curl_socket_t fd) {
    const auto found = sockets_.find(fd);
    if (found == sockets_.end()) return;
    found->second.wanted = false;
    if (!found->second.is_told) sockets_.erase(found);
}

void CurlMulti::on_ready(curl_socket_t fd, Ready ready) {
    auto& socket = sockets_.at(fd);
    if (!socket.wanted)
        return socket.watch->want(false, false); // the server closed it while it rested
    const int events = (ready.readable || ready.hung_up ? CURL_CSELECT_IN : 0) |
                       (ready.writable ? CURL_CSELECT_OUT : 0) |
                       (ready.hung_up ? CURL_CSELECT_ERR : 0);
    run(fd, events);
}

int CurlMulti::on_timer(CURLM*, long timeout_ms, void* self) {
    static_cast<CurlMulti*>(self)->plan(timeout_ms);
    return 0;
}

void CurlMulti::plan(long timeout_ms) {
    if (timeout_ms < 0) return timer_.stop();
    if (timeout_ms > 0) {
        // One more: a timer that is early by a fraction of a millisecond would find libcurl with
        // nothing due, and libcurl would not ask again.
        return timer_.start(Milliseconds(timeout_ms + 1), [this] { run(CURL_SOCKET_TIMEOUT, 0); });
    }
    timer_.stop();
    if (std::exchange(kicked_, true)) return;
    loop_.defer([weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        self->kicked_ = false;
        self->run(CURL_SOCKET_TIMEOUT, 0);
    });
}

void CurlMulti::run(curl_socket_t fd, int events) {
    const auto self = shared_from_this(); // a callback may end the last transfer
    int running = 0;
    inside_ = true;
    curl().multi_socket_action(multi_, fd, events, &running);
    inside_ = false;
    run_waiting_tasks();
    report_finished();
}

void CurlMulti::run_waiting_tasks() {
    std::vector<Task> tasks;
    tasks.swap(waiting_);
    for (auto& task : tasks)
        task();
}

void CurlMulti::report_finished() {
    int left = 0;
    while (const CURLMsg* message = curl().multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        const CURLcode code = message->data.result;
        void* user = nullptr;
        curl().easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &user);
        static_cast<CurlUser*>(user)->on_curl_done(code); // `message` is gone after this
    }
}

} // namespace openclaw::net
