#define _GNU_SOURCE
#include "CSystem.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

// The Swift runtime looks arguments up in /proc. Without /proc it finds none, and every flag would be lost. The GNU C
// library also passes the arguments of `main` to each constructor.
static int count;
static char **values;

__attribute__((constructor)) static void keep(int argc, char **argv, char **envp) {
    (void)envp;
    count = argv ? argc : 0;
    values = argv;
}

int rpc_argument_count(void) { return count; }

const char *rpc_argument(int index) { return values[index]; }

const char *rpc_variable(int index) { return environ ? environ[index] : 0; }

ssize_t rpc_splice_now(int from, int to, size_t count) {
    return splice(from, 0, to, 0, count, SPLICE_F_NONBLOCK);
}

void rpc_close_from(posix_spawn_file_actions_t *actions, int first) {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    posix_spawn_file_actions_addclosefrom_np(actions, first);
#else
    // The descriptors that are open now; those that other threads open meanwhile close themselves.
    for (int descriptor = first, limit = getdtablesize(); descriptor < limit; descriptor++) {
        if (fcntl(descriptor, F_GETFD) >= 0) posix_spawn_file_actions_addclose(actions, descriptor);
    }
#endif
}

int rpc_socket(int family, int type, int protocol) {
    return (int)syscall(SYS_socket, (long)family, (long)type, (long)protocol);
}

int rpc_watch_process(pid_t id) {
#ifdef SYS_pidfd_open
    return (int)syscall(SYS_pidfd_open, id, 0);
#else
    errno = ENOSYS;
    return -1;
#endif
}

ssize_t rpc_position(const void *whole, size_t count, const void *part, size_t part_count) {
    const char *found = memmem(whole, count, part, part_count);
    return found ? found - (const char *)whole : -1;
}

ssize_t rpc_last(const void *bytes, size_t count, unsigned char byte) {
    const char *found = memrchr(bytes, byte, count);
    return found ? found - (const char *)bytes : -1;
}

int rpc_tls_has_pending(void *ssl) {
    static int (*has_pending)(const void *);
    if (!has_pending) has_pending = (int (*)(const void *))dlsym(RTLD_DEFAULT, "SSL_has_pending");
    return ssl && has_pending && has_pending(ssl);
}

int rpc_tls_wants_certificate(void *ssl) {
    int (*peek)(void *, void *, int) = (int (*)(void *, void *, int))dlsym(RTLD_DEFAULT, "SSL_peek");
    unsigned long (*take_error)(void) = (unsigned long (*)(void))dlsym(RTLD_DEFAULT, "ERR_get_error");
    if (!ssl || !peek || !take_error) return 0;
    while (take_error()) {}
    char byte;
    if (peek(ssl, &byte, 1) > 0) return 0;
    // The reason for an alert is 1000 and the alert's number; the lower bits of an error's code contain the reason.
    int wants = 0;
    for (unsigned long error = take_error(); error; error = take_error()) wants |= (error & 0xFFF) == 1000 + 116;
    return wants;
}

const char *rpc_library_with(const char *name) {
    Dl_info facts;
    void *function = dlsym(RTLD_DEFAULT, name);
    return function && dladdr(function, &facts) ? facts.dli_fname : 0;
}

int rpc_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

void *rpc_pages(size_t size) {
    void *found = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return found == MAP_FAILED ? 0 : found;
}

void rpc_free_pages(void *pages, size_t size) { munmap(pages, size); }
