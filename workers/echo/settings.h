// echo/settings.h — what `channels.echo.accounts.<name>` may say.
//
//   { inject: { count: 3, text: "hello", chat: "1",        messages it pretends to have received,
//               file: { name: "a.png", mime: "image/png", base64: "…" } },   each with this file
//     fault: "segv", after_ms: 50,                         a fault to commit so long after Ready …
//     on_outbound: true,                                   … or when told to send something
//     before_ready: true }                                 … or instead of getting ready
//   { fault: "as_told", on_outbound: true }                the fault is named by the text it is
//   told to send
#pragma once

#include "common/base/attached_file.h"
#include "common/base/clock.h"
#include "common/base/result.h"
#include "workers/echo/faults.h"

#include <optional>
#include <string>
#include <string_view>

namespace openclaw::echo {

struct Injection {
    std::uint64_t count = 0;
    std::string text = "hello";
    std::string chat = "1";
    AttachedFiles files; // one, or none
};

struct FaultPlan {
    std::optional<Fault> fault; // none: as told
    enum class When { after_ready, on_outbound, before_ready } when = When::after_ready;
    Milliseconds after{0};
};

struct Settings {
    Injection inject;
    std::optional<FaultPlan> plan;
};

// Errors: invalid, naming the key.
Result<Settings> read_settings(std::string_view json);

} // namespace openclaw::echo
