#include "cli/doctor/view.h"

#include "cli/view/text_width.h"
#include "cli/view/words.h"
#include "common/json/write.h"
#include "common/version.h"

#include <algorithm>

namespace openclaw::cli::doctor {

namespace {

constexpr std::size_t widest_box = 100; // longer lines are hard to read

struct Line {
    Ink ink = Ink::plain;
    std::string text;
    std::size_t indent = 0;
};

using Lines = std::vector<Line>;

Ink ink_for(Severity severity) {
    return severity == Severity::error     ? Ink::bad
           : severity == Severity::warning ? Ink::warning
                                           : Ink::muted;
}

std::string_view mark_for(Severity severity) {
    return severity == Severity::error ? "✗ " : severity == Severity::warning ? "! " : "· ";
}

std::string sentence(const Finding& finding) {
    return (finding.place.empty() ? "" : printable(finding.place) + ": ") +
           printable(finding.message);
}

std::string_view area_of(std::string_view check) {
    const auto* row = find_check(check);
    return row == nullptr ? "Other" : row->area;
}

void add_wrapped(Lines& lines, Line line, std::string_view mark, std::size_t width) {
    const std::size_t hang = line.indent + text_width(mark);
    bool is_first = true;
    for (const auto& part : wrap(line.text, width > hang + 20 ? width - hang : 20)) {
        const std::string lead =
            is_first ? std::string(line.indent, ' ') + std::string(mark) : std::string(hang, ' ');
        lines.push_back({.ink = line.ink, .text = lead + part});
        is_first = false;
    }
}

Lines lines_of(std::string_view area, const Report& report, std::size_t width) {
    Lines lines;
    for (const auto& remark : report.remarks)
        if (area_of(remark.check) == area)
            add_wrapped(lines, {.ink = Ink::good, .text = printable(remark.text)}, "✓ ", width);
    for (const auto& finding : report.findings) {
        if (area_of(finding.check) != area) continue;
        add_wrapped(lines, {.ink = ink_for(finding.severity), .text = sentence(finding)},
                    mark_for(finding.severity), width);
        if (!finding.fix.empty())
            add_wrapped(lines, {.ink = Ink::plain, .text = printable(finding.fix), .indent = 2},
                        "fix: ", width);
    }
    return lines;
}

std::string rule(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += "─";
    return text;
}

std::string box(std::string_view title, const Lines& lines, const Look& look, std::size_t width) {
    const auto side = look.paint(Ink::muted, "│");
    std::string out = look.paint(Ink::good, "◇") + "  " + look.heading(title) + " " +
                      look.paint(Ink::muted, rule(width - text_width(title) - 1) + "╮") + "\n";
    for (const auto& line : lines)
        out += side + "  " + look.paint(line.ink, line.text) +
               std::string(width - std::min(width, text_width(line.text)), ' ') + side + "\n";
    return out + look.paint(Ink::muted, "├" + rule(width + 2) + "╯") + "\n" + side + "\n";
}

std::string block(std::string_view title, const Lines& lines, const Look& look) {
    std::string out = look.heading(title) + "\n";
    for (const auto& line : lines)
        out += "  " + look.paint(line.ink, line.text) + "\n";
    return out + "\n";
}

std::vector<std::string_view> areas() {
    std::vector<std::string_view> names;
    for (const auto& check : all_checks())
        if (names.empty() || names.back() != check.area) names.push_back(check.area);
    return names;
}

void write_finding(json::Writer& out, const Finding& finding) {
    out.begin_object().member("checkId", "core/doctor/" + std::string(finding.check));
    out.member("severity", name(finding.severity)).member("message", finding.message);
    if (!finding.place.empty()) out.member("path", finding.place);
    if (finding.line > 0) out.member("line", finding.line);
    if (!finding.fix.empty()) out.member("fixHint", finding.fix);
    out.member("fixable", finding.repair.has_value()).end_object();
}

void write_findings(json::Writer& out, const Report& report) {
    out.key("findings").begin_array();
    for (const auto& finding : report.findings)
        write_finding(out, finding);
    out.end_array();
}

std::size_t fixable(const Report& report) {
    return static_cast<std::size_t>(std::ranges::count_if(
        report.findings, [](const Finding& finding) { return finding.repair.has_value(); }));
}

} // namespace

std::string heading(const Look& look, Shape shape) {
    if (!shape.has_boxes) return look.heading("OpenClaw doctor") + "\n\n";
    return look.paint(Ink::muted, "┌") + "  " + look.heading("OpenClaw doctor") + "\n" +
           look.paint(Ink::muted, "│") + "\n";
}

std::string areas_view(const Report& report, const Look& look, Shape shape) {
    // A box spends six columns on its sides.
    const std::size_t width =
        std::min(widest_box, static_cast<std::size_t>(std::max(look.width, 40)) - 6);
    std::string out;
    for (const auto area : areas()) {
        const auto lines = lines_of(area, report, shape.has_boxes ? width - 2 : width);
        if (lines.empty()) continue;
        out += shape.has_boxes ? box(area, lines, look, width) : block(area, lines, look);
    }
    return out;
}

std::string ending(const Report& report, const Look& look, Shape shape, bool has_repaired) {
    std::string out;
    const auto corner = shape.has_boxes ? look.paint(Ink::muted, "│") + "  " : std::string();
    if (const auto count = fixable(report); count > 0 && !has_repaired)
        out += corner +
               (count == 1 ? "One of these can be repaired here: "
                           : std::to_string(count) + " of these can be repaired here: ") +
               "openclaw doctor --fix\n" + (shape.has_boxes ? corner + "\n" : "");
    return out + (shape.has_boxes ? look.paint(Ink::muted, "└") + "  " : std::string()) +
           "Doctor complete.\n";
}

std::string lint_view(const Report& report, std::size_t checks_run, const Look& look) {
    std::string out = "doctor --lint: ran " + std::to_string(checks_run) + " check(s), " +
                      std::to_string(report.findings.size()) + " finding(s)\n";
    for (const auto& finding : report.findings) {
        const std::string tag = "[" + std::string(name(finding.severity)) + "]";
        out += "  " + look.paint(ink_for(finding.severity), tag) + " core/doctor/" +
               std::string(finding.check) + " " +
               (finding.place.empty() ? "" : printable(finding.place) + " - ") +
               printable(finding.message) + "\n";
        if (!finding.fix.empty()) out += "    fix: " + printable(finding.fix) + "\n";
    }
    return out;
}

std::string lint_json(const Report& report, Counts counts, bool ok) {
    json::Writer out;
    out.begin_object().member("schemaVersion", 1).member("ok", ok);
    out.member("checksRun", counts.run).member("checksSkipped", counts.skipped);
    write_findings(out, report);
    return out.end_object().take();
}

std::string report_json(const Report& report, Counts counts) {
    json::Writer out;
    out.begin_object()
        .member("schemaVersion", 1)
        .member("ok", !report.has(Severity::warning))
        .member("version", version)
        .member("checksRun", counts.run)
        .member("checksSkipped", counts.skipped)
        .member("fixable", fixable(report));
    write_findings(out, report);
    out.key("remarks").begin_array();
    for (const auto& remark : report.remarks)
        out.begin_object()
            .member("checkId", "core/doctor/" + std::string(remark.check))
            .member("area", area_of(remark.check))
            .member("text", remark.text)
            .end_object();
    return out.end_array().end_object().take();
}

} // namespace openclaw::cli::doctor
