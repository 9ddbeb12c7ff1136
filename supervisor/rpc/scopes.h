// rpc/scopes.h — role and scope arithmetic (PROTOCOL.md 8).
//
// admin implies everything; write implies read and talk; every other scope matches itself, also one
// we do not know. Names are kept in the order they were asked for: the device signature and
// hello-ok need that order.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace openclaw::rpc {

namespace scope {
inline constexpr std::string_view none = ""; // any authenticated operator, also with zero scopes
inline constexpr std::string_view read = "operator.read";
inline constexpr std::string_view write = "operator.write";
inline constexpr std::string_view admin = "operator.admin";
inline constexpr std::string_view approvals = "operator.approvals";
inline constexpr std::string_view pairing = "operator.pairing";
} // namespace scope

class Scopes {
  public:
    Scopes() = default;
    explicit Scopes(std::vector<std::string> names);

    bool allow(std::string_view needed) const; // true for scope::none

    bool is_admin() const { return admin_; }

    const std::vector<std::string>& names() const { return names_; }

  private:
    std::vector<std::string> names_;
    bool admin_ = false, write_ = false, read_ = false; // the three every request asks for
};

} // namespace openclaw::rpc
