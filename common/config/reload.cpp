#include "common/config/reload.h"

#include "common/config/channels/all.h"
#include "common/config/path.h"
#include "common/config/tables.h"

#include <algorithm>
#include <span>

namespace openclaw::config {

namespace {

// The dearest row below; `own` for a section without rows, or an open one.
Reload dearest(const Section& section, Reload own) {
    Reload cost = section.is_open ? own : Reload::none;
    for (const Section* rows = &section; rows != nullptr; rows = rows->also)
        for (const Field& field : rows->fields)
            cost = std::max(cost, field.section != nullptr ? dearest(*field.section, field.reload)
                                                           : field.reload);
    return cost;
}

Reload cost_in(const Section& section, std::span<const Step> steps, Reload own) {
    if (steps.empty()) return dearest(section, own);
    const Field* field = find_field(section, steps.front().key);
    if (field == nullptr) return section.is_open ? own : Reload::restart;
    steps = steps.subspan(1);
    const bool is_container = field->type == Type::map || field->type == Type::list;
    if (is_container && !steps.empty())
        steps = steps.subspan(1); // the key or index of the operator's own
    return field->section == nullptr ? field->reload
                                     : cost_in(*field->section, steps, field->reload);
}

// channels.<name>, channels.<name>.accounts.<id> and what is below them.
Reload cost_in_channels(std::span<const Step> steps) {
    if (steps.empty()) return Reload::channel;
    const auto row = std::ranges::find(channel_rows, steps.front().key,
                                       [](const ChannelRow& one) { return one.spec->name; });
    if (row == channel_rows.end()) return Reload::channel;
    steps = steps.subspan(1);
    if (!steps.empty() && steps.front().key == "accounts")
        steps = steps.subspan(std::min<std::size_t>(2, steps.size()));
    return steps.empty() ? Reload::channel : cost_in(*row->fields, steps, Reload::channel);
}

} // namespace

Reload cost_of(std::string_view path) {
    const auto steps = parse_path(path);
    if (!steps) return Reload::restart;
    if (steps->front().key == "channels") return cost_in_channels(std::span(*steps).subspan(1));
    return cost_in(root_section, *steps, Reload::restart);
}

} // namespace openclaw::config
