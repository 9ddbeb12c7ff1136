// ipc/text.h — wire::Text to and from a string: short texts inline, long ones as a blob beside the
// frame.
#pragma once

#include "common/base/result.h"
#include "common/base/unique_fd.h"
#include "proto/worker.pb.h"

#include <string>
#include <string_view>

namespace openclaw::ipc {

// Fills `text`; returns the blob to send along when the text is too long for the frame (else an
// empty fd).
Result<UniqueFd> put_text(wire::Text& text, std::string_view value);

// `fds` are the frame's descriptors; the blob, if stated, is the first.
Result<std::string> take_text(const wire::Text& text, const Fds& fds);

} // namespace openclaw::ipc
