#include "cli/doctor/view.h"
#include "cli/view/text_width.h"
#include "common/base/strings.h"
#include "common/json/read.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::cli;
using namespace openclaw::cli::doctor;

namespace {

Report example() {
    Report report;
    report.add({.check = "gateway-config",
                .severity = Severity::error,
                .place = "gateway.mode",
                .message = "it is not set: the gateway does not start",
                .fix = "openclaw config set gateway.mode local",
                .repair = Repair{.kind = Repair::Kind::set_config,
                                 .consent = Consent::recommended,
                                 .question = "Set gateway.mode to local",
                                 .path = "gateway.mode",
                                 .value = "\"local\""},
                .line = 3});
    report.add({.check = "clock",
                .severity = Severity::info,
                .place = "time of day",
                .message = "nobody keeps \x1b[31mit"});
    report.remark("gateway-health", "It answers in 2ms");
    return report;
}

} // namespace

TEST_SUITE("cli/doctor") {
    TEST_CASE("without a terminal: plain headings, no box, no escape sequence") {
        const Look look{.width = 80};
        const auto text = heading(look, {}) + areas_view(example(), look, {}) +
                          ending(example(), look, {}, false);
        CHECK(text == "OpenClaw doctor\n\n"
                      "Configuration\n"
                      "  ✗ gateway.mode: it is not set: the gateway does not start\n"
                      "    fix: openclaw config set gateway.mode local\n\n"
                      "Gateway\n"
                      "  ✓ It answers in 2ms\n\n"
                      "Machine\n"
                      "  · time of day: nobody keeps [31mit\n\n"
                      "One of these can be repaired here: openclaw doctor --fix\n"
                      "Doctor complete.\n");
    }
    TEST_CASE("on a terminal: boxes with straight sides, no wider than it") {
        for (const int width : {40, 72, 200}) {
            const Look look{.width = width};
            const auto text = areas_view(example(), look, {.has_boxes = true});
            std::size_t widest = 0;
            for (const auto line : split(text, '\n'))
                widest = std::max(widest, text_width(line));
            CHECK(widest <= static_cast<std::size_t>(width));
            for (const auto line : split(text, '\n'))
                if (line.ends_with("│") && text_width(line) > 1) CHECK(text_width(line) == widest);
        }
    }
    TEST_CASE("lint names the check, and programs read one line") {
        const auto text = lint_view(example(), 25, Look{});
        CHECK(text.starts_with("doctor --lint: ran 25 check(s), 2 finding(s)\n"));
        CHECK(text.find("  [error] core/doctor/gateway-config gateway.mode - it is not set") !=
              std::string::npos);
        const auto json = lint_json(example(), {.run = 24, .skipped = 1}, false);
        CHECK(json.find('\n') == std::string::npos);
        const auto document = json::Document::parse(json).value();
        CHECK(document.root()["checksSkipped"].integer() == 1);
        const auto finding = document.root()["findings"].at(0);
        CHECK(finding["checkId"].text() == "core/doctor/gateway-config");
        CHECK(finding["line"].integer() == 3);
        CHECK(finding["fixable"].boolean());
        CHECK_FALSE(document.root()["findings"].at(1)["fixable"].boolean(true));
    }
    TEST_CASE("the whole report holds the remarks, too") {
        const auto document = json::Document::parse(report_json(example(), {.run = 25})).value();
        CHECK(document.root()["fixable"].integer() == 1);
        CHECK(document.root()["remarks"].at(0)["area"].text() == "Gateway");
    }
}
