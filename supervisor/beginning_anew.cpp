#include "supervisor/beginning_anew.h"

#include "supervisor/web/socket_inheritance.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace openclaw {

int begin_anew(Ending ending, char** argv) {
    if (!ending.token.empty()) setenv("OPENCLAW_GATEWAY_TOKEN", ending.token.reveal().c_str(), 1);
    if (!ending.password.empty())
        setenv("OPENCLAW_GATEWAY_PASSWORD", ending.password.reveal().c_str(), 1);
    web::leave_to_next_program(std::move(ending.listening), ending.listening_name);
    execv("/proc/self/exe", argv);
    fprintf(stderr, "cannot start again: %s\n", strerror(errno));
    return 1;
}

} // namespace openclaw
