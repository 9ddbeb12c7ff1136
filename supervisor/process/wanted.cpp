#include "supervisor/process/wanted.h"

#include <string_view>

namespace openclaw::process {

namespace {

// FNV-1a, 64 bits (RFC draft eastlake-fnv). Guards against our own edits, not against an adversary.
class Digest {
  public:
    void add(std::string_view part) {
        mix(std::to_string(part.size())); // so that "ab","c" differs from "a","bc"
        mix(":");
        mix(part);
    }

    std::uint64_t value() const { return value_; }

  private:
    void mix(std::string_view bytes) {
        for (const char byte : bytes)
            value_ = (value_ ^ static_cast<unsigned char>(byte)) * 1099511628211ULL;
    }

    std::uint64_t value_ = 14695981039346656037ULL;
};

} // namespace

std::uint64_t fingerprint(const WantedWorker& wanted) {
    Digest digest;
    digest.add(wanted.spec->name);
    digest.add(wanted.id);
    digest.add(wanted.settings_json);
    digest.add(wanted.isolation_required ? "isolation required" : "");
    for (const auto& [name, secret] : wanted.secrets) {
        digest.add(name);
        digest.add(secret.reveal());
    }
    return digest.value();
}

} // namespace openclaw::process
