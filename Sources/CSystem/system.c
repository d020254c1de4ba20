#define _GNU_SOURCE
#include "CSystem.h"

#include <fcntl.h>
#include <string.h>

// The Swift runtime looks arguments up in /proc, which may not be there, and then finds none: every flag would be lost.
// The GNU C library hands those of `main` to each constructor as well.
static int count;
static char **values;

__attribute__((constructor)) static void keep(int argc, char **argv, char **envp) {
    (void)envp;
    count = argv ? argc : 0;
    values = argv;
}

int rpc_argument_count(void) { return count; }

const char *rpc_argument(int index) { return values[index]; }

ssize_t rpc_splice_now(int from, int to, size_t count) {
    return splice(from, 0, to, 0, count, SPLICE_F_NONBLOCK);
}

int rpc_contains(const void *whole, size_t count, const void *part, size_t part_count) {
    return memmem(whole, count, part, part_count) != 0;
}

ssize_t rpc_last(const void *bytes, size_t count, unsigned char byte) {
    const char *found = memrchr(bytes, byte, count);
    return found ? found - (const char *)bytes : -1;
}
