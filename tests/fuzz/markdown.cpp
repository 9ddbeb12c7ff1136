// A model writes anything: every message is within Telegram's limit and its HTML is one Telegram
// takes.
#include "workers/telegram/markdown.h"

#include "common/base/strings.h"
#include "common/text/characters.h"
#include "workers/telegram/render.h"
#include "workers/telegram/split.h"

#include <cstdlib>
#include <string>
#include <vector>

using namespace openclaw;

namespace {

// Tags closed in the order they were opened, no bare "<", ">" or "&".
bool is_well_nested(std::string_view html) {
    std::vector<std::string> open;
    for (std::size_t at = 0; at < html.size(); ++at) {
        if (html[at] == '>') return false;
        if (html[at] == '&' && html.find(';', at) == std::string_view::npos) return false;
        if (html[at] != '<') continue;
        const auto end = html.find('>', at);
        if (end == std::string_view::npos) return false;
        const std::string tag(html.substr(at + 1, html.find_first_of(" >", at) - at - 1));
        if (!tag.starts_with('/')) {
            open.push_back(tag);
        } else {
            if (open.empty() || "/" + open.back() != tag) return false;
            open.pop_back();
        }
        at = end;
    }
    return open.empty();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    // Texts come out of protobuf, which lets no other bytes through.
    const std::string markdown = to_valid_utf8({reinterpret_cast<const char*>(data) + 1, size - 1});
    // Small limits reach the cuts with small inputs; each_paragraph is the other way to cut.
    const telegram::SplitRule rule{.limit = 16 + static_cast<std::size_t>(data[0] >> 1) * 8,
                                   .each_paragraph = (data[0] & 1) != 0};
    for (const auto& part : telegram::split(telegram::read_markdown(markdown), rule)) {
        if (part.text.empty() || utf16_length(part.text) > rule.limit) std::abort();
        if (!is_well_nested(telegram::to_html(part))) std::abort();
    }
    return 0;
}
