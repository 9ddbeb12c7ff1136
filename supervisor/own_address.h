// supervisor/own_address.h — the addresses of this machine's interfaces.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace openclaw {

// The first IPv4 address, in the order of the interfaces, that is `wanted`: asked in host byte
// order, returned as text. Empty: none is.
std::string own_address(const std::function<bool(std::uint32_t)>& wanted);

} // namespace openclaw
