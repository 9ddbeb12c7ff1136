#include "common/log/known_secrets.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace openclaw::log {

namespace {

constexpr std::size_t shortest = 8;
constexpr std::string_view mask = "***";

// A secret is known by its length and a hash that can be rolled along a text: another copy of it
// would be one more place to read it from.
struct Known {
    std::size_t size;
    std::uint64_t hash;
    std::uint64_t leaving; // what the first character of a window weighs
    std::string holder;    // empty: known for good
};

// As wide as the process, like the log itself: a line may come from anywhere.
std::vector<Known>& known() {
    static std::vector<Known> secrets;
    return secrets;
}

// Odd and not to be guessed, so that nobody writes a text that looks like a secret.
std::uint64_t base() {
    static const std::uint64_t number =
        (std::uint64_t{std::random_device()()} << 32 | std::uint64_t{std::random_device()()}) | 1;
    return number;
}

std::uint64_t weight(char c) {
    return static_cast<unsigned char>(c) + std::uint64_t{1};
}

std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 0;
    for (const char c : text)
        hash = hash * base() + weight(c);
    return hash;
}

std::size_t find(std::string_view text, const Known& secret, std::size_t from) {
    if (from > text.size() || text.size() - from < secret.size) return text.npos;
    auto hash = hash_of(text.substr(from, secret.size));
    for (auto at = from; hash != secret.hash; ++at) {
        if (at + secret.size == text.size()) return text.npos;
        hash = (hash - weight(text[at]) * secret.leaving) * base() + weight(text[at + secret.size]);
        from = at + 1;
    }
    return from;
}

// Each one costs redact() a walk along the text: the same secret of the same holder is known once.
void know(std::string_view holder, const Secret& secret) {
    if (secret.size() < shortest) return;
    const auto hash = hash_of(secret.reveal());
    const auto is_this = [&](const Known& one) {
        return one.size == secret.size() && one.hash == hash && one.holder == holder;
    };
    if (std::ranges::any_of(known(), is_this)) return;
    std::uint64_t leaving = 1;
    for (std::size_t i = 1; i < secret.size(); ++i)
        leaving *= base();
    known().push_back(
        {.size = secret.size(), .hash = hash, .leaving = leaving, .holder = std::string(holder)});
}

} // namespace

void know_secret(const Secret& secret) {
    know("", secret);
}

void know_secrets_of(std::string_view holder, const std::vector<const Secret*>& secrets) {
    std::erase_if(known(), [&](const Known& one) { return one.holder == holder; });
    for (const Secret* secret : secrets)
        know(holder, *secret);
}

std::string without_known_secrets(std::string_view text) {
    std::string out(text);
    for (const auto& secret : known())
        for (auto at = find(out, secret, 0); at != out.npos;
             at = find(out, secret, at + mask.size()))
            out.replace(at, secret.size, mask);
    return out;
}

} // namespace openclaw::log
