// supervisor/service_manager.h — our word to the service manager: ready, reloading, alive, leaving.
//
// The protocol of sd_notify(3), spoken without its library: one datagram of "NAME=value" lines to
// the socket in $NOTIFY_SOCKET. Without that variable every call does nothing. Never blocks, never
// fails. While the manager's queue is full, what it must know waits here, in order, for as long as
// owed_for; a status or a sign of life that did not fit is only missed, the next one follows.
#pragma once

#include "common/base/clock.h"
#include "common/loop/loop.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw {

// A status is a line for people. systemd ignores a datagram above 4096 bytes (NOTIFY_BUFFER_MAX),
// with all that stands in it.
inline constexpr std::size_t max_status_bytes = 1024;
// A start or a reload that is not confirmed by then has failed anyway (systemd's default
// TimeoutStartSec).
inline constexpr Milliseconds owed_for = std::chrono::seconds(90);

class ServiceManager {
  public:
    // `notify_socket`: a path, or "@name" for the abstract space; empty: there is no manager.
    ServiceManager(Loop& loop, std::string notify_socket, std::optional<Milliseconds> watchdog);
    ~ServiceManager();
    ServiceManager(ServiceManager&&) = delete;

    // NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
    explicit ServiceManager(Loop& loop);

    // What the manager waits for at start and after reloading().
    void ready(std::string_view status) const;
    void reloading() const; // with the time, as Type=notify-reload (systemd 253) wants it
    void stopping(std::string_view status) const;
    void status(std::string_view line) const; // what `systemctl status` shows
    void is_alive() const;                    // the watchdog is fed
    // A step before ready() takes longer than a start usually may, and nothing will be heard
    // meanwhile.
    void extend(Milliseconds within, std::string_view status) const;
    void extend_no_more() const;
    // The manager keeps a duplicate over our death and gives it to the next start (LISTEN_FDS).
    void keep(int descriptor, std::string_view name) const;
    void forget(std::string_view name) const;

    // How often it wants to hear is_alive(), at least; none: never.
    std::optional<Milliseconds> watchdog() const { return watchdog_; }

    bool is_there() const { return !socket_.empty(); }

  private:
    class Owed;

    void say(const std::string& message) const;                    // now or never
    void must_say(std::string message, int descriptor = -1) const; // now or when there is room

    std::string socket_;
    std::optional<Milliseconds> watchdog_;
    std::unique_ptr<Owed> owed_;
};

} // namespace openclaw
