#include "supervisor/signals.h"

#include <csignal>
#include <initializer_list>

namespace openclaw {

namespace {

sigset_t set_of(std::initializer_list<int> numbers) {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : numbers)
        sigaddset(&set, number);
    return set;
}

sigset_t all_that_ask() {
    return set_of({SIGHUP, SIGUSR1, SIGUSR2, SIGTERM, SIGINT});
}

} // namespace

void hold_signals() {
    const sigset_t set = set_of({SIGHUP, SIGUSR1, SIGUSR2});
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void make_deaf_pool(Loop& loop) {
    const sigset_t set = all_that_ask();
    sigset_t before;
    pthread_sigmask(SIG_BLOCK, &set, &before);
    loop.on_pool([] {}, [] {}); // libuv makes all threads of its pool at the first work
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void heed_signals() {
    const sigset_t none = set_of({});
    pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

void hear_the_end() {
    const sigset_t set = set_of({SIGTERM, SIGINT});
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void leave_signals_to_next_image() {
    const sigset_t set = all_that_ask();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void pass_on(int signal_number) {
    raise(signal_number); // blocked: it stays pending, and exec keeps what is pending (signal(7))
}

} // namespace openclaw
