// Enters a sandbox, tries one thing, and says how it went: "ok", or the errno's name. Started by
// enter_test.cpp, because nobody comes back from there.
//
//   attempt unix|client|certificates level|THING
#include "common/sandbox/enter.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <thread>

using namespace openclaw::sandbox;

namespace {

Profile profile_named(const std::string& name) {
    if (name == "client") return {.net = Net::client_stream, .reads_certificates = true};
    return {.net = Net::unix_only, .reads_certificates = name == "certificates"};
}

long connect_to(int family, const char* address, int port) {
    const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    inet_pton(AF_INET, address, &to.sin_addr);
    return connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

long make_thread() {
    std::thread([] {}).join();
    return 0;
}

long pair_of(int type) {
    std::array<int, 2> ends{};
    return socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends.data());
}

long send_to_a_name() {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) return -1;
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    strcpy(to.sun_path, "/dev/log");
    return sendto(ends[0], "x", 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

long open_for(const char* path, int how) {
    return open(path, how | O_CLOEXEC, 0600);
}

long limit_of(int resource) {
    rlimit limit{};
    if (getrlimit(static_cast<__rlimit_resource_t>(resource), &limit) != 0) return -1;
    return static_cast<long>(limit.rlim_max);
}

long say(long number) {
    printf("%ld\n", number);
    return 0;
}

const pid_t parent = getppid();
char page[4096];
const iovec place{page, sizeof page};

const std::map<std::string, std::function<long()>> things = {
    // What a worker does all day.
    {"allocate", [] { return static_cast<long>(malloc(8 << 20) == nullptr); }},
    {"thread", make_thread},
    {"pair", [] { return pair_of(SOCK_STREAM); }},
    {"memfd", [] { return memfd_create("x", MFD_CLOEXEC | MFD_ALLOW_SEALING); }},
    {"abort", [] { return std::abort(), 0L; }},
    {"raise", [] { return static_cast<long>(raise(SIGTERM)); }},
    {"certificate", [] { return open_for("/etc/ssl/certs/ca-certificates.crt", O_RDONLY); }},
    {"resolver", [] { return open_for("/etc/resolv.conf", O_RDONLY); }},
    {"tcp",
     [] { return static_cast<long>(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP)); }},
    {"lookup",
     [] {
         addrinfo* found = nullptr;
         return getaddrinfo("127.0.0.1", "80", nullptr, &found) == 0 ? 0L : -1L;
     }},
    // As for "nameserver fe80::1%lo" in resolv.conf.
    {"scope", [] { return if_nametoindex("lo") != 0 ? 0L : -1L; }},
    {"watches", [] { return static_cast<long>(epoll_create1(EPOLL_CLOEXEC)); }},
    {"inet", [] { return connect_to(AF_INET, "127.0.0.1", 1); }},
    // What it must not do.
    {"exec", [] { return static_cast<long>(execl("/bin/true", "true", nullptr)); }},
    {"fork", [] { return static_cast<long>(fork()); }},
    {"ptrace", [] { return ptrace(PTRACE_ATTACH, parent, nullptr, nullptr); }},
    {"process_vm_readv", [] { return process_vm_readv(parent, &place, 1, &place, 1, 0); }},
    {"kill", [] { return static_cast<long>(kill(parent, 0)); }},
    {"tgkill", [] { return syscall(SYS_tgkill, parent, parent, 0); }},
    {"pidfd_open", [] { return syscall(SYS_pidfd_open, parent, 0); }},
    {"passwd", [] { return open_for("/etc/passwd", O_RDONLY); }},
    {"proc", [] { return open_for("/proc/self/environ", O_RDONLY); }},
    {"program", [] { return open_for("/bin/true", O_RDONLY); }},
    {"write", [] { return open_for("/tmp/openclaw-sandbox-attempt", O_WRONLY | O_CREAT); }},
    {"unlink", [] { return static_cast<long>(unlinkat(AT_FDCWD, "/tmp/x", 0)); }},
    {"abstract", [] { return static_cast<long>(socket(AF_UNIX, SOCK_STREAM, 0)); }},
    {"raw", [] { return static_cast<long>(socket(AF_INET, SOCK_RAW, 255)); }},
    {"ping",
     [] { return static_cast<long>(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP)); }},
    {"mptcp",
     [] { return static_cast<long>(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP)); }},
    {"packet", [] { return static_cast<long>(socket(AF_PACKET, SOCK_RAW, 0)); }},
    {"netlink", [] { return static_cast<long>(socket(AF_NETLINK, SOCK_RAW, 0)); }},
    {"vsock", [] { return static_cast<long>(socket(40, SOCK_STREAM, 0)); }},
    {"datagrams", [] { return pair_of(SOCK_DGRAM); }},
    {"sendto", send_to_a_name},
    {"listen", [] { return static_cast<long>(listen(0, 1)); }},
    {"mount", [] { return syscall(SYS_mount, "x", "/", "tmpfs", 0, nullptr); }},
    {"unshare", [] { return syscall(SYS_unshare, 0x10000000); }},
    {"bpf", [] { return syscall(SYS_bpf, 0, page, 64); }},
    {"io_uring", [] { return syscall(SYS_io_uring_setup, 1, page); }},
    {"userfaultfd", [] { return syscall(SYS_userfaultfd, 0); }},
    {"keyctl", [] { return syscall(SYS_keyctl, 0, 0); }},
    {"perf", [] { return syscall(SYS_perf_event_open, page, 0, -1, -1, 0); }},
    {"unknown", [] { return syscall(999); }},
    {"executable",
     [] {
         return static_cast<long>(mmap(nullptr, 4096, PROT_READ | PROT_EXEC,
                                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
     }},
    {"mprotect", [] { return static_cast<long>(mprotect(page, 1, PROT_READ | PROT_EXEC)); }},
    {"tiocsti", [] { return static_cast<long>(ioctl(0, TIOCSTI, "x")); }},
    {"setown", [] { return static_cast<long>(fcntl(0, F_SETOWN, parent)); }},
    {"dumpable", [] { return static_cast<long>(prctl(PR_SET_DUMPABLE, 1)); }},
    {"limit",
     [] {
         const rlimit more{1 << 20, 1 << 20};
         return static_cast<long>(setrlimit(RLIMIT_NOFILE, &more));
     }},
    {"silence", [] { return std::signal(SIGSYS, SIG_IGN) == SIG_ERR ? -1L : 0L; }},
    // A hijacked worker that blocks the signal first is ended without its last words.
    {"blocked",
     [] {
         sigset_t all;
         sigfillset(&all);
         sigprocmask(SIG_BLOCK, &all, nullptr);
         return syscall(SYS_ptrace, 0, 0, 0, 0);
     }},
    // What has become of it.
    {"cores", [] { return say(limit_of(RLIMIT_CORE)); }},
};

const char* name_of(int error) {
    return strerrorname_np(error);
}

} // namespace

int main(int, char** arguments) {
    const std::string thing = arguments[2];
    const Level level = enter(profile_named(arguments[1]));
    if (thing == "level") {
        for (const Layer& layer : level.layers)
            printf("%s %s %s\n", std::string(layer.name).c_str(), layer.holds ? "holds" : "missing",
                   layer.detail.c_str());
        printf("%s\n", level.words().c_str());
        return 0;
    }
    errno = 0;
    puts(things.at(thing)() >= 0 ? "ok" : name_of(errno));
    return 0;
}
