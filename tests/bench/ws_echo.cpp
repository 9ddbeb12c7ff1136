// The limit beside which the gateway's figures are read: the least a libwebsockets server on a
// libuv loop can do. Answers each text frame with a fixed text of N bytes. Usage: ws_echo PORT
// REPLY_BYTES; says "ready" when it listens.
#include <libwebsockets.h>
#include <uv.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

std::string reply; // LWS_PRE bytes of room, then the text

struct Session {
    int due; // answers owed
};

int on_event(lws* socket, lws_callback_reasons reason, void* user, void*, std::size_t) {
    auto* session = static_cast<Session*>(user);
    switch (reason) {
    case LWS_CALLBACK_RECEIVE:
        if (!lws_is_final_fragment(socket) || lws_remaining_packet_payload(socket) != 0) break;
        ++session->due;
        lws_callback_on_writable(socket);
        break;
    case LWS_CALLBACK_SERVER_WRITEABLE: {
        if (session->due == 0) break;
        --session->due;
        auto* text = reinterpret_cast<unsigned char*>(reply.data()) + LWS_PRE;
        if (lws_write(socket, text, reply.size() - LWS_PRE, LWS_WRITE_TEXT) < 0) return -1;
        if (session->due > 0) lws_callback_on_writable(socket);
        break;
    }
    default:
        break;
    }
    return 0;
}

const lws_protocols protocols[] = {{"echo", on_event, sizeof(Session), 4096, 0, nullptr, 0},
                                   {nullptr, nullptr, 0, 0, 0, nullptr, 0}};

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: ws_echo PORT REPLY_BYTES\n");
        return 2;
    }
    reply = std::string(LWS_PRE, '\0') + R"({"type":"res","ok":true})";
    reply.resize(LWS_PRE + std::strtoul(argv[2], nullptr, 10), 'x');
    lws_set_log_level(LLL_ERR, nullptr);
    uv_loop_t loop;
    uv_loop_init(&loop);
    void* loops[] = {&loop};
    lws_context_creation_info info{};
    info.port = std::atoi(argv[1]);
    info.iface = "127.0.0.1";
    info.protocols = protocols;
    info.options = LWS_SERVER_OPTION_LIBUV;
    info.foreign_loops = loops;
    info.gid = static_cast<gid_t>(-1);
    info.uid = static_cast<uid_t>(-1);
    if (lws_create_context(&info) == nullptr) {
        std::fprintf(stderr, "ws_echo: cannot listen on port %s\n", argv[1]);
        return 1;
    }
    std::puts("ready");
    std::fflush(stdout);
    return uv_run(&loop, UV_RUN_DEFAULT);
}
