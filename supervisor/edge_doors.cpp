// Where the edge listens: the port, the local socket, and who keeps them open over our death.
#include "common/base/names.h"
#include "common/log/log.h"
#include "supervisor/door_settings.h"
#include "supervisor/edge.h"
#include "supervisor/web/socket_inheritance.h"

#include <utility>

namespace openclaw {

Result<void> Edge::listen(const Preparation& p, Doors doors) {
    const bool is_handed_over = !doors.listening.empty();
    auto sockets = std::move(doors.listening);
    sockets_are_given_ = doors.are_given;
    if (!is_handed_over) {
        auto inherited = web::inherited_listen_sockets(p.address);
        sockets = std::move(inherited.sockets);
        sockets_are_given_ = inherited.are_given;
    }
    if (sockets.empty()) sockets = TRY(web::open_listen_sockets(p.address));
    web::ServerOptions options{.limits = {},
                               .rules = request_rules_of(p),
                               .readiness = [this] { return readiness(); },
                               .may_see_details =
                                   [this](std::string_view bearer, const web::Arrival& from) {
                                       return door_.check_bearer(bearer, from).verdict ==
                                              rpc::BearerVerdict::accepted;
                                   },
                               .http = &api_};
    options.limits.handshake_within = p.config.gateway.handshake_timeout;
    setup_route_ = setup_route_of(p, web::port_of(sockets.front().get()));
    server_ = TRY(web::Server::create(facts_.loop, std::move(options), door_));
    listen_on(std::move(sockets));
    const std::string control = p.paths.in_state(names::control_socket);
    control_ = doors.control ? control::ControlSocket::adopt(facts_.loop, control,
                                                             std::move(doors.control), door_)
                             : TRY(control::ControlSocket::create(facts_.loop, control, door_));
    if (is_handed_over) { // until open(): this image may yet go back
        listener_->pause();
        control_->pause();
    }
    return {};
}

void Edge::listen_on(std::vector<UniqueFd> sockets) {
    listener_ = std::make_unique<web::Listener>(
        facts_.loop, std::move(sockets),
        [this](UniqueFd connection) { server_->adopt(std::move(connection)); });
    if (holds_newcomers_) listener_->pause();
    shown_.port = port();
}

// The old sockets go when the new ones are there: until then nothing has changed.
Result<void> Edge::move_to(const web::ListenAddress& address) {
    if (sockets_are_given_) return {};
    if (address == prepared_.address && listener_->is_at(address)) return {};
    auto sockets = TRY(listener_->open_beside(address));
    listener_->retire();
    listen_on(std::move(sockets));
    setup_route_ = setup_route_of(prepared_, port());
    log::info("gateway.moved", {{"url", url()}});
    return {};
}

void Edge::let_keep(const ServiceManager& manager) const {
    if (sockets_are_given_ || !manager.is_there()) return;
    manager.forget(web::kept_socket_name); // those of another address
    for (const auto& socket : listener_->duplicates())
        manager.keep(socket.get(), web::kept_socket_name);
}

Fds Edge::duplicate_listening() const {
    return listener_->duplicates();
}

UniqueFd Edge::duplicate_control() const {
    return control_->duplicate();
}

int Edge::port() const {
    return listener_->port();
}

std::string Edge::url() const {
    return "http://127.0.0.1:" + std::to_string(port());
}

} // namespace openclaw
