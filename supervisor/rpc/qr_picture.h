// rpc/qr_picture.h — a text as a picture that a phone's camera reads: a QR code (ISO/IEC 18004) in
// a PNG (RFC 2083), as a data URL for a page.
#pragma once

#include "common/base/result.h"

#include <string>
#include <string_view>

namespace openclaw::rpc {

// "data:image/png;base64,…", black on white with the margin the standard asks for. Error: invalid
// (more text than a code holds: 2,331 bytes).
Result<std::string> qr_data_url(std::string_view text);

} // namespace openclaw::rpc
