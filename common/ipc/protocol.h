// ipc/protocol.h — numbers both ends of a link must agree on. Contract: docs/ipc.md.
#pragma once

#include <cstddef>
#include <cstdint>

namespace openclaw::ipc {

inline constexpr std::uint32_t protocol_number = 1;
inline constexpr int worker_link_fd = 3;                  // where a worker finds its link
inline constexpr std::size_t max_frame_bytes = 64 * 1024; // serialised; both sides refuse more
inline constexpr std::size_t max_inline_text = 48 * 1024; // longer texts travel as a Blob
inline constexpr std::size_t max_blob_bytes = 64 * 1024 * 1024;
inline constexpr std::size_t max_frame_fds = 4;
inline constexpr std::size_t outbox_frames =
    256; // waiting for the socket; then can_send() is false
inline constexpr std::size_t outbox_bytes = 1024 * 1024;
inline constexpr std::uint32_t inbound_credits =
    128; // a whole batch of a platform (getUpdates: 100) is recorded with one sync

} // namespace openclaw::ipc
