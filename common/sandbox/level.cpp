#include "common/sandbox/level.h"

#include <algorithm>

namespace openclaw::sandbox {

namespace {

bool is_missed(const Layer& layer) {
    return !layer.holds && !layer.is_spare;
}

template <class Text>
std::string list_missed(const std::vector<Layer>& layers, Text text) {
    std::string list;
    for (const auto& layer : layers)
        if (is_missed(layer)) list += (list.empty() ? "" : ", ") + text(layer);
    return list;
}

} // namespace

bool Level::is_whole() const {
    return !layers.empty() && std::ranges::none_of(layers, is_missed);
}

std::string Level::words() const {
    if (layers.empty()) return "none";
    if (is_whole()) return "whole";
    return "without " +
           list_missed(layers, [](const Layer& layer) { return std::string(layer.name); });
}

std::string Level::missing() const {
    if (layers.empty()) return "everything (this build has no sandbox)";
    return list_missed(layers, [](const Layer& layer) {
        return std::string(layer.name) + " (" + layer.detail + ")";
    });
}

} // namespace openclaw::sandbox
