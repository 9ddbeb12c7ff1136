// service/unit.h — the gateway's systemd unit as text: written by `gateway install`, read by
// `doctor`. Pure.
//
// The text is that of systemd/ with this installation's program, profile and state directory in it
// (OPS.md 2.1). What each line protects: systemd/README.md.
#pragma once

#include "common/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace openclaw::cli {

enum class UnitKind { user, system };

struct UnitPlan {
    UnitKind kind = UnitKind::user;
    std::string program;         // absolute: openclaw, or a wrapper that is given the same words
    std::string profile;         // empty: none
    std::string state_directory; // whose .env holds the secrets; user units only
    int port = 0;                // 0: the configuration decides, also later
    bool allow_unconfigured = false;
};

std::string unit_name(std::string_view profile); // "openclaw-gateway.service"
// Errors: invalid, when a path cannot stand in a unit (a line break in it).
Result<std::string> unit_text(const UnitPlan& plan);

// A unit file as its assignments, in order; comments, continuations and quoting understood as far
// as our own units need it.
struct Assignment {
    std::string section, key, value;
};

class UnitFile {
  public:
    explicit UnitFile(std::string_view text);

    // The last one counts; empty when there is none.
    std::string value(std::string_view key) const;
    std::vector<std::string> values(std::string_view key) const;

    const std::vector<Assignment>& assignments() const { return assignments_; }

    std::vector<std::string> command() const; // ExecStart's words
    int pinned_port() const;                  // of --port; 0: none
    bool is_ours() const;                     // written by `gateway install`

  private:
    std::vector<Assignment> assignments_;
};

// "5min 30s", "330", "infinity" (systemd.time(7)) in seconds; -1: not understood.
std::int64_t seconds_of(std::string_view span);

} // namespace openclaw::cli
