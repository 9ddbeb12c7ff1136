// worker/flood_waits.h — how long a platform has asked us to wait (429), remembered beyond this
// process.
//
// A worker that dies in a flood wait and asks again at once would be asked to wait longer, and in
// the end be shut out. So every wait is written to the supervisor, and the next life takes it up.
// Known by wall clock, since it must mean the same in another process; but a clock that was set
// back makes no wait longer than it was when it was noted.
#pragma once

#include "common/base/clock.h"
#include "common/worker/uplink.h"

#include <cstdint>
#include <map>
#include <string>

namespace openclaw::worker {

class FloodWaits {
  public:
    static constexpr std::string_view state_key = "flood";
    static constexpr std::size_t most = 64; // the longest ones

    FloodWaits(const Clock& clock, Uplink& uplink, const std::map<std::string, std::string>& state);

    // Once, when the worker serves: before, nothing can be written.
    void begin();

    // `whose`: the worker's own name for what waits, a chat or the whole account.
    void note(const std::string& whose, Milliseconds how_long);

    // What is left of each, without those that are over.
    std::map<std::string, Milliseconds> left() const;

  private:
    struct Wait { // unix ms
        std::int64_t noted = 0;
        std::int64_t until = 0;
    };

    void read(std::string_view whose, std::int64_t noted, std::int64_t until);
    Milliseconds left_of(const Wait& wait) const;
    void forget_old();
    void write();

    const Clock& clock_;
    Uplink& uplink_;
    std::map<std::string, Wait> waits_;
    bool is_clock_behind_ = false; // a wait was noted later than now
};

} // namespace openclaw::worker
