#include "common/net/curl_library.h"

#include "common/base/check.h"

#include <dlfcn.h>

#include <cstdlib>
#include <string>

namespace openclaw::net {

namespace {

constexpr const char* file = "libcurl.so.4"; // the ABI since 7.16 of 2006
constexpr const char* package = "libcurl4";

CurlLibrary library{};

template <class Function>
bool find(void* handle, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(handle, name));
    return function != nullptr;
}

bool find_all(void* handle) {
    return find(handle, "curl_global_init", library.global_init) &&
           find(handle, "curl_version_info", library.version_info) &&
           find(handle, "curl_slist_append", library.slist_append) &&
           find(handle, "curl_slist_free_all", library.slist_free_all) &&
           find(handle, "curl_easy_init", library.easy_init) &&
           find(handle, "curl_easy_cleanup", library.easy_cleanup) &&
           find(handle, "curl_easy_setopt", library.easy_setopt) &&
           find(handle, "curl_easy_getinfo", library.easy_getinfo) &&
           find(handle, "curl_easy_strerror", library.easy_strerror) &&
           find(handle, "curl_multi_init", library.multi_init) &&
           find(handle, "curl_multi_cleanup", library.multi_cleanup) &&
           find(handle, "curl_multi_setopt", library.multi_setopt) &&
           find(handle, "curl_multi_add_handle", library.multi_add_handle) &&
           find(handle, "curl_multi_remove_handle", library.multi_remove_handle) &&
           find(handle, "curl_multi_socket_action", library.multi_socket_action) &&
           find(handle, "curl_multi_info_read", library.multi_info_read);
}

Failure not_loaded() {
    const char* why = dlerror();
    return fail(Code::unavailable, std::string("cannot load ") + file + " (" +
                                       (why == nullptr ? "no reason given" : why) +
                                       "): install the package " + package);
}

// GnuTLS comes along for libcurl's RTMP, which nobody here speaks, and sets itself up when loaded
// unless told not to (GnuTLS manual, "Initialization"): 130 KiB of memory and half a millisecond.
void keep_gnutls_asleep() {
    setenv("GNUTLS_NO_IMPLICIT_INIT", "1", 1);
}

Result<void> load() {
    keep_gnutls_asleep();
    void* handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr || !find_all(handle)) return not_loaded();
    if (library.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return fail(Code::unavailable, std::string(file) +
                                           " cannot set itself up: is the package " + package +
                                           " whole?");
    return {};
}

} // namespace

Result<void> load_curl() {
    static const Result<void> outcome = load();
    return outcome;
}

const CurlLibrary& curl() {
    CHECK_INVARIANT(library.multi_info_read != nullptr);
    return library;
}

} // namespace openclaw::net
