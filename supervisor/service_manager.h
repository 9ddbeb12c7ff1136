// supervisor/service_manager.h — our word to the service manager: ready, reloading, alive, leaving.
//
// The protocol of sd_notify(3), spoken without its library: one datagram of "NAME=value" lines to
// the socket in $NOTIFY_SOCKET. Without that variable every call does nothing. Never blocks, never
// fails: a service manager that does not listen is its own affair.
#pragma once

#include "common/base/clock.h"

#include <optional>
#include <string>
#include <string_view>

namespace openclaw {

class ServiceManager {
  public:
    // `notify_socket`: a path, or "@name" for the abstract space; empty: there is no manager.
    ServiceManager(std::string notify_socket, std::optional<Milliseconds> watchdog)
        : socket_(std::move(notify_socket))
        , watchdog_(watchdog) {}

    // NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
    static ServiceManager of_environment();

    // What the manager waits for at start and after reloading().
    void ready(std::string_view status) const;
    void reloading() const; // with the time, as Type=notify-reload (systemd 253) wants it
    void stopping(std::string_view status) const;
    void status(std::string_view line) const; // what `systemctl status` shows
    void is_alive() const;                    // the watchdog is fed
    // The manager keeps a duplicate over our death and gives it to the next start (LISTEN_FDS).
    void keep(int descriptor, std::string_view name) const;
    void forget(std::string_view name) const;

    // How often it wants to hear is_alive(), at least; none: never.
    std::optional<Milliseconds> watchdog() const { return watchdog_; }

    bool is_there() const { return !socket_.empty(); }

  private:
    void say(const std::string& message, int descriptor = -1) const;

    std::string socket_;
    std::optional<Milliseconds> watchdog_;
};

} // namespace openclaw
