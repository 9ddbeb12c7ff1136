#include "common/base/spare_memory.h"

#include "common/base/unique_fd.h"

#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <string_view>

namespace openclaw {

namespace {

// proc(5), status: "TracerPid:" and the number of who traces us, 0 for nobody.
bool is_traced() {
    const UniqueFd status(open("/proc/self/status", O_RDONLY | O_CLOEXEC));
    std::array<char, 1024> text{}; // the line is among the first ten
    const auto size = status ? read(status.get(), text.data(), text.size()) : -1;
    return size > 0 && !std::string_view(text.data(), static_cast<std::size_t>(size))
                            .contains("TracerPid:\t0\n");
}

// What the loader mapped and nobody can have written to is, page for page, what the file says.
int unmap_constant_pages(dl_phdr_info* object, std::size_t, void*) {
    const auto page = static_cast<std::uintptr_t>(getpagesize());
    for (int i = 0; i < object->dlpi_phnum; ++i) {
        const ElfW(Phdr)& segment = object->dlpi_phdr[i];
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
        const std::uintptr_t begin = (object->dlpi_addr + segment.p_vaddr) & ~(page - 1);
        const std::uintptr_t end = object->dlpi_addr + segment.p_vaddr + segment.p_memsz;
        // Refused for the kernel's own object in our memory: it stays as it is.
        madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
    }
    return 0;
}

} // namespace

void release_spare_memory() {
    if (is_traced()) return;
    malloc_trim(0);
    dl_iterate_phdr(unmap_constant_pages, nullptr);
}

} // namespace openclaw
