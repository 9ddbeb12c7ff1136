#include "common/config/document.h"

#include <algorithm>

namespace openclaw::config {

const Node* Node::find(std::string_view key) const {
    const auto found = std::ranges::find(members, key, &Member::key);
    return found == members.end() ? nullptr : &found->value;
}

Node* Node::find(std::string_view key) {
    const auto found = std::ranges::find(members, key, &Member::key);
    return found == members.end() ? nullptr : &found->value;
}

Node& Node::set(std::string_view key, Node value) {
    if (!is_object()) *this = object_node();
    if (Node* present = find(key)) return *present = std::move(value);
    members.push_back({.key = std::string(key), .place = {}, .value = std::move(value)});
    return members.back().value;
}

bool Node::erase(std::string_view key) {
    return std::erase_if(members, [&](const Member& member) { return member.key == key; }) > 0;
}

Node text_node(std::string_view text) {
    Node node;
    node.kind = Kind::string;
    node.text = text;
    return node;
}

Node object_node() {
    Node node;
    node.kind = Kind::object;
    return node;
}

namespace {

void write_number(json::Writer& writer, const Node& node) {
    if (node.is_integer)
        writer.value(node.integer);
    else
        writer.value(node.number);
}

void write_object(json::Writer& writer, const Node& node) {
    writer.begin_object();
    for (const Member& member : node.members) {
        writer.key(member.key);
        write(writer, member.value);
    }
    writer.end_object();
}

void write_array(json::Writer& writer, const Node& node) {
    writer.begin_array();
    for (const Node& element : node.elements)
        write(writer, element);
    writer.end_array();
}

} // namespace

void write(json::Writer& writer, const Node& node) {
    switch (node.kind) {
    case Kind::null:
        writer.null();
        return;
    case Kind::boolean:
        writer.value(node.boolean);
        return;
    case Kind::number:
        write_number(writer, node);
        return;
    case Kind::string:
        writer.value(node.text);
        return;
    case Kind::array:
        write_array(writer, node);
        return;
    case Kind::object:
        write_object(writer, node);
        return;
    }
}

std::string to_json(const Node& node) {
    json::Writer writer;
    write(writer, node);
    return writer.take();
}

std::string_view words_for(Kind kind) {
    switch (kind) {
    case Kind::null:
        return "null";
    case Kind::boolean:
        return "a boolean";
    case Kind::number:
        return "a number";
    case Kind::string:
        return "a string";
    case Kind::array:
        return "an array";
    case Kind::object:
        return "an object";
    }
    return "nothing";
}

} // namespace openclaw::config
