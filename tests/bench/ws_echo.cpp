// The limit beside which the gateway's figures are read: the least a libwebsockets server on a
// libuv loop can do. Answers each text frame with a fixed text of REPLY_BYTES; with EVERY_MS it
// also tells everybody connected an event of EVENT_BYTES so often. Usage: ws_echo PORT REPLY_BYTES
// [EVERY_MS EVENT_BYTES]; says "ready" when it listens.
#include <libwebsockets.h>
#include <uv.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

std::string reply, event; // LWS_PRE bytes of room, then the text
std::size_t event_bytes = 0;
unsigned events = 0; // told so far

struct Session {
    int due;         // answers owed
    unsigned heard;  // events told
    bool has_spoken; // told of events from then on
};

bool write(lws* socket, std::string& text) {
    auto* bytes = reinterpret_cast<unsigned char*>(text.data()) + LWS_PRE;
    return lws_write(socket, bytes, text.size() - LWS_PRE, LWS_WRITE_TEXT) >= 0;
}

int on_writable(lws* socket, Session& session) {
    if (session.due > 0) {
        --session.due;
        if (!write(socket, reply)) return -1;
    } else if (session.has_spoken && session.heard != events) {
        session.heard = events;
        if (!write(socket, event)) return -1;
    }
    if (session.due > 0) lws_callback_on_writable(socket);
    return 0;
}

int on_event(lws* socket, lws_callback_reasons reason, void* user, void*, std::size_t) {
    auto* session = static_cast<Session*>(user);
    switch (reason) {
    case LWS_CALLBACK_RECEIVE:
        if (!lws_is_final_fragment(socket) || lws_remaining_packet_payload(socket) != 0) break;
        ++session->due;
        session->heard = session->has_spoken ? session->heard : events;
        session->has_spoken = true;
        lws_callback_on_writable(socket);
        break;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return on_writable(socket, *session);
    default:
        break;
    }
    return 0;
}

const lws_protocols protocols[] = {{"echo", on_event, sizeof(Session), 4096, 0, nullptr, 0},
                                   {nullptr, nullptr, 0, 0, 0, nullptr, 0}};

void tell(uv_timer_t* timer) {
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    ++events;
    std::string text = R"({"type":"event","event":"agent","payload":{"runId":"r","n":)" +
                       std::to_string(events) + R"(,"ts":)" + std::to_string(now) + R"(,"pad":")";
    const std::string tail = R"("},"seq":)" + std::to_string(events) + "}";
    if (text.size() + tail.size() < event_bytes)
        text.append(event_bytes - text.size() - tail.size(), 'x');
    event = std::string(LWS_PRE, '\0') + text + tail;
    lws_callback_on_writable_all_protocol(static_cast<lws_context*>(timer->data), protocols);
}

lws_context* listen(int port, uv_loop_t& loop) {
    void* loops[] = {&loop};
    lws_context_creation_info info{};
    info.port = port;
    info.iface = "127.0.0.1";
    info.protocols = protocols;
    info.options = LWS_SERVER_OPTION_LIBUV;
    info.foreign_loops = loops;
    info.gid = static_cast<gid_t>(-1);
    info.uid = static_cast<uid_t>(-1);
    return lws_create_context(&info);
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3 && argc != 5) {
        std::fprintf(stderr, "usage: ws_echo PORT REPLY_BYTES [EVERY_MS EVENT_BYTES]\n");
        return 2;
    }
    reply = std::string(LWS_PRE, '\0') + R"({"type":"res","ok":true})";
    reply.resize(LWS_PRE + std::strtoul(argv[2], nullptr, 10), 'x');
    lws_set_log_level(LLL_ERR, nullptr);
    uv_loop_t loop;
    uv_loop_init(&loop);
    lws_context* context = listen(std::atoi(argv[1]), loop);
    if (context == nullptr) {
        std::fprintf(stderr, "ws_echo: cannot listen on port %s\n", argv[1]);
        return 1;
    }
    uv_timer_t timer;
    if (argc == 5) {
        event_bytes = std::strtoul(argv[4], nullptr, 10);
        const auto every = std::strtoul(argv[3], nullptr, 10);
        uv_timer_init(&loop, &timer);
        timer.data = context;
        uv_timer_start(&timer, tell, every, every);
    }
    std::puts("ready");
    std::fflush(stdout);
    return uv_run(&loop, UV_RUN_DEFAULT);
}
