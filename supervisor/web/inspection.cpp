#include "supervisor/web/inspection.h"

#include "common/log/log.h"
#include "supervisor/web/header_names.h"
#include "supervisor/web/http_routes.h"
#include "supervisor/web/peer.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace openclaw::web {

Inspection::Inspection(Loop& loop, UniqueFd connection, std::size_t most_bytes, Milliseconds within,
                       Done done)
    : connection_(std::move(connection))
    , head_(most_bytes, '\0')
    , done_(std::move(done))
    , watch_(loop, connection_.get(), [this](Ready) { look(); })
    , deadline_(loop) {
    watch_.want(true, false);
    deadline_.start(within, [this] { finish({}); });
}

void Inspection::look() {
    const auto got = ::recv(connection_.get(), head_.data(), head_.size(), MSG_PEEK | MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return finish({});
    const auto bytes = std::string_view(head_).substr(0, static_cast<std::size_t>(got));
    const auto length = head_length(bytes);
    if (length == 0 && bytes.size() == head_.size()) return refuse("its head is too long");
    // Wakes up when there is more than what was seen.
    const int wake_at = length == 0 ? static_cast<int>(got) + 1 : 1;
    ::setsockopt(connection_.get(), SOL_SOCKET, SO_RCVLOWAT, &wake_at, sizeof wake_at);
    if (length == 0) return;
    if (misread_header(bytes.substr(0, length))) return refuse("a header's name is cut short");
    finish(std::move(connection_));
}

void Inspection::refuse(std::string_view why) {
    log::debug("web.request_refused", {{"peer", peer_of(connection_.get()).ip}, {"why", why}});
    const auto bytes = render(plain_text(400, "Bad Request: " + std::string(why)), false);
    (void)!::send(connection_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    // Read away what we only looked at: closing on unread bytes would take the answer back.
    (void)!::recv(connection_.get(), head_.data(), head_.size(), MSG_DONTWAIT);
    finish({});
}

void Inspection::finish(UniqueFd connection) {
    deadline_.stop();
    watch_.want(false, false);
    const auto done = std::exchange(done_, nullptr);
    if (done) done(std::move(connection));
}

void Inspections::begin(UniqueFd connection, Inspection::Done done) {
    const auto place = running_.emplace(running_.end());
    *place = std::make_unique<Inspection>(loop_, std::move(connection), most_bytes_, within_,
                                          [this, place, done = std::move(done)](UniqueFd sound) {
                                              const auto finished = std::move(
                                                  *place); // lives until this call returns
                                              running_.erase(place);
                                              done(std::move(sound));
                                          });
}

} // namespace openclaw::web
