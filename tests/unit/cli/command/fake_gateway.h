// A gateway on a control socket in a folder of its own, which answers by script; and the program
// run against it, with what it printed.
#pragma once

#include "cli/program.h"
#include "common/json/read.h"

#include <doctest/doctest.h>

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace openclaw::cli::testing {

// Frames to send for one request; "$ID" becomes its id, "$RUN" its idempotency key. A script's
// "send" is for every call of this method, "send #2" for the second one only.
using Frames = std::vector<std::string>;

inline std::string ok(std::string_view payload) {
    return R"({"type":"res","id":"$ID","ok":true,"payload":)" + std::string(payload) + "}";
}

inline std::string refused(std::string_view code, std::string_view message) {
    return R"({"type":"res","id":"$ID","ok":false,"error":{"code":")" + std::string(code) +
           R"(","message":")" + std::string(message) + R"("}})";
}

struct Printed {
    int exit_code = -1;
    std::string out, err;
};

class FakeGateway {
  public:
    explicit FakeGateway(std::map<std::string, Frames> script)
        : script_(std::move(script)) {
        char name[] = "/tmp/openclaw-cli-gateway-XXXXXX";
        REQUIRE(mkdtemp(name) != nullptr);
        folder_ = name;
        environment_ = {{"HOME", folder_}, {"OPENCLAW_STATE_DIR", folder_}};
        listen_on(folder_ + "/run/supervisor.sock");
        thread_ = std::jthread([this] { serve(); });
    }

    ~FakeGateway() {
        stop();
        std::filesystem::remove_all(folder_);
    }

    // Nobody answers any more.
    void stop() {
        if (!thread_.joinable()) return;
        shutdown(listener_.get(), SHUT_RDWR); // ends accept()
        thread_.join();
        listener_.reset();
    }

    Printed run(const std::vector<std::string>& arguments) {
        Printed printed;
        const UniqueFd out = temporary(), err = temporary();
        const auto paths = config::resolve_paths({}, environment_).value();
        const Globals globals = take_globals(arguments).globals;
        const Context context{.console = Console(out.get(), err.get(), true),
                              .globals = globals,
                              .environment = environment_,
                              .paths = paths};
        printed.exit_code = run_program(context, arguments);
        printed.out = content(out.get());
        printed.err = content(err.get());
        return printed;
    }

    void set_variable(const std::string& name, const std::string& value) {
        environment_[name] = value;
    }

    std::string config_file() const { return folder_ + "/openclaw.json"; }

    void write_config(std::string_view text) const {
        const std::string path = config_file();
        std::ofstream(path) << text;
        chmod(path.c_str(), 0600);
    }

    std::string config_text() const { // empty when there is no file
        std::ifstream file(config_file());
        return {std::istreambuf_iterator<char>(file), {}};
    }

    // The parameters of the last call of this method, as JSON text. Call after run().
    std::string params(const std::string& method) const {
        const auto found = asked_.find(method);
        return found == asked_.end() ? std::string("never asked") : found->second;
    }

  private:
    static UniqueFd temporary() {
        char name[] = "/tmp/openclaw-cli-output-XXXXXX";
        UniqueFd file(mkstemp(name));
        unlink(name);
        return file;
    }

    static std::string content(int file) {
        std::string text(1 << 16, '\0');
        text.resize(static_cast<std::size_t>(
            std::max<ssize_t>(0, pread(file, text.data(), text.size(), 0))));
        return text;
    }

    void listen_on(const std::string& path) {
        std::filesystem::create_directories(folder_ + "/run");
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.data(), path.size());
        listener_.reset(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        REQUIRE(bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(listen(listener_.get(), 4) == 0);
    }

    void serve() {
        for (;;) {
            const UniqueFd client(accept(listener_.get(), nullptr, nullptr));
            if (!client) return;
            std::string line;
            for (char c = 0; read(client.get(), &c, 1) == 1;)
                if (c != '\n')
                    line += c;
                else
                    answer(client.get(), std::exchange(line, {}));
        }
    }

    void answer(int client, const std::string& request) {
        const auto frame = json::Document::parse(request).value();
        const std::string method(frame.root()["method"].text());
        asked_[method] = frame.root()["params"].dump();
        const auto nth = script_.find(method + " #" + std::to_string(++calls_[method]));
        const auto found = nth == script_.end() ? script_.find(method) : nth;
        const Frames frames = found == script_.end()
                                  ? Frames{refused("INVALID_REQUEST", "unknown method: " + method)}
                                  : found->second;
        for (std::string text : frames) {
            std::ranges::replace(text, '\n', ' '); // a frame is one line
            replace(text, "$ID", frame.root()["id"].text());
            replace(text, "$RUN", frame.root()["params"]["idempotencyKey"].text());
            text += '\n';
            (void)!write(client, text.data(), text.size());
        }
    }

    static void replace(std::string& text, std::string_view what, std::string_view by) {
        for (auto at = text.find(what); at != std::string::npos;
             at = text.find(what, at + by.size()))
            text.replace(at, what.size(), by);
    }

    std::map<std::string, Frames> script_;
    std::map<std::string, std::string> asked_;
    std::map<std::string, int> calls_;
    std::string folder_;
    config::Environment environment_;
    UniqueFd listener_;
    std::jthread thread_;
};

} // namespace openclaw::cli::testing
