// flow/in_flight_files.h — one in-flight file for each life of a channel's worker, and what the
// files of ended lives say.
//
//   give    a new life gets a new file; its worker notes there what leaves (ipc/in_flight.h)
//   end     the worker has died: its file is read
//   discard what it said is on record: the file goes
//
// A file that a former process left is read when this object is made, and stays until its evidence
// is on record too (discard_former). Files lie in one directory, "telegram:default.7" the seventh
// that this process gave out. Reading blocks for microseconds.
#pragma once

#include "common/base/result.h"
#include "common/base/unique_fd.h"
#include "common/ipc/in_flight.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace openclaw::flow {

// What one worker had on the wire when it died.
class Evidence {
  public:
    void add(const std::filesystem::path& file);

    // There is a file. Without one only the record can tell.
    bool is_known() const { return is_known_; }

    // It was noted, so it may have been sent. A file that cannot be read may have held anything.
    bool may_have_left(std::string_view action_id, std::uint32_t part) const;
    // It arrived, and its receipt may be lost; else null.
    const ipc::InFlightPart* receipt(std::string_view action_id, std::uint32_t part) const;

  private:
    const ipc::InFlightPart* find(std::string_view action_id, std::uint32_t part) const;

    bool is_known_ = false;
    bool is_readable_ = true;
    std::map<std::pair<std::uint64_t, std::uint32_t>, ipc::InFlightPart> noted_; // action, part
};

class InFlightFiles {
  public:
    explicit InFlightFiles(std::filesystem::path directory);

    bool is_given(const std::string& worker) const { return current_.contains(worker); }

    // The file for a worker that has come. Errors: unavailable (no room on the disk).
    Result<UniqueFd> give(const std::string& worker);

    std::string path_of(const std::string& worker) const; // empty: it has none
    // A worker that served a former process goes on with this file: it is no evidence of an end.
    void adopt(const std::string& worker, const std::filesystem::path& file);

    struct Ended {
        std::filesystem::path file; // empty: it had none
        Evidence evidence;
    };

    Ended end(const std::string& worker);
    static void discard(const std::filesystem::path& file);

    // Of the process before this one.
    const Evidence& former(const std::string& worker) const;
    void discard_former();

  private:
    std::filesystem::path directory_;
    std::unordered_map<std::string, std::filesystem::path> current_; // by worker
    std::map<std::string, Evidence> former_;
    std::vector<std::filesystem::path> former_files_;
    std::uint64_t next_ = 1;
};

} // namespace openclaw::flow
