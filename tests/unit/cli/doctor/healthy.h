// Facts of a gateway with which everything is well: tests change one thing.
#pragma once

#include "cli/doctor/facts.h"
#include "common/config/migrate.h"

#include <doctest/doctest.h>

#include <string>

namespace openclaw::cli::doctor::testing {

inline ConfigFacts config_of(const std::string& text) {
    ConfigFacts facts;
    facts.file = {.path = "/home/op/.openclaw/openclaw.json", .exists = true, .mode = 0600};
    auto document = config::parse(text);
    facts.parses = document.has_value();
    if (facts.parses) {
        facts.has_comments = document->has_comments;
        config::migrate(document->root, facts.legacy);
    }
    auto loaded = config::load_text(text, {.file = facts.file.path, .home = "/home/op"});
    if (loaded)
        facts.config = std::move(*loaded);
    else
        facts.issues = std::move(loaded.error());
    return facts;
}

inline void answer(Facts& facts, const std::string& method, const std::string& payload) {
    auto document = json::Document::parse("{\"ok\":true,\"payload\":" + payload + "}");
    REQUIRE(document.has_value());
    facts.gateway.answered.erase(method);
    facts.gateway.answered.emplace(method, Answer(std::move(*document)));
    facts.gateway.answers = true;
}

inline UnitFacts healthy_unit() {
    UnitFacts unit;
    unit.has_manager = true;
    unit.place = {.kind = UnitKind::user,
                  .unit = "openclaw-gateway.service",
                  .folder = "/home/op/.config/systemd/user",
                  .file = "/home/op/.config/systemd/user/openclaw-gateway.service"};
    unit.state = UnitState{.load = "loaded",
                           .active = "active",
                           .sub = "running",
                           .file_state = "enabled",
                           .fragment = unit.place.file,
                           .drop_ins = {},
                           .main_pid = 4711,
                           .result = "success",
                           .stop_timeout = 330};
    unit.planned = unit_text({.program = "/usr/bin/openclaw",
                              .profile = "",
                              .state_directory = "/home/op/.openclaw"})
                       .value();
    unit.text = unit.planned;
    unit.lingers = true;
    return unit;
}

inline Facts healthy() {
    Facts facts;
    facts.home = "/home/op";
    facts.state_directory = "/home/op/.openclaw";
    facts.config_file = "/home/op/.openclaw/openclaw.json";
    facts.now_ms = 1'795'000'000'000;
    facts.config = config_of(R"({
        gateway: { mode: 'local', auth: { mode: 'token', token: '0123456789abcdef0123456789abcdef' } },
        agents: { defaults: { model: { primary: 'builtin/echo' } } },
    })");
    facts.state.folder = {
        .path = facts.state_directory, .exists = true, .is_folder = true, .mode = 0700};
    facts.state.is_writable = true;
    facts.state.owner = {.pid = 4711, .port = 18789};
    facts.state.ledger = {.file = {.path = facts.state_directory + "/state/gateway-native.sqlite",
                                   .exists = true,
                                   .mode = 0600},
                          .bytes = 409'600,
                          .damage = {}};
    facts.unit = healthy_unit();
    facts.programs.daemon = "/usr/bin/openclaw-gateway";
    facts.machine.most_files = 524'288;
    facts.machine.disks = {{.path = "/home",
                            .holds = "the state directory",
                            .free_bytes = 50'000'000'000,
                            .all_bytes = 100'000'000'000,
                            .free_files = 1'000'000,
                            .all_files = 2'000'000}};
    answer(facts, "workers.list",
           R"({"supervisor":{"pid":4711,"port":18789,"startedAtMs":1794990000000,"version":"0.1.0"},
               "workers":[{"id":"agent","state":"ready","pid":4712,"sandbox":"whole"}]})");
    answer(facts, "health", R"({"ok":true,"health":{"level":"ok","down":[]}})");
    answer(facts, "channels.status", R"({"channelAccounts":{}})");
    answer(facts, "config.get", R"({"path":"/home/op/.openclaw/openclaw.json"})");
    answer(facts, "device.pair.list", R"({"pending":[],"paired":[]})");
    return facts;
}

} // namespace openclaw::cli::doctor::testing
