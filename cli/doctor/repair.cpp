#include "cli/doctor/repair.h"

#include "cli/config_source.h"
#include "cli/service/file.h"
#include "common/base/names.h"
#include "common/base/strings.h"
#include "common/base/unique_fd.h"
#include "common/config/edit.h"
#include "common/config/migrate.h"
#include "common/config/path.h"
#include "common/json/write.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <filesystem>

namespace openclaw::cli::doctor {

namespace {

constexpr std::size_t token_bytes = 24; // SEEDS A17: 48 hexadecimal digits

using Kind = Repair::Kind;

std::string octal(unsigned mode) {
    char text[16];
    snprintf(text, sizeof text, "%04o", mode);
    return text;
}

// With the first thing that would still be wrong.
Failure refused_change(const config::EditFailure& failure) {
    auto error = failure.error;
    if (!failure.issues.empty())
        error.sentence += ": " + config::render(failure.issues.front(), names::config_file);
    return Failure(std::move(error));
}

class Repairer {
  public:
    Repairer(const Context& context, const UnitPlace& place)
        : context_(context)
        , place_(place)
        , manager_(place.kind) {}

    void make(const std::vector<Repair>& repairs);

    Repaired take() { return std::move(outcome_); }

  private:
    void one(const Repair& repair);
    Result<std::string> set_mode(const Repair& repair) const;
    Result<std::string> make_folder(const Repair& repair) const;
    Result<std::string> restore(const Repair& repair);
    Result<std::string> rewrite(const std::vector<Repair>& repairs);
    Result<std::string> patch(const std::vector<Repair>& repairs);
    Result<std::string> set_one(const Repair& repair);
    std::string tell_change(const std::string& words, const config::Edited& edited, bool had_file);
    Result<std::string> change_config(const std::vector<Repair>& repairs);
    Result<std::string> write_unit_again(const Repair& repair) const;
    Result<std::string> enable(const Repair& repair) const;
    Result<std::string> reload() const;
    Result<std::string> linger() const;
    void keep(const Result<std::string>& line, const std::string& question);

    std::string shown(std::string_view path) const {
        return config::shorten_home(path, context_.paths.home);
    }

    std::string file() const { return shown(context_.paths.config_file); }

    const Context& context_;
    const UnitPlace& place_;
    ServiceManager manager_;
    Repaired outcome_;
};

// Nobody can swap the file for a link between the look and the change.
Result<std::string> Repairer::set_mode(const Repair& repair) const {
    const UniqueFd fd(open(repair.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));

    struct stat before {};

    if (!fd && errno != ENXIO) // a socket cannot be opened
        return Failure(system_error(Code::denied, "cannot open " + shown(repair.path), errno));
    const bool known =
        fd ? fstat(fd.get(), &before) == 0 : lstat(repair.path.c_str(), &before) == 0;
    const bool done =
        known && !S_ISLNK(before.st_mode) &&
        (fd ? fchmod(fd.get(), repair.mode) : chmod(repair.path.c_str(), repair.mode)) == 0;
    if (!done)
        return Failure(
            system_error(Code::denied, "cannot change the mode of " + shown(repair.path), errno));
    return "Closed to others: " + shown(repair.path) + " (mode " + octal(before.st_mode & 0777) +
           " is " + octal(repair.mode) + " now)";
}

Result<std::string> Repairer::make_folder(const Repair& repair) const {
    std::error_code problem;
    std::filesystem::create_directories(std::filesystem::path(repair.path).parent_path(), problem);
    if (mkdir(repair.path.c_str(), 0700) != 0 && errno != EEXIST)
        return Failure(system_error(Code::unavailable, "cannot make " + shown(repair.path), errno));
    return "Made " + shown(repair.path);
}

std::string now_as_name() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts)};
}

