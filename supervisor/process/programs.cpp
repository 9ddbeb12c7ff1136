#include "supervisor/process/programs.h"

#include <limits.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace openclaw::process {

namespace {

// Of the running executable. " (deleted)" behind the name of a replaced one does not touch its
// folder.
std::string own_directory() {
    std::array<char, PATH_MAX> path{};
    const ssize_t size = readlink("/proc/self/exe", path.data(), path.size() - 1);
    if (size <= 0) return ".";
    const std::string_view whole(path.data(), static_cast<std::size_t>(size));
    return std::string(whole.substr(0, whole.rfind('/')));
}

// A worker is born in "/": a relative name would not be found there.
std::string absolute(const std::string& path) {
    std::array<char, PATH_MAX> real{};
    return realpath(path.c_str(), real.data()) == nullptr ? path : std::string(real.data());
}

} // namespace

Programs Programs::of_this_executable() {
    const char* chosen = std::getenv("OPENCLAW_WORKER_DIR");
    if (chosen != nullptr && *chosen != '\0') return Programs({chosen});
    const std::string here = own_directory();
    return Programs({here, here + "/../workers", here + "/../libexec/openclaw"});
}

Result<std::string> Programs::find(const WorkerSpec& spec) const {
    const std::string program(spec.program);
    std::string tried;
    for (const auto& directory : directories_) {
        for (const std::string& path : {directory + "/" + program,
                                        directory + "/" + std::string(spec.name) + "/" + program}) {
            if (access(path.c_str(), X_OK) == 0) return absolute(path);
            tried += (tried.empty() ? "" : ", ") + path;
        }
    }
    return fail(Code::not_found,
                "the program " + program + " is not installed; looked for " + tried);
}

} // namespace openclaw::process
