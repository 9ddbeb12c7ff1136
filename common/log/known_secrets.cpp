#include "common/log/known_secrets.h"

#include <vector>

namespace openclaw::log {

namespace {

constexpr std::size_t shortest = 8;
constexpr std::string_view mask = "***";

// As wide as the process, like the log itself: a line may come from anywhere.
std::vector<Secret>& known() {
    static std::vector<Secret> secrets;
    return secrets;
}

} // namespace

void know_secret(const Secret& secret) {
    if (secret.size() >= shortest) known().push_back(secret);
}

std::string without_known_secrets(std::string_view text) {
    std::string out(text);
    for (const Secret& secret : known())
        for (auto at = out.find(secret.reveal()); at != out.npos;
             at = out.find(secret.reveal(), at + mask.size()))
            out.replace(at, secret.size(), mask);
    return out;
}

} // namespace openclaw::log
