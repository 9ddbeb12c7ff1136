#include "tests/faulty/faults.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>

namespace openclaw::faulty {

namespace {

constexpr std::size_t gibibyte = std::size_t{1} << 30;

void turn_for_ever(int) {
    for (volatile unsigned long turns = 0;;)
        turns = turns + 1;
}

// Refused by the limit on address space, it ends as an uncaught bad_alloc does.
void eat_memory(int) {
    char* eaten = static_cast<char*>(std::malloc(gibibyte));
    if (eaten == nullptr) std::abort();
    memset(eaten, 1, gibibyte);
}

void take_all_descriptors(int) {
    while (dup(STDERR_FILENO) >= 0) {
    }
}

// Waits for a mutex it holds itself.
void deadlock(int) {
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    for (;;)
        pthread_mutex_lock(&mutex);
}

} // namespace

void listen_for_faults() {
    std::signal(SIGRTMIN + 1, turn_for_ever);
    std::signal(SIGRTMIN + 2, eat_memory);
    std::signal(SIGRTMIN + 3, take_all_descriptors);
    std::signal(SIGRTMIN + 4, deadlock);
}

} // namespace openclaw::faulty
