// service/owner.h — which process is the gateway of a state directory.
//
// Read from its instance lock and from the kernel's list of locks (proc_locks(5)), without touching
// the lock: a gateway that starts at this moment is not in our way, nor we in its.
#pragma once

#include <sys/types.h>

#include <string>

namespace openclaw::cli {

struct Owner {
    pid_t pid = 0; // 0: nobody
    int port = 0;

    explicit operator bool() const { return pid != 0; }
};

Owner find_owner(const std::string& lock_file, const std::string& locks = "/proc/locks");

// Waits until the process has ended; false when it did not in time.
class Watched {
  public:
    explicit Watched(pid_t pid);
    ~Watched();
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;

    bool send(int signal) const; // false: it is gone already, or not ours
    bool ended_within(int milliseconds) const;

  private:
    int fd_ = -1;
};

} // namespace openclaw::cli
