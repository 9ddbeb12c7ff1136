// web/host_rule.h — is the Host header one of our names? Against DNS rebinding.
//
// A page of evil.example may make its own name point to 127.0.0.1; then the browser takes the
// gateway for evil.example and both Origin and Host agree. Only the name gives it away. So whoever
// comes straight from this machine must call the gateway by an address, by "localhost", or by a
// name it was told (gateway.controlUi.allowedOrigins, the machine's own). Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace openclaw::web {

// `host` as it came, with or without a port. An absent one is nobody's page: browsers always send
// it.
bool is_our_host(std::string_view host, std::span<const std::string> names);

} // namespace openclaw::web
