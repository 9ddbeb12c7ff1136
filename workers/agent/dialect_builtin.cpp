#include "workers/agent/dialect_builtin.h"

#include "common/base/names.h"
#include "common/base/strings.h"

namespace openclaw::agent {

namespace {
constexpr std::size_t repeated_bytes = 4096; // enough to recognise one's own words
}

std::string answer_of_echo(std::string_view message, std::span<const ipc::FileView> files) {
    const auto repeated = utf8_prefix(message, repeated_bytes);
    std::string answer = "You said: " + std::string(repeated);
    if (repeated.size() < message.size()) answer += "…";
    for (const auto& file : files)
        answer += "\nYou sent: " + file.name + " (" + file.mime + ", " +
                  size_in_words(file.bytes.size()) + ")";
    answer += "\n\nThis is the built-in placeholder (builtin/echo), not a language model. To set a "
              "real one: `";
    answer += names::cli;
    answer += " config set agents.defaults.model.primary <provider>/<model>`";
    return answer;
}

} // namespace openclaw::agent