// The damaged text is kept as evidence under a name of its own (OPS.md 6).
Result<std::string> Repairer::restore(const Repair& repair) {
    const auto evidence = context_.paths.config_file + ".clobbered." + now_as_name();
    const std::string backup = text_of(repair.path);
    std::error_code problem;
    std::filesystem::copy_file(context_.paths.config_file, evidence, problem);
    if (problem)
        return fail(Code::unavailable, "cannot keep the damaged file as " + shown(evidence));
    chmod(evidence.c_str(), 0600);
    const auto edited = config::replace_text(backup, {.load = config_source(context_)});
    if (!edited) return Failure(edited.error().error);
    outcome_.config_changed = true;
    return "Went back to " + shown(repair.path) + "; the damaged file is " + shown(evidence);
}

Result<config::Node> value_of(const Repair& repair) {
    if (repair.kind == Kind::drop_key) return config::Node{};
    if (repair.kind == Kind::make_token) return config::text_node(random_hex(token_bytes));
    auto document = config::parse(repair.value);
    if (!document) return fail(Code::internal, "no value: " + repair.value);
    return std::move(document->root);
}

std::string words_for_change(const Repair& repair) {
    if (repair.kind == Kind::drop_key) return "removed " + repair.path;
    if (repair.kind == Kind::make_token) return "stored a new gateway.auth.token";
    return "set " + repair.path + " to " + repair.value;
}

Result<std::string> Repairer::set_one(const Repair& repair) {
    const auto value = TRY(value_of(repair));
    const bool had_file = access(context_.paths.config_file.c_str(), F_OK) == 0;
    const auto edited = config::edit({.path = repair.path, .value = config::to_json(value)},
                                     {.load = config_source(context_)});
    if (!edited) return refused_change(edited.error());
    return tell_change(words_for_change(repair), *edited, had_file);
}

// Notes it, and says where what was there is now.
std::string Repairer::tell_change(const std::string& words, const config::Edited& edited,
                                  bool had_file) {
    outcome_.config_changed = outcome_.config_changed || edited.changed;
    return "In " + file() + ": " + words +
           (had_file ? "; the file before is " + file() + ".bak" : std::string()) +
           (edited.lost_comments ? " (its comments are only there)" : "");
}

Result<void> apply(const Repair& repair, config::Node& root) {
    const auto steps = TRY(config::parse_path(repair.path));
    if (repair.kind == Kind::drop_key) return config::remove(root, steps), Result<void>{};
    return config::put(root, steps, TRY(value_of(repair)));
}

// The whole file anew: older names, and whatever else the round asks for, in one write.
Result<std::string> Repairer::rewrite(const std::vector<Repair>& repairs) {
    auto document = config::parse(text_of(context_.paths.config_file));
    if (!document) return fail(Code::invalid, file() + " cannot be read");
    std::vector<config::Note> notes;
    config::migrate(document->root, notes);
    std::string words = "wrote the newer names of settings";
    for (const auto& repair : repairs) {
        if (repair.kind == Kind::rename_keys) continue;
        TRY_VOID(apply(repair, document->root));
        words += ", " + words_for_change(repair);
    }
    const auto edited = config::replace_text(json::pretty(config::to_json(document->root)) + "\n",
                                             {.load = config_source(context_)});
    if (!edited) return refused_change(edited.error());
    return tell_change(words, *edited, true);
}

Result<std::string> Repairer::patch(const std::vector<Repair>& repairs) {
    auto tree = config::object_node();
    std::string words;
    for (const auto& repair : repairs) {
        const auto steps = TRY(config::parse_path(repair.path));
        auto value = TRY(value_of(repair));
        TRY_VOID(config::put(tree, steps, std::move(value)));
        words += (words.empty() ? "" : ", ") + words_for_change(repair);
    }
    const bool had_file = access(context_.paths.config_file.c_str(), F_OK) == 0;
    const auto edited = config::merge(config::to_json(tree), {.load = config_source(context_)});
    if (!edited) return refused_change(edited.error());
    return tell_change(words, *edited, had_file);
}

Result<std::string> Repairer::write_unit_again(const Repair& repair) const {
    const auto written = TRY(write_unit(place_, repair.value));
    TRY_VOID(manager_.read_units_again());
    TRY_VOID(manager_.act("try-restart", place_.unit));
    return "Wrote " + shown(place_.file) +
           (written.kept_backup ? "; the unit before is " + shown(place_.file) + ".bak" : "");
}

