// ipc/blob.h — bytes too large for a frame: a memfd, written once, sealed, and mapped read-only by
// the receiver.
//
// The seals (no write, no grow, no shrink) are checked by the receiver, so a sender cannot change
// a blob under its reader.
#pragma once

#include "common/base/result.h"
#include "common/base/unique_fd.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace openclaw::ipc {

Result<UniqueFd> make_blob(std::string_view bytes);
// The pieces, one behind the other.
Result<UniqueFd> make_blob(std::span<const std::string_view> pieces);

// A blob mapped into this process; unmapped on destruction.
class BlobView {
  public:
    // Errors: invalid (not sealed, size differs from `stated_bytes`, above 64 MiB), internal
    // (mmap).
    static Result<BlobView> open(const UniqueFd& fd, std::uint64_t stated_bytes);
    BlobView(BlobView&& other) noexcept;
    BlobView& operator=(BlobView&& other) noexcept;
    ~BlobView();

    std::string_view bytes() const { return {data_, size_}; }

  private:
    BlobView(const char* data, std::size_t size)
        : data_(data)
        , size_(size) {}

    const char* data_;
    std::size_t size_;
};

} // namespace openclaw::ipc
