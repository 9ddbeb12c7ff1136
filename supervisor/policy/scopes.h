// policy/scopes.h — role and scope arithmetic of operators and nodes (PROTOCOL.md 8).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::policy {

using Scopes = std::vector<std::string>;

namespace scope {
inline constexpr std::string_view read = "operator.read";
inline constexpr std::string_view write = "operator.write";
inline constexpr std::string_view admin = "operator.admin";
inline constexpr std::string_view approvals = "operator.approvals";
inline constexpr std::string_view questions = "operator.questions";
inline constexpr std::string_view pairing = "operator.pairing";
inline constexpr std::string_view talk = "operator.talk";
inline constexpr std::string_view talk_secrets = "operator.talk.secrets";
} // namespace scope

const Scopes& operator_scopes(); // all eight

// Does holding `held` mean holding `needed`? admin: every operator scope; write: read and talk;
// else the same word.
bool implies(std::string_view held, std::string_view needed);
bool allows(std::span<const std::string> held, std::string_view needed);
// What is lacking, in the order of `needed`.
Scopes missing(std::span<const std::string> held, std::span<const std::string> needed);
// What is granted: those requested that the credential allows. Order of the request, no doubles.
Scopes intersect(std::span<const std::string> requested, std::span<const std::string> allowed);

enum class Role { operator_role, node };
std::optional<Role> role_from(std::string_view word); // "operator", "node"
std::string_view word(Role role);

// May a client of this kind see events of this family? Unknown families are closed.
bool may_see(std::string_view event, Role role, std::span<const std::string> held);

} // namespace openclaw::policy
