#include "supervisor/control/control_socket.h"
#include "tests/unit/supervisor/rpc/door.h"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <sys/un.h>

#include <filesystem>

using namespace openclaw;
using namespace openclaw::control;
using test::turn_until;

namespace {

struct Folder {
    Folder() { REQUIRE(::mkdtemp(path) != nullptr); }

    ~Folder() { std::filesystem::remove_all(path); }

    std::string socket() const { return std::string(path) + "/run/supervisor.sock"; }

    char path[32] = "/tmp/control-XXXXXX";
};

// Lines over a Unix socket, on the test's own loop.
class LocalClient {
  public:
    LocalClient(Loop& loop, const std::string& path)
        : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
        , loop_(loop) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, path.size());
        connected =
            ::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
        ::fcntl(fd_.get(), F_SETFL, O_NONBLOCK);
        watch_ = std::make_unique<FdWatch>(loop, fd_.get(), [this](Ready) { exchange(); });
        watch_->want(true, false);
    }

    void send(std::string_view line) {
        out_.append(line).append("\n");
        exchange();
    }

    void pause() {
        paused_ = true;
        watch_->want(false, !out_.empty());
    }

    void resume() {
        paused_ = false;
        exchange();
    }

    bool wait_for_lines(std::size_t count) {
        return turn_until(loop_, [&] { return lines.size() >= count || ended; }) &&
               lines.size() >= count;
    }

    bool connected = false, ended = false;
    std::vector<std::string> lines;

  private:
    void exchange() {
        if (ended) return;
        while (!out_.empty()) {
            const auto sent = ::send(fd_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
            if (sent <= 0) break;
            out_.erase(0, static_cast<std::size_t>(sent));
        }
        char buffer[65536];
        while (!paused_) {
            const auto got = ::recv(fd_.get(), buffer, sizeof buffer, 0);
            if (got <= 0) {
                ended = got == 0 || errno != EAGAIN;
                break;
            }
            in_.append(buffer, static_cast<std::size_t>(got));
            for (auto end = in_.find('\n'); end != std::string::npos; end = in_.find('\n')) {
                lines.push_back(in_.substr(0, end));
                in_.erase(0, end + 1);
            }
        }
        watch_->want(!paused_ && !ended, !out_.empty() && !ended);
    }

    UniqueFd fd_;
    Loop& loop_;
    std::unique_ptr<FdWatch> watch_;
    std::string in_, out_;
    bool paused_ = false;
};

struct Local : test::Door {
    Local() {
        auto made = ControlSocket::create(loop, folder.socket(), door);
        REQUIRE(made);
        control = std::move(*made);
    }

    Folder folder;
    std::unique_ptr<ControlSocket> control;
};

std::string request(std::string_view id, std::string_view method, std::string_view params = "{}") {
    return R"({"type":"req","id":")" + std::string(id) + R"(","method":")" + std::string(method) +
           R"(","params":)" + std::string(params) + "}";
}

} // namespace

