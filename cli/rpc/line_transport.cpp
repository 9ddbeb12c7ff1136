#include "cli/rpc/transport.h"

namespace openclaw::cli {

Result<void> LineTransport::send(std::string_view message, Instant deadline) {
    return stream_.write(std::string(message) + "\n", deadline);
}

Result<std::string> LineTransport::receive(Instant deadline) {
    return stream_.read_line(max_message_bytes, deadline);
}

} // namespace openclaw::cli
