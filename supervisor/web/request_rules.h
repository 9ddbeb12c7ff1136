// web/request_rules.h — what reading a request, and answering it, needs from the configuration.
#pragma once

#include <string>
#include <vector>

namespace openclaw::web {

struct RequestRules {
    std::vector<std::string> trusted_proxies; // addresses or CIDR blocks
    std::vector<std::string> host_names;      // ours, besides addresses and "localhost"; lower case
    std::vector<std::string> wanted_headers;  // kept in Arrival::headers; lower case
    std::string transport_security = {};      // Strict-Transport-Security of every answer
};

} // namespace openclaw::web