Result<std::string> Repairer::enable(const Repair& repair) const {
    TRY_VOID(manager_.enable(repair.path));
    return "Enabled " + repair.path;
}

Result<std::string> Repairer::reload() const {
    TRY_VOID(manager_.read_units_again());
    return std::string("systemd has read its units again");
}

Result<std::string> Repairer::linger() const {
    TRY_VOID(enable_lingering());
    return std::string("Turned lingering on");
}

void Repairer::keep(const Result<std::string>& line, const std::string& question) {
    if (line)
        outcome_.done.push_back(*line);
    else
        outcome_.failed.push_back(question + ": " + line.error().sentence);
}

void Repairer::one(const Repair& repair) {
    switch (repair.kind) {
    case Kind::set_mode:
        return keep(set_mode(repair), repair.question);
    case Kind::make_folder:
        return keep(make_folder(repair), repair.question);
    case Kind::restore:
        return keep(restore(repair), repair.question);
    case Kind::write_unit:
        return keep(write_unit_again(repair), repair.question);
    case Kind::enable_unit:
        return keep(enable(repair), repair.question);
    case Kind::reload_units:
        return keep(reload(), repair.question);
    case Kind::linger:
        return keep(linger(), repair.question);
    case Kind::rename_keys:
    case Kind::set_config:
    case Kind::drop_key:
    case Kind::make_token:
        return keep(change_config({repair}), repair.question);
    }
}

// The only way a file with several things wrong becomes right is all at once. One value by itself
// can be set without losing the file's comments.
Result<std::string> Repairer::change_config(const std::vector<Repair>& repairs) {
    const bool has_older_names =
        std::ranges::find(repairs, Kind::rename_keys, &Repair::kind) != repairs.end();
    if (has_older_names) return rewrite(repairs);
    const bool is_one_value = repairs.size() == 1 && repairs.front().kind != Kind::drop_key;
    return is_one_value ? set_one(repairs.front()) : patch(repairs);
}

bool is_change_of_config(const Repair& repair) {
    return repair.kind >= Kind::rename_keys && repair.kind <= Kind::make_token;
}

// `repairs` are in the order of their kinds, so changes of the configuration stand together.
void Repairer::make(const std::vector<Repair>& repairs) {
    std::vector<Repair> changes;
    std::string questions;
    const auto write_changes = [&] {
        if (!changes.empty()) keep(change_config(changes), questions);
        changes.clear();
    };
    for (const auto& repair : repairs) {
        if (is_change_of_config(repair)) {
            changes.push_back(repair);
            questions += (questions.empty() ? "" : "; ") + repair.question;
            continue;
        }
        write_changes();
        one(repair);
    }
    write_changes();
}

bool is_same(const Repair& left, const Repair& right) {
    if (left.kind != right.kind) return false;
    return left.kind == Kind::rename_keys || left.path == right.path;
}

} // namespace

void Repaired::add(const Repaired& more) {
    done.insert(done.end(), more.done.begin(), more.done.end());
    failed.insert(failed.end(), more.failed.begin(), more.failed.end());
    config_changed = config_changed || more.config_changed;
}

Repaired make_repairs(const Context& context, const UnitPlace& place, std::vector<Repair> repairs) {
    std::ranges::stable_sort(repairs, {}, &Repair::kind);
    const auto repeated = std::ranges::unique(repairs, is_same);
    repairs.erase(repeated.begin(), repeated.end());
    Repairer repairer(context, place);
    repairer.make(repairs);
    return repairer.take();
}

std::string tell_gateway(const Owner& owner, bool may_restart) {
    if (!owner) return {};
    // SIGUSR1 reads everything again, SIGHUP the configuration; both in place (docs/restart.md).
    const Watched process(owner.pid);
    if (!process.send(may_restart ? SIGUSR1 : SIGHUP)) return {};
    return "The running gateway (pid " + std::to_string(owner.pid) +
           ") reads its configuration again; nobody is cut off";
}

} // namespace openclaw::cli::doctor
