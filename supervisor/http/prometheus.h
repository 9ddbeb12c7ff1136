// http/prometheus.h — the text format of Prometheus, version 0.0.4 (prometheus.io, "Exposition
// formats"). Pure.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace openclaw::http {

class Prometheus {
  public:
    static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

    using Label = std::pair<std::string_view, std::string_view>;

    enum class Kind { gauge, counter };

    // Begins a family; its samples follow. `help` is one line.
    Prometheus& family(std::string_view name, Kind kind, std::string_view help);
    Prometheus& sample(double value, std::initializer_list<Label> labels = {});
    Prometheus& sample(std::uint64_t value, std::initializer_list<Label> labels = {});

    // A family of one sample.
    template <class Number>
    Prometheus& single(std::string_view name, Kind kind, std::string_view help, Number value) {
        return family(name, kind, help).sample(value);
    }

    std::string take() { return std::move(out_); }

  private:
    void begin_sample(std::initializer_list<Label> labels);

    std::string out_;
    std::string name_; // of the family
};

} // namespace openclaw::http