TEST_SUITE("supervisor/control") {
    TEST_CASE("the owner asks without a handshake, with every scope") {
        Local local;
        LocalClient client(local.loop, local.folder.socket());
        REQUIRE(client.connected);
        client.send(request("1", "health") + "\n" +
                    request("2", "workers.restart", R"({"id":"nobody"})"));
        REQUIRE(client.wait_for_lines(2));
        CHECK(client.lines[0].starts_with(R"({"type":"res","id":"1","ok":true)"));
        CHECK(client.lines[1].contains("no worker nobody")); // not FORBIDDEN
        CHECK(local.events.count() == 0);
    }

    TEST_CASE("a connect is answered with hello-ok, and then events come") {
        Local local;
        LocalClient client(local.loop, local.folder.socket());
        client.send(test::connect_frame(""));
        REQUIRE(client.wait_for_lines(1));
        CHECK(client.lines[0].contains(R"("type":"hello-ok")"));
        CHECK(client.lines[0].contains(R"("method":"local")"));
        local.events.announce_shutdown("gateway stopping");
        REQUIRE(client.wait_for_lines(2));
        CHECK(
            client.lines[1] ==
            R"({"type":"event","event":"shutdown","payload":{"reason":"gateway stopping"},"seq":1})");
        client.send(request("3", "connect"));
        REQUIRE(client.wait_for_lines(3));
        CHECK(client.lines[2].contains("connect is only valid as the first request"));
    }

    TEST_CASE("who subscribes without a connect gets events as well") {
        Local local;
        LocalClient client(local.loop, local.folder.socket());
        client.send(request("1", "sessions.subscribe"));
        REQUIRE(client.wait_for_lines(1));
        CHECK(local.events.count() == 1);
        local.run_events.tell_session_changed("agent:main:main", "reset");
        REQUIRE(client.wait_for_lines(2));
        CHECK(client.lines[1].contains(R"("reason":"reset")"));
    }

    TEST_CASE("broken frames are answered and broken JSON is ignored, as on a WebSocket") {
        Local local;
        LocalClient client(local.loop, local.folder.socket());
        client.send("nonsense\n\n{\"foo\":1}\n" + request("1", "health"));
        REQUIRE(client.wait_for_lines(2));
        CHECK(client.lines[0].contains("invalid request frame"));
        CHECK(client.lines[1].contains(R"("id":"1","ok":true)"));
    }

    TEST_CASE("the socket is the owner's alone and goes with the gateway") {
        Local local;

        struct stat facts {};

        REQUIRE(::stat(local.folder.socket().c_str(), &facts) == 0);
        CHECK((facts.st_mode & 0777) == 0600);
        local.control.reset();
        CHECK(::stat(local.folder.socket().c_str(), &facts) != 0);
    }

    TEST_CASE("a socket file nobody answers on is replaced, a living one is not") {
        Local local;
        const auto second = ControlSocket::create(local.loop, local.folder.socket(), local.door);
        REQUIRE_FALSE(second);
        CHECK(second.error().code == Code::busy);
        const std::string dead = std::string(local.folder.path) + "/dead.sock";
        {
            const UniqueFd left(::socket(AF_UNIX, SOCK_STREAM, 0));
            sockaddr_un address{};
            address.sun_family = AF_UNIX;
            dead.copy(address.sun_path, dead.size());
            REQUIRE(::bind(left.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        }
        CHECK(ControlSocket::create(local.loop, dead, local.door));
    }

    TEST_CASE("a path that no socket address holds is said with its length and a remedy") {
        Local local;
        const auto made = ControlSocket::create(
            local.loop, "/tmp/" + std::string(120, 'x') + "/supervisor.sock", local.door);
        REQUIRE_FALSE(made);
        CHECK(made.error().code == Code::invalid);
        CHECK(made.error().sentence.contains("141 bytes"));
        CHECK(made.error().sentence.contains("OPENCLAW_STATE_DIR"));
    }

    TEST_CASE("large answers arrive whole through a slow reader") {
        Local local;
        for (int i = 0; i < 2000; ++i)
            local.conversations.add("agent:main:dashboard:" + std::to_string(i), i);
        LocalClient client(local.loop, local.folder.socket());
        client.pause();
        client.send(request("1", "sessions.list", R"({"limit":10000})") + "\n" +
                    request("2", "health"));
        for (int i = 0; i < 20; ++i)
            local.loop.turn(false);
        client.resume();
        REQUIRE(client.wait_for_lines(2));
        CHECK(client.lines[0].size() > 500'000);
        CHECK(test::parsed(client.lines[0]).root()["payload"]["count"].integer() == 2000);
        CHECK(client.lines[1].contains(R"("id":"2")"));
    }

    TEST_CASE("who asks and never reads is cut off at the bound") {
        Local local;
        for (int i = 0; i < 2000; ++i)
            local.conversations.add("agent:main:dashboard:" + std::to_string(i), i);
        LocalClient client(local.loop, local.folder.socket());
        client.pause();
        REQUIRE(turn_until(local.loop, [&] { return local.control->connection_count() == 1; }));
        for (int i = 0; i < 120; ++i)
            client.send(request("1", "sessions.list", R"({"limit":10000})"));
        REQUIRE(turn_until(
            local.loop, [&] { return local.control->connection_count() == 0; },
            std::chrono::seconds(30)));
    }

    TEST_CASE("closing writes what is owed first") {
        Local local;
        LocalClient client(local.loop, local.folder.socket());
        client.send(test::connect_frame(""));
        REQUIRE(client.wait_for_lines(1));
        local.events.announce_shutdown("gateway stopping");
        local.control->close_all();
        REQUIRE(turn_until(local.loop, [&] { return client.ended; }));
        CHECK(client.lines.size() == 2);
        REQUIRE(turn_until(local.loop, [&] { return local.control->connection_count() == 0; }));
        CHECK(local.events.count() == 0);
    }
}
