#include "supervisor/own_address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <memory>

namespace openclaw {

std::string own_address(const std::function<bool(std::uint32_t)>& wanted) {
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) return {};
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, freeifaddrs);
    for (const auto* entry = list; entry != nullptr; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET) continue;
        const auto& address = reinterpret_cast<const sockaddr_in*>(entry->ifa_addr)->sin_addr;
        if (!wanted(ntohl(address.s_addr))) continue;
        char text[INET_ADDRSTRLEN];
        return inet_ntop(AF_INET, &address, text, sizeof text);
    }
    return {};
}

} // namespace openclaw
