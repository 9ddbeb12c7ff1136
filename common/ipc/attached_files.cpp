#include "common/ipc/attached_files.h"

#include "common/ipc/protocol.h"

namespace openclaw::ipc {

namespace {

Result<void> check_bounds(std::size_t files, std::uint64_t bytes) {
    if (files > max_attached_files)
        return fail(Code::invalid, "more than 10 files with one message");
    if (bytes > max_attached_bytes)
        return fail(Code::invalid, "more than 24 MiB of files with one message");
    return {};
}

Result<std::uint64_t> stated_bytes(const StatedFiles& stated) {
    std::uint64_t sum = 0;
    for (const auto& file : stated) {
        if (!is_file_kind(file.kind()))
            return fail(Code::invalid, "a file of an unknown kind was announced");
        if (file.bytes() > max_attached_bytes) // each by itself, or the sum could wrap round
            return fail(Code::invalid, "a file above 24 MiB was announced");
        sum += file.bytes();
    }
    TRY_VOID(check_bounds(static_cast<std::size_t>(stated.size()), sum));
    return sum;
}

} // namespace

Result<UniqueFd> put_files(StatedFiles& stated, std::span<const AttachedFile> files,
                           std::string_view head) {
    stated.Clear();
    std::vector<std::string_view> pieces{head};
    std::size_t bytes = 0;
    for (const auto& file : files) {
        auto& said = *stated.Add();
        said.set_name(clean_file_name(file.name));
        said.set_mime(clean_mime(file.mime));
        said.set_kind(is_file_kind(file.kind) ? file.kind : std::string(kind_of_mime(said.mime())));
        said.set_bytes(file.bytes.size());
        pieces.emplace_back(file.bytes);
        bytes += file.bytes.size();
    }
    TRY_VOID(check_bounds(files.size(), bytes));
    return head.empty() && bytes == 0 ? UniqueFd() : make_blob(pieces);
}

Result<UniqueFd> put_text_and_files(wire::Text& text, std::string_view value, StatedFiles& stated,
                                    std::span<const AttachedFile> files) {
    text.Clear();
    if (value.size() > max_inline_text) {
        text.set_blob_bytes(value.size());
        return put_files(stated, files, value);
    }
    text.set_inline_text(std::string(value));
    return put_files(stated, files, {});
}

Result<Enclosure> open_enclosure(const StatedFiles& stated, std::uint64_t head_bytes,
                                 const Fds& fds) {
    Enclosure opened;
    const auto file_bytes = TRY(stated_bytes(stated));
    if (head_bytes > max_blob_bytes) return fail(Code::invalid, "a blob above 64 MiB");
    std::string_view rest;
    if (head_bytes + file_bytes > 0) {
        if (fds.empty()) return fail(Code::invalid, "a blob was announced and did not come");
        opened.blob.emplace(TRY(BlobView::open(fds.front(), head_bytes + file_bytes)));
        rest = opened.blob->bytes();
    }
    opened.head = rest.substr(0, head_bytes);
    rest.remove_prefix(head_bytes);
    for (const auto& file : stated) {
        opened.files.push_back({.name = clean_file_name(file.name()),
                                .mime = clean_mime(file.mime()),
                                .kind = file.kind(),
                                .bytes = rest.substr(0, file.bytes())});
        rest.remove_prefix(file.bytes());
    }
    return opened;
}

Result<TextAndFiles> take_text_and_files(const wire::Text& text, const StatedFiles& stated,
                                         const Fds& fds) {
    auto opened = TRY(open_enclosure(stated, text.blob_bytes(), fds));
    TextAndFiles taken;
    taken.text = text.blob_bytes() == 0 ? text.inline_text() : std::string(opened.head);
    for (auto& file : opened.files)
        taken.files.push_back({.name = std::move(file.name),
                               .mime = std::move(file.mime),
                               .kind = std::move(file.kind),
                               .bytes = std::string(file.bytes)});
    return taken;
}

} // namespace openclaw::ipc
