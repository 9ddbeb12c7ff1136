// net/curl_library.h — libcurl, loaded when the first request is made and never unloaded. With
// curl_multi and http_transfer the only door to it.
//
// Loading it brings thirty libraries (TLS twice, LDAP, Kerberos, SSH) that this program mostly does
// not need: 6 ms of CPU, 1.3 MiB of private memory and 2.7 MiB of its share of the common one,
// measured on Debian 12. A worker that has asked nobody yet, such as the agent with the placeholder
// model, goes without. Types and constants still come from its header.
#pragma once

#include "common/base/result.h"

#include <curl/curl.h>

namespace openclaw::net {

struct CurlLibrary {
    decltype(&curl_global_init) global_init;
    decltype(&curl_version_info) version_info;
    decltype(&curl_slist_append) slist_append;
    decltype(&curl_slist_free_all) slist_free_all;
    decltype(&curl_easy_init) easy_init;
    decltype(&curl_easy_cleanup) easy_cleanup;
    decltype(&curl_easy_setopt) easy_setopt;
    decltype(&curl_easy_getinfo) easy_getinfo;
    decltype(&curl_easy_strerror) easy_strerror;
    decltype(&curl_multi_init) multi_init;
    decltype(&curl_multi_cleanup) multi_cleanup;
    decltype(&curl_multi_setopt) multi_setopt;
    decltype(&curl_multi_add_handle) multi_add_handle;
    decltype(&curl_multi_remove_handle) multi_remove_handle;
    decltype(&curl_multi_socket_action) multi_socket_action;
    decltype(&curl_multi_info_read) multi_info_read;
};

// Loads and sets up the library, the first time. Error: unavailable, with the package to install.
Result<void> load_curl();
// After load_curl() has succeeded.
const CurlLibrary& curl();

} // namespace openclaw::net
