#include "supervisor/http/models.h"

#include "common/json/write.h"

#include <algorithm>
#include <string>
#include <vector>

namespace openclaw::http {

namespace {

std::vector<std::string> names_of(const rpc::GatewayFacts& facts) {
    std::vector<std::string> names = {"openclaw", "openclaw/default"};
    for (const auto& [id, agent] : facts.agents.entries)
        names.push_back("openclaw/" + id);
    return names;
}

void write_model(json::Writer& out, std::string_view id) {
    out.begin_object().member("id", id).member("object", "model").member("created", 0);
    out.member("owned_by", "openclaw").key("permission").begin_array().end_array().end_object();
}

} // namespace

web::HttpAnswer list_models(const rpc::GatewayFacts& facts) {
    json::Writer out;
    out.begin_object().member("object", "list").key("data").begin_array();
    for (const auto& name : names_of(facts))
        write_model(out, name);
    return json_answer(200, out.end_array().end_object().take());
}

web::HttpAnswer find_model(std::string_view id, const rpc::GatewayFacts& facts) {
    const auto names = names_of(facts);
    if (std::ranges::find(names, id) == names.end())
        return to_answer(invalid_request("Invalid model id."));
    json::Writer out;
    write_model(out, id);
    return json_answer(200, out.take());
}

} // namespace openclaw::http
