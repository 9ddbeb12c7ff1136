// The whole edge on an ephemeral port, over the fakes.
#pragma once

#include "supervisor/rpc/front_door.h"
#include "supervisor/web/listener.h"
#include "supervisor/web/server.h"
#include "tests/unit/supervisor/rpc/fakes.h"
#include "tests/unit/supervisor/web/test_client.h"

namespace openclaw::test {

struct Door : Desk {
    Door() {
        auto made = web::Server::create(loop, {}, door);
        REQUIRE(made);
        server = std::move(*made);
        auto sockets =
            web::open_listen_sockets({.bind = web::Bind::loopback, .custom_host = {}, .port = 0});
        REQUIRE(sockets);
        listener = std::make_unique<web::Listener>(
            loop, std::move(*sockets), [this](UniqueFd fd) { server->adopt(std::move(fd)); });
    }

    std::unique_ptr<WsClientForTest> open(std::string_view headers = {}) {
        return std::make_unique<WsClientForTest>(loop, listener->port(), headers);
    }

    auth::AttemptLimit attempts{loop.clock()};
    rpc::FrontDoor door{
        {.loop = loop,
         .dispatch = dispatch,
         .events = events,
         .presence = presence,
         .health = health,
         .facts = facts,
         .attempts = attempts,
         .devices = devices},
        {.gate = {.mode = auth::Mode::token, .secret = Secret("s3cret")}, .allowed_origins = {}}};
    std::unique_ptr<web::Server> server;
    std::unique_ptr<web::Listener> listener;
};

inline std::string
connect_frame(std::string_view token = "s3cret",
              std::string_view scopes = R"(["operator.admin","operator.read","operator.write"])") {
    return R"({"type":"req","id":"c1","method":"connect","params":{"minProtocol":4,"maxProtocol":4,"client":{"id":"gateway-client","version":"1","platform":"linux","mode":"backend"},"role":"operator","scopes":)" +
           std::string(scopes) + R"(,"auth":{"token":")" + std::string(token) + R"("}}})";
}

} // namespace openclaw::test
