// State: the directory that everything is remembered in, and the disks below it.
#include "cli/doctor/checks.h"
#include "cli/view/words.h"

namespace openclaw::cli::doctor {

namespace {

constexpr std::int64_t megabyte = 1'000'000;
constexpr std::int64_t no_room = 100 * megabyte; // the ledger alone may need it for a day
constexpr std::int64_t little_room = 1000 * megabyte;

Repair close_to_others(const Facts& facts, const FileFacts& file) {
    const unsigned mode = file.is_folder ? 0700 : 0600;
    return {.kind = Repair::Kind::set_mode,
            .consent = Consent::safe,
            .question = "Close " + facts.shown(file.path) + " to others (mode 0" +
                        (file.is_folder ? "700" : "600") + ")",
            .path = file.path,
            .mode = mode};
}

void report_open(const Facts& facts, const FileFacts& file, Report& report) {
    Finding finding{.check = "state-integrity",
                    .severity = Severity::warning,
                    .place = facts.shown(file.path),
                    .message = "other users of this machine may look into it",
                    .fix = std::string("chmod ") + (file.is_folder ? "700 " : "600 ") + file.path};
    if (file.is_ours)
        finding.repair = close_to_others(facts, file);
    else
        finding.message = "it belongs to another user";
    report.add(std::move(finding));
}

Finding about_folder(const Facts& facts, Severity severity, std::string message, std::string fix) {
    return {.check = "state-integrity",
            .severity = severity,
            .place = facts.shown(facts.state_directory),
            .message = std::move(message),
            .fix = std::move(fix)};
}

void check_place(const Facts& facts, Report& report) {
    const auto& state = facts.state;
    if (state.is_volatile)
        report.add(about_folder(facts, Severity::warning,
                                "it is in memory: everything is forgotten at a reboot",
                                "move it to a disk, or set OPENCLAW_STATE_DIR"));
    if (!state.synced_by.empty())
        report.add(about_folder(facts, Severity::warning,
                                state.synced_by + " copies it while the gateway writes: the ledger "
                                                  "can be damaged, and secrets leave the machine",
                                "move it out of that folder, or set OPENCLAW_STATE_DIR"));
    if (state.folder.is_link)
        report.add(about_folder(facts, Severity::info, "it is a symbolic link",
                                "fine as long as the target is there before the gateway starts"));
}

} // namespace

void check_state(const Facts& facts, Report& report) {
    const auto& folder = facts.state.folder;
    if (!folder.exists) {
        auto finding = about_folder(facts, Severity::warning, "there is no state directory",
                                    "mkdir -m 700 " + facts.state_directory);
        finding.repair = Repair{.kind = Repair::Kind::make_folder,
                                .consent = Consent::safe,
                                .question = "Make " + facts.shown(facts.state_directory),
                                .path = facts.state_directory};
        return report.add(std::move(finding));
    }
    if (!folder.is_folder)
        return report.add(about_folder(facts, Severity::error, "it is no directory",
                                       "move it away: the gateway makes a directory there"));
    if (!folder.is_ours)
        report.add(about_folder(facts, Severity::error,
                                "it belongs to another user: the gateway does not run on it",
                                "run the gateway as that user, or chown -R the directory"));
    else if (!facts.state.is_writable)
        report.add(about_folder(facts, Severity::error, "it cannot be written to",
                                "chmod u+rwx it, or free the file system from read-only"));
    if (folder.is_open() && folder.is_ours) report_open(facts, folder, report);
    for (const auto& file : facts.state.too_open)
        report_open(facts, file, report);
    check_place(facts, report);
}

void check_lock(const Facts& facts, Report& report) {
    const auto& owner = facts.state.owner;
    if (!owner || facts.gateway.answers) return;
    report.add(
        {.check = "state-lock",
         .severity = Severity::error,
         .place = "pid " + std::to_string(owner.pid),
         .message = "a gateway holds this state directory and does not answer" +
                    (facts.gateway.why_not.empty() ? std::string() : ": " + facts.gateway.why_not),
         .fix = "openclaw logs; then openclaw gateway stop --force"});
}

void check_ledger(const Facts& facts, Report& report) {
    const auto& ledger = facts.state.ledger;
    if (!ledger.file.exists) return;
    if (!ledger.damage.empty())
        return report.add({.check = "ledger",
                           .severity = Severity::error,
                           .place = facts.shown(ledger.file.path),
                           .message = ledger.damage,
                           .fix = "stop the gateway and put a copy back; copies of before "
                                  "migrations stand beside it"});
    report.remark("ledger", "The ledger holds " + bytes(ledger.bytes));
}

void check_disk(const Facts& facts, Report& report) {
    std::string told;
    for (const auto& disk : facts.machine.disks) {
        const bool is_full = disk.free_bytes < no_room;
        const bool is_filling =
            disk.free_bytes < little_room && disk.free_bytes * 20 < disk.all_bytes;
        const bool has_no_names = disk.all_files > 0 && disk.free_files * 100 < disk.all_files;
        if (disk.all_bytes == 0 || disk.path == told) continue;
        if (!is_full && !is_filling && !has_no_names) continue;
        told = disk.path;
        report.add(
            {.check = "disk-space",
             .severity = is_full ? Severity::error : Severity::warning,
             .place = facts.shown(disk.path),
             .message = has_no_names && !is_full
                            ? "the file system of " + disk.holds + " has almost no inodes left"
                            : bytes(disk.free_bytes) + " are left for " + disk.holds +
                                  ": without room the gateway accepts nothing",
             .fix = "free some; df -h " + disk.path});
    }
}

void check_foreign_state(const Facts& facts, Report& report) {
    if (!facts.state.has_foreign_ledger) return;
    report.add({.check = "foreign-state",
                .severity = Severity::info,
                .place = facts.shown(facts.state_directory) + "/state/openclaw.sqlite",
                .message = "the original's database is here, too: it is never opened",
                .fix = "never run both on one state directory at a time"});
}

} // namespace openclaw::cli::doctor
