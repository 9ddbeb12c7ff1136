#include "supervisor/rpc/system.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "common/version.h"

#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <string>

namespace openclaw::rpc {

namespace {

// "model name" of /proc/cpuinfo; empty where the kernel does not tell (arm64).
std::string cpu_model() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("model name"))
            return std::string(trim(std::string_view(line).substr(line.find(':') + 1)));
    return {};
}

// MemAvailable of /proc/meminfo, in bytes.
std::uint64_t memory_free() {
    std::ifstream file("/proc/meminfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("MemAvailable:"))
            return std::strtoull(line.c_str() + std::string_view("MemAvailable:").size(), nullptr,
                                 10) *
                   1024;
    return 0;
}

// The words of the original for a machine's kind.
std::string_view architecture(std::string_view machine) {
    if (machine == "x86_64") return "x64";
    return machine == "aarch64" ? "arm64" : machine;
}

void write_machine(json::Writer& out) {
    static const std::string model = cpu_model(); // does not change, and is slow to read
    utsname machine{};
    uname(&machine);
    const std::string release = machine.release;
    const std::string number = release.substr(0, release.find('-'));
    out.member("machineName", machine.nodename).member("hostname", machine.nodename);
    out.member("platform", "linux")
        .member("release", number)
        .member("arch", architecture(machine.machine))
        .member("osLabel", "Linux " + number);
    out.member("cpuCount", get_nprocs());
    if (!model.empty()) out.member("cpuModel", model);
    std::array<double, 3> load{};
    if (getloadavg(load.data(), 3) != 3) return;
    out.key("loadAverage").begin_array();
    for (const double one : load)
        out.value(one);
    out.end_array();
}

void write_memory(json::Writer& out) {
    const auto pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    out.member("memoryTotalBytes", static_cast<std::uint64_t>(pages * page))
        .member("memoryFreeBytes", memory_free());
}

void write_disk(json::Writer& out, const std::string& path) {
    struct statvfs disk {};

    if (statvfs(path.c_str(), &disk) != 0) return;
    const std::uint64_t total = disk.f_blocks * disk.f_frsize,
                        available = disk.f_bavail * disk.f_frsize;
    out.key("disks").begin_array().begin_object().member("path", path);
    out.member("totalBytes", total).member("availableBytes", available).end_object().end_array();
    out.member("diskTotalBytes", total)
        .member("diskAvailableBytes", available)
        .member("diskPath", path);
}

void info(Call& call, const SystemParts& parts) {
    json::Writer out;
    out.begin_object();
    write_machine(out);
    write_memory(out);
    write_disk(out, parts.facts.state_directory);
    if (parts.facts.port > 0) out.member("port", parts.facts.port);
    // Clients show this as the runtime's version; there is no Node here.
    out.member("nodeVersion", "native " + std::string(version)).member("pid", getpid());
    out.member("processInstanceId", parts.facts.boot_id)
        .member("uptimeMs", parts.clock.unix_ms() - parts.facts.started_at_ms);
    out.raw_member("eventLoop", parts.gauge.to_json());
    out.key("processMemory").begin_object().member("rssBytes", resident_bytes()).end_object();
    out.key("defaultAgentUtilityModel").begin_object().member("status", "unavailable").end_object();
    call.reply.ok(out.end_object().text());
}

// This build does not look for newer ones.
void update_status(Call& call) {
    call.reply.ok(R"({"sentinel":null,"updateAvailable":null,"effectiveChannel":"stable",)"
                  R"("schedule":{"channel":"stable","autoEnabled":false,)"
                  R"("install":{"kind":"package"}}})");
}

// Runs of a session follow one another; the agent takes those of different sessions side by side.
void lanes(Call& call, const SystemParts& parts) {
    constexpr int max_running = 200; // flow/run_table.cpp
    json::Writer out;
    out.begin_object().member("ts", parts.clock.unix_ms()).key("lanes").begin_array();
    out.begin_object().member("lane", "agent").member("activeCount", parts.runs.active_count());
    out.member("queuedCount", 0).member("maxConcurrent", max_running).member("draining", false);
    out.member("generation", 0).key("blockedBy").null().end_object();
    call.reply.ok(out.end_array().key("dynamic").null().end_object().text());
}

} // namespace

// Field 2 of /proc/self/statm: resident pages.
std::uint64_t resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    std::uint64_t total = 0, resident = 0;
    statm >> total >> resident;
    return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void add_system(MethodTable& table, SystemParts parts) {
    table.add({.name = "system.info",
               .scope = policy::scope::read,
               .unknown = Unknown::ignored,
               .handler = [parts](Call& call) { info(call, parts); }});
    static constexpr std::array update_params = {flag("refreshCheckout")};
    table.add({.name = "update.status",
               .scope = policy::scope::admin,
               .params = update_params,
               .handler = update_status});
    table.add({.name = "diagnostics.lanes",
               .scope = policy::scope::read,
               .unknown = Unknown::ignored,
               .handler = [parts](Call& call) { lanes(call, parts); }});
}

} // namespace openclaw::rpc
