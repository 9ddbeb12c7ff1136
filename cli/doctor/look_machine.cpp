#include "cli/command/gateway_run.h"
#include "cli/doctor/facts.h"
#include "cli/doctor/folder.h"
#include "common/base/strings.h"
#include "common/base/unique_fd.h"
#include "common/config/agent.h"
#include "common/config/egress.h"
#include "common/sandbox/enter.h"
#include "common/worker/spec.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace openclaw::cli::doctor {

namespace {

constexpr int sandbox_takes_at_most_ms = 3'000;

std::string first_existing(std::string path) {
    while (path.size() > 1 && access(path.c_str(), F_OK) != 0)
        path = std::filesystem::path(path).parent_path().string();
    return path.empty() ? "/" : path;
}

DiskFacts look_at_disk(const std::string& path, std::string holds) {
    DiskFacts facts{.path = first_existing(path), .holds = std::move(holds)};

    struct statvfs found {};

    if (statvfs(facts.path.c_str(), &found) != 0) return facts;
    const auto block = static_cast<std::int64_t>(found.f_frsize);
    facts.free_bytes = static_cast<std::int64_t>(found.f_bavail) * block;
    facts.all_bytes = static_cast<std::int64_t>(found.f_blocks) * block;
    facts.free_files = static_cast<std::int64_t>(found.f_favail);
    facts.all_files = static_cast<std::int64_t>(found.f_files);
    return facts;
}

bool can_bind_ipv6_loopback() {
    const UniqueFd probe(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    return probe && bind(probe.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

// proc(5), /proc/net/tcp: addresses and ports in hexadecimal, 0A is LISTEN, the eighth word is the
// owner, the tenth the socket's inode.
struct Socket {
    std::string address;
    bool is_ours = false;
    unsigned long inode = 0;
};

std::string readable(std::string_view hex) {
    if (hex == "0100007F") return "127.0.0.1";
    if (hex == "00000000") return "0.0.0.0";
    if (hex == "00000000000000000000000001000000") return "[::1]";
    if (hex == "00000000000000000000000000000000") return "[::]";
    return hex.size() == 8 ? "another address" : "another IPv6 address";
}

void read_sockets(const char* table, int port, std::vector<Socket>& found) {
    std::ifstream file(table);
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        std::istringstream words(line);
        std::string slot, local, remote, state, queues, timer, retransmits, timeout;
        unsigned long uid = 0, inode = 0;
        words >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >>
            timeout >> inode;
        const auto colon = local.find(':');
        if (state != "0A" || colon == std::string::npos) continue;
        if (std::stoi(local.substr(colon + 1), nullptr, 16) != port) continue;
        found.push_back({.address = readable(local.substr(0, colon)),
                         .is_ours = uid == geteuid(),
                         .inode = inode});
    }
}

std::string program_of(const std::string& process) {
    std::ifstream file(process + "/comm");
    std::string name;
    std::getline(file, name);
    return name;
}

bool holds(const std::string& process, const std::string& wanted) {
    const Folder folder = open_folder(process + "/fd");
    if (!folder) return false;
    std::array<char, 64> target{};
    while (const dirent* entry = readdir(folder.get())) {
        const ssize_t length =
            readlinkat(dirfd(folder.get()), entry->d_name, target.data(), target.size());
        if (length > 0 &&
            std::string_view(target.data(), static_cast<std::size_t>(length)) == wanted)
            return true;
    }
    return false;
}

// Workers inherit nothing of the gateway's sockets, so the first process found is the one. A
// gateway of ours is never found this way unless we are root: it shows its descriptors to nobody.
void name_holder(Listener& listener, unsigned long inode) {
    const std::string wanted = "socket:[" + std::to_string(inode) + "]";
    const Folder folder = open_folder("/proc");
    while (const dirent* entry = folder ? readdir(folder.get()) : nullptr) {
        const std::string process = std::string("/proc/") + entry->d_name;
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9' || !holds(process, wanted)) continue;
        listener.pid = std::stoi(entry->d_name);
        listener.program = program_of(process);
        return;
    }
}

// One line a layer: name, holds, spare, detail.
std::string as_lines(const sandbox::Level& level) {
    std::string text;
    for (const auto& layer : level.layers)
        text += std::string(layer.name) + "\t" + (layer.holds ? "1" : "0") + "\t" +
                (layer.is_spare ? "1" : "0") + "\t" + layer.detail + "\n";
    return text;
}

// The names of layers are literals in the child: here they need a place that lasts.
std::string_view lasting(std::string_view name) {
    static std::set<std::string, std::less<>> names;
    return *names.emplace(name).first;
}

sandbox::Level from_lines(std::string_view text) {
    sandbox::Level level;
    for (const auto line : split(text, '\n')) {
        const auto words = split(line, '\t');
        if (words.size() == 4)
            level.layers.push_back({.name = lasting(words[0]),
                                    .holds = words[1] == "1",
                                    .detail = std::string(words[3]),
                                    .is_spare = words[2] == "1"});
    }
    return level;
}

[[noreturn]] void stand_behind_walls(int out) {
    // What an ordinary channel worker has.
    const auto level = sandbox::enter({.net = sandbox::Net::unix_only, .reads_certificates = true});
    const std::string text = as_lines(level) + "end\n";
    (void)!write(out, text.data(), text.size());
    _exit(0);
}

std::string hear(int in) {
    std::string text;
    std::array<char, 4096> chunk{};
    pollfd watched{in, POLLIN, 0};
    while (poll(&watched, 1, sandbox_takes_at_most_ms) > 0) {
        const ssize_t got = read(in, chunk.data(), chunk.size());
        if (got <= 0) break;
        text.append(chunk.data(), static_cast<std::size_t>(got));
    }
    return text;
}

bool finds_worker(const std::string& folder, const WorkerSpec& spec) {
    const std::string program(spec.program);
    for (const auto& place : {folder, folder + "/../workers", folder + "/../libexec/openclaw"})
        for (const auto& path :
             {place + "/" + program, place + "/" + std::string(spec.name) + "/" + program})
            if (access(path.c_str(), X_OK) == 0) return true;
    return false;
}

} // namespace

std::vector<Listener> find_listeners(int port) {
    std::vector<Socket> sockets;
    read_sockets("/proc/net/tcp", port, sockets);
    read_sockets("/proc/net/tcp6", port, sockets);
    std::vector<Listener> found;
    for (const auto& socket : sockets)
        name_holder(
            found.emplace_back(Listener{.address = socket.address, .is_ours = socket.is_ours}),
            socket.inode);
    return found;
}

std::optional<sandbox::Level> try_sandbox() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
    const UniqueFd reading(ends[0]);
    UniqueFd writing(ends[1]);
    const pid_t child = fork();
    if (child == 0) stand_behind_walls(writing.get());
    writing.reset();
    const auto text = hear(reading.get());
    if (child > 0) kill(child, SIGKILL), waitpid(child, nullptr, 0);
    if (!text.ends_with("end\n")) return std::nullopt;
    return from_lines(text);
}

ProgramFacts find_programs(const config::Environment& environment,
                           const std::optional<config::Config>& config) {
    ProgramFacts facts;
    const auto daemon = find_daemon();
    if (!daemon) return facts.problem = daemon.error().sentence, facts;
    facts.daemon = *daemon;
    const auto folder = config::variable(environment, "OPENCLAW_WORKER_DIR")
                            .value_or(std::filesystem::path(*daemon).parent_path().string());
    std::vector<const WorkerSpec*> wanted{&config::agent_worker, &config::egress_worker};
    if (config)
        for (const auto& account : config->channels)
            if (account.should_run() && std::ranges::find(wanted, account.spec) == wanted.end())
                wanted.push_back(account.spec);
    for (const auto* spec : wanted)
        if (!finds_worker(folder, *spec)) facts.missing.emplace_back(spec->program);
    return facts;
}

MachineFacts look_at_machine(const config::Paths& paths, const std::string& log_file) {
    MachineFacts facts;
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) facts.most_files = files.rlim_max;
    facts.has_ipv6_loopback = can_bind_ipv6_loopback();
    timex now{};
    facts.is_clock_synchronised = adjtimex(&now) != TIME_ERROR; // asks only: no mode is set
    facts.is_root = geteuid() == 0;
    facts.disks.push_back(look_at_disk(paths.state_directory, "the state directory"));
    if (!log_file.empty())
        facts.disks.push_back(
            look_at_disk(std::filesystem::path(log_file).parent_path().string(), "the log"));
    return facts;
}

} // namespace openclaw::cli::doctor
