#include "supervisor/rpc/frame.h"

#include "supervisor/rpc/params.h"

#include <array>

namespace openclaw::rpc {

namespace {

constexpr std::array<std::string_view, 1> request_type = {"req"};

constexpr std::array fields = {
    Field{.name = "type", .kind = Kind::string, .required = true, .one_of = request_type},
    required_text("id"),
    required_text("method"),
    anything("params"),
    text("traceparent", 0, 128),
};

bool is_plain(std::string_view text) {
    for (const char c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\') return false;
    return true;
}

std::string id_text(json::View id) {
    if (!id) return R"("invalid")";
    if (!id.is_string() || !is_plain(id.text())) return id.dump();
    std::string quoted;
    quoted.reserve(id.text().size() + 2);
    return quoted.append(1, '"').append(id.text()).append(1, '"');
}

// What nearly every frame is; anything else goes through the table and gets its words.
bool is_well_formed(json::View root, json::View type, json::View id, json::View method) {
    const std::size_t expected = root["params"] ? 4 : 3;
    return root.size() == expected && type.text() == "req" && !id.text().empty() &&
           !method.text().empty();
}

} // namespace

RequestFrame read_frame(json::View root) {
    const auto id = root["id"], method = root["method"];
    RequestFrame frame{
        .id_json = id_text(id), .method = method.text(), .params = root["params"], .complaint = {}};
    if (!is_well_formed(root, root["type"], id, method))
        frame.complaint = complaint(root, fields).value_or("");
    return frame;
}

} // namespace openclaw::rpc
