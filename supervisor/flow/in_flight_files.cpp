#include "supervisor/flow/in_flight_files.h"

#include "common/log/log.h"

#include <fcntl.h>

#include <cerrno>
#include <system_error>

namespace openclaw::flow {

void Evidence::add(const std::filesystem::path& file) {
    is_known_ = true;
    const UniqueFd fd(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    auto parts = ipc::read_in_flight_file(fd.get());
    if (!parts) {
        is_readable_ = false;
        log::warn("in_flight.unreadable",
                  {{"file", file.string()}, {"why", parts.error().sentence}});
        return;
    }
    for (auto& part : *parts) { // of two lives: what arrived is the better news
        auto& known = noted_[{part.action, part.part}];
        if (!known.message_id) known = std::move(part);
    }
}

const ipc::InFlightPart* Evidence::find(std::string_view action_id, std::uint32_t part) const {
    const auto found = noted_.find({ipc::action_hash(action_id), part});
    return found == noted_.end() ? nullptr : &found->second;
}

bool Evidence::may_have_left(std::string_view action_id, std::uint32_t part) const {
    return !is_readable_ || find(action_id, part) != nullptr;
}

const ipc::InFlightPart* Evidence::receipt(std::string_view action_id, std::uint32_t part) const {
    const auto* found = find(action_id, part);
    return found != nullptr && found->message_id ? found : nullptr;
}

InFlightFiles::InFlightFiles(std::filesystem::path directory)
    : directory_(std::move(directory)) {
    std::error_code error;
    std::filesystem::create_directories(directory_, error);
    std::filesystem::permissions(directory_, std::filesystem::perms::owner_all, error);
    for (std::filesystem::directory_iterator each(directory_, error), end; !error && each != end;
         each.increment(error)) {
        former_files_.push_back(each->path());
        former_[each->path().stem().string()].add(each->path());
    }
}

Result<UniqueFd> InFlightFiles::give(const std::string& worker) {
    std::filesystem::path file;
    UniqueFd fd;
    do { // past the files of a former process
        file = directory_ / (worker + "." + std::to_string(next_++));
        fd.reset(open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    } while (!fd && errno == EEXIST);
    if (!fd) return Failure(system_error(Code::unavailable, "creation of " + file.string(), errno));
    if (auto shaped = ipc::shape_in_flight_file(fd.get()); !shaped) {
        discard(file);
        return Failure(std::move(shaped.error()));
    }
    current_[worker] = std::move(file);
    return fd;
}

std::string InFlightFiles::path_of(const std::string& worker) const {
    const auto found = current_.find(worker);
    return found == current_.end() ? std::string() : found->second.string();
}

void InFlightFiles::adopt(const std::string& worker, const std::filesystem::path& file) {
    if (std::erase(former_files_, file) == 0) return; // it is gone: the worker gets another
    former_.erase(worker);
    current_[worker] = file;
}

InFlightFiles::Ended InFlightFiles::end(const std::string& worker) {
    Ended ended;
    auto node = current_.extract(worker);
    if (node.empty()) return ended;
    ended.file = std::move(node.mapped());
    ended.evidence.add(ended.file);
    return ended;
}

void InFlightFiles::discard(const std::filesystem::path& file) {
    std::error_code ignored; // one that stays is read at the next start: at worst a flagged repeat
    std::filesystem::remove(file, ignored);
}

const Evidence& InFlightFiles::former(const std::string& worker) const {
    static const Evidence none;
    const auto found = former_.find(worker);
    return found == former_.end() ? none : found->second;
}

void InFlightFiles::discard_former() {
    for (const auto& file : former_files_)
        discard(file);
    former_files_.clear();
    former_.clear();
}

} // namespace openclaw::flow
