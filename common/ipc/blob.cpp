#include "common/ipc/blob.h"

#include "common/ipc/protocol.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace openclaw::ipc {

namespace {

constexpr int all_seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;

Result<void> write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = write(fd, bytes.data(), bytes.size());
        if (written < 0) return Failure(system_error(Code::internal, "write of a blob", errno));
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

} // namespace

Result<UniqueFd> make_blob(std::string_view bytes) {
    return make_blob({&bytes, 1});
}

Result<UniqueFd> make_blob(std::span<const std::string_view> pieces) {
    std::size_t size = 0;
    for (const auto piece : pieces)
        size += piece.size();
    if (size > max_blob_bytes) return fail(Code::invalid, "a blob above 64 MiB");
    UniqueFd fd(memfd_create("openclaw-blob", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!fd) return Failure(system_error(Code::internal, "memfd_create", errno));
    for (const auto piece : pieces)
        TRY_VOID(write_all(fd.get(), piece));
    if (fcntl(fd.get(), F_ADD_SEALS, all_seals) != 0)
        return Failure(system_error(Code::internal, "sealing a blob", errno));
    return fd;
}

Result<BlobView> BlobView::open(const UniqueFd& fd, std::uint64_t stated_bytes) {
    struct stat info {};

    if ((fcntl(fd.get(), F_GET_SEALS) & all_seals) != all_seals)
        return fail(Code::invalid, "a blob that is not sealed");
    if (fstat(fd.get(), &info) != 0 || static_cast<std::uint64_t>(info.st_size) != stated_bytes ||
        stated_bytes > max_blob_bytes)
        return fail(Code::invalid, "a blob of another size than stated");
    if (stated_bytes == 0) return BlobView(nullptr, 0);
    void* data = mmap(nullptr, stated_bytes, PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (data == MAP_FAILED) return Failure(system_error(Code::internal, "mmap of a blob", errno));
    return BlobView(static_cast<const char*>(data), stated_bytes);
}

BlobView::BlobView(BlobView&& other) noexcept
    : data_(std::exchange(other.data_, nullptr))
    , size_(std::exchange(other.size_, 0)) {}

BlobView& BlobView::operator=(BlobView&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
}

BlobView::~BlobView() {
    if (data_ != nullptr) munmap(const_cast<char*>(data_), size_);
}

} // namespace openclaw::ipc
