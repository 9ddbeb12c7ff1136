// rpc/device_row.h — a device and a request as operators see them (PROTOCOL.md 7.1, 7.3). Never a
// token, nor its hash.
#pragma once

#include "common/json/write.h"
#include "supervisor/ledger/devices.h"

#include <string>

namespace openclaw::rpc {

void write_device_row(json::Writer& out, const ledger::Device& device, bool is_connected);
// device.pair.approve answers without the passing members: connected, last seen.
void write_approved_row(json::Writer& out, const ledger::Device& device);
void write_request_row(json::Writer& out, const ledger::DeviceRequest& request);

// Who used a setup code: device.pair.setupStatus and device.pair.setup.completed.
void write_completion(json::Writer& out, const ledger::SetupCode& code);

void write_words(json::Writer& out, std::string_view name, const std::vector<std::string>& words);

} // namespace openclaw::rpc
