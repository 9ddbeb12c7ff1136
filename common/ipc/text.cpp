#include "common/ipc/text.h"

#include "common/ipc/blob.h"
#include "common/ipc/protocol.h"

namespace openclaw::ipc {

Result<UniqueFd> put_text(wire::Text& text, std::string_view value) {
    text.Clear();
    if (value.size() <= max_inline_text) {
        text.set_inline_text(std::string(value));
        return UniqueFd();
    }
    auto blob = TRY(make_blob(value));
    text.set_blob_bytes(value.size());
    return blob;
}

Result<std::string> take_text(const wire::Text& text, const Fds& fds) {
    if (text.blob_bytes() == 0) return text.inline_text();
    if (fds.empty()) return fail(Code::invalid, "a text blob was announced and did not come");
    const auto view = TRY(BlobView::open(fds.front(), text.blob_bytes()));
    return std::string(view.bytes());
}

} // namespace openclaw::ipc
