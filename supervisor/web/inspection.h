// web/inspection.h — a look at the first request of a connection that a trusted proxy opened,
// before libwebsockets reads it (header_names.h says why).
//
// The bytes stay in the socket. Such a connection carries one request: the next one would not be
// looked at. Bounded by the size and the time a request's head may take.
#pragma once

#include "common/base/unique_fd.h"
#include "common/loop/fd_watch.h"
#include "common/loop/timer.h"

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

namespace openclaw::web {

class Inspection {
  public:
    // Called once, from the loop, with the connection, or with none when it was refused or lost;
    // may destroy the inspection.
    using Done = std::function<void(UniqueFd)>;

    Inspection(Loop& loop, UniqueFd connection, std::size_t most_bytes, Milliseconds within,
               Done done);

  private:
    void look();
    void refuse(std::string_view why);
    void finish(UniqueFd connection);

    UniqueFd connection_;
    std::string head_;
    Done done_;
    FdWatch watch_;
    Timer deadline_;
};

// Those that are under way.
class Inspections {
  public:
    Inspections(Loop& loop, std::size_t most_bytes, Milliseconds within)
        : loop_(loop)
        , most_bytes_(most_bytes)
        , within_(within) {}

    void begin(UniqueFd connection, Inspection::Done done);

  private:
    Loop& loop_;
    std::size_t most_bytes_;
    Milliseconds within_;
    std::list<std::unique_ptr<Inspection>> running_;
};

} // namespace openclaw::web
