#include "supervisor/policy/device_pairing.h"

#include <algorithm>

namespace openclaw::policy {

namespace {

constexpr std::string_view operator_word = "operator";

char lowered(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view space = " \t\r\n";
    const auto first = text.find_first_not_of(space);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(space) - first + 1);
}

// As the signature reads them: trimmed, without case (PROTOCOL.md 6).
bool is_same(std::string_view left, std::string_view right) {
    return std::ranges::equal(trimmed(left), trimmed(right), {}, lowered, lowered);
}

bool holds(std::span<const std::string> words, std::string_view wanted) {
    return std::ranges::find(words, wanted) != words.end();
}

} // namespace

PairingNeed pairing_need(const std::optional<KnownDevice>& known, const DeviceVisit& visit) {
    if (!known) return PairingNeed::not_paired;
    // Before the rest: what may be granted silently must not carry a new face along.
    if (!is_same(known->platform, visit.platform) ||
        !is_same(known->device_family, visit.device_family))
        return PairingNeed::metadata_upgrade;
    if (!holds(known->roles, visit.role)) return PairingNeed::role_upgrade;
    if (visit.role == operator_word && !missing(known->scopes, visit.scopes).empty())
        return PairingNeed::scope_upgrade;
    return PairingNeed::none;
}

bool is_silent(PairingNeed need, const DeviceVisit& visit) {
    if (need == PairingNeed::none) return true;
    if (need == PairingNeed::metadata_upgrade) return false;
    if (visit.is_vouched_for) return true;
    if (!visit.is_direct_local || !visit.may_approve_locally) return false;
    // Seen live: a command line that wants to be a node with an operator's scopes waits.
    const bool is_odd_node =
        visit.is_plain_cli && visit.role != operator_word && !visit.scopes.empty();
    return !is_odd_node;
}

PairingWords words(PairingNeed need) {
    switch (need) {
    case PairingNeed::none:
        return {};
    case PairingNeed::not_paired:
        return {"not-paired", "device is not approved yet",
                "Approve this device from the pending pairing requests."};
    case PairingNeed::role_upgrade:
        return {"role-upgrade", "device is asking for a higher role than currently approved",
                "Review the requested role upgrade, then approve the pending request."};
    case PairingNeed::scope_upgrade:
        return {"scope-upgrade", "device is asking for more scopes than currently approved",
                "Review the requested scopes, then approve the pending request."};
    case PairingNeed::metadata_upgrade:
        return {"metadata-upgrade", "device identity changed and must be re-approved",
                "Review the refreshed device details, then approve the pending request."};
    }
    return {};
}

Scopes joined(std::span<const std::string> words, std::span<const std::string> more) {
    Scopes all(words.begin(), words.end());
    for (const std::string& word : more)
        if (!holds(all, word)) all.push_back(word);
    return all;
}

std::optional<SetupAccess> setup_access(std::string_view word) {
    // PROTOCOL.md 7.5: what a captured "full" code granted. "limited" leaves out administration
    // and secrets.
    if (word == "full")
        return SetupAccess{
            .node = true,
            .operator_scopes = {std::string(scope::admin), std::string(scope::approvals),
                                std::string(scope::questions), std::string(scope::read),
                                std::string(scope::talk_secrets), std::string(scope::write)}};
    if (word == "limited")
        return SetupAccess{
            .node = true,
            .operator_scopes = {std::string(scope::approvals), std::string(scope::questions),
                                std::string(scope::read), std::string(scope::write)}};
    if (word == "node") return SetupAccess{.node = true, .operator_scopes = {}};
    return std::nullopt;
}

} // namespace openclaw::policy
