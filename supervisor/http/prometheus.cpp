#include "supervisor/http/prometheus.h"

#include <charconv>
#include <cmath>

namespace openclaw::http {

namespace {

void put_escaped(std::string& out, std::string_view value) {
    for (const char c : value)
        switch (c) {
        case '\\':
            out += "\\\\";
            break;
        case '"':
            out += "\\\"";
            break;
        case '\n':
            out += "\\n";
            break;
        default:
            out += c;
        }
}

std::string in_text(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    char digits[64];
    return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

} // namespace

Prometheus& Prometheus::family(std::string_view name, Kind kind, std::string_view help) {
    name_ = name;
    out_.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ").append(name);
    out_ += kind == Kind::counter ? " counter\n" : " gauge\n";
    return *this;
}

void Prometheus::begin_sample(std::initializer_list<Label> labels) {
    out_ += name_;
    char separator = '{';
    for (const auto& [name, value] : labels) {
        out_.append(1, std::exchange(separator, ',')).append(name).append("=\"");
        put_escaped(out_, value);
        out_ += '"';
    }
    out_ += labels.size() == 0 ? " " : "} ";
}

Prometheus& Prometheus::sample(double value, std::initializer_list<Label> labels) {
    begin_sample(labels);
    out_.append(in_text(value)).append("\n");
    return *this;
}

Prometheus& Prometheus::sample(std::uint64_t value, std::initializer_list<Label> labels) {
    begin_sample(labels);
    out_.append(std::to_string(value)).append("\n");
    return *this;
}

} // namespace openclaw::http
