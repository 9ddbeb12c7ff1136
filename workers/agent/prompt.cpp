#include "workers/agent/prompt.h"

#include <algorithm>
#include <iterator>

namespace openclaw::agent {

namespace {

constexpr std::size_t unknown_window_budget = 256u << 10;
constexpr std::size_t bytes_per_token = 3;
constexpr std::size_t bytes_around_a_message =
    16; // role and separators, in tokens of the provider's

std::size_t cost(const PromptMessage& message) {
    return message.text.size() + bytes_around_a_message;
}

bool is_part_of_a_conversation(const PromptMessage& entry) {
    return !entry.text.empty() && (entry.role == "user" || entry.role == "assistant");
}

// Index of the first entry to keep.
std::size_t first_that_fits(const std::vector<PromptMessage>& history, std::size_t budget) {
    std::size_t first = history.size();
    while (first > 0 && cost(history[first - 1]) <= budget)
        budget -= cost(history[--first]);
    while (first < history.size() && history[first].role != "user")
        ++first;
    return first;
}

} // namespace

std::size_t prompt_budget(std::uint64_t context_window_tokens) {
    if (context_window_tokens == 0) return unknown_window_budget;
    return static_cast<std::size_t>(context_window_tokens) * bytes_per_token / 4 * 3;
}

std::vector<PromptMessage> assemble_prompt(std::string_view system_prompt,
                                           std::vector<PromptMessage> history,
                                           std::string_view message, std::size_t budget) {
    std::erase_if(history, [](const auto& entry) { return !is_part_of_a_conversation(entry); });
    PromptMessage last{.role = "user", .text = std::string(message)};
    if (message.empty() && !history.empty() && history.back().role == "user") {
        last = std::move(history.back());
        history.pop_back();
    }
    const auto fixed = system_prompt.size() + bytes_around_a_message + cost(last);
    const auto first = first_that_fits(history, budget > fixed ? budget - fixed : 0);

    std::vector<PromptMessage> prompt;
    if (!system_prompt.empty()) prompt.push_back({"system", std::string(system_prompt)});
    std::move(history.begin() + static_cast<std::ptrdiff_t>(first), history.end(),
              std::back_inserter(prompt));
    prompt.push_back(std::move(last));
    return prompt;
}

std::string unseen_images(std::span<const ipc::FileView> images) {
    std::string text;
    for (const auto& image : images)
        text += "\n[image " + image.name + ": not shown, this model does not see images]";
    return text;
}

} // namespace openclaw::agent
