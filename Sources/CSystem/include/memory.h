// Memory that can fail to be had, and comparisons of bytes by the C library. Swift's own allocation ends the process
// where there is none, and knows nothing of growing in place.
#pragma once
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// A block of `size` bytes, or NULL; malloc(3).
static inline void *_Nullable rpc_block(size_t size) { return malloc(size); }
// The block with another size, moved where it has to be, which costs no copy for a large one; NULL, and the block is as
// it was, where there is no memory. realloc(3).
static inline void *_Nullable rpc_resized(void *_Nonnull block, size_t size) { return realloc(block, size); }
static inline void rpc_free(void *_Nonnull block) { free(block); }
// The same, or the end of the process: without memory for a page there is none for saying so.
static inline void *_Nonnull rpc_certain_block(size_t size) {
    void *block = malloc(size);
    if (!block) abort();
    return block;
}

// Fresh pages, or NULL. Not by malloc: what is only freed again the compiler leaves out, as if it had succeeded.
void *_Nullable rpc_pages(size_t size);
void rpc_free_pages(void *_Nonnull pages, size_t size);

static inline int rpc_equal(const void *_Nonnull left, const void *_Nonnull right, size_t count) {
    return memcmp(left, right, count) == 0;
}
// The same, ASCII letters without case.
static inline int rpc_equal_caseless(const void *_Nonnull left, const void *_Nonnull right, size_t count) {
    return strncasecmp((const char *)left, (const char *)right, count) == 0;
}
// How many bytes come before the first `byte`, or -1 when there is none.
static inline ptrdiff_t rpc_first(const void *_Nonnull bytes, size_t count, unsigned char byte) {
    const void *found = memchr(bytes, byte, count);
    return found ? (const char *)found - (const char *)bytes : -1;
}
static inline void rpc_copy(void *_Nonnull to, const void *_Nonnull from, size_t count) { memcpy(to, from, count); }
static inline void rpc_move(void *_Nonnull to, const void *_Nonnull from, size_t count) { memmove(to, from, count); }
