// Allocations that can fail, and the C library's comparisons of bytes. Swift's own allocation ends the process without
// memory, and can't grow a block in place.
#pragma once
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// A block of `size` bytes, or NULL; malloc(3).
static inline void *_Nullable rpc_block(size_t size) { return malloc(size); }
// Resizes a block, and moves it if it must; a large block moves without a copy. Without memory, returns NULL and leaves
// the block unchanged. realloc(3).
static inline void *_Nullable rpc_resized(void *_Nonnull block, size_t size) { return realloc(block, size); }
static inline void rpc_free(void *_Nonnull block) { free(block); }
// A block of `size` bytes; without memory, ends the process, which could not even report it.
static inline void *_Nonnull rpc_certain_block(size_t size) {
    void *block = malloc(size);
    if (!block) abort();
    return block;
}

// Fresh pages, or NULL. Not by malloc, because the compiler removes a block that is only freed, as if malloc had
// succeeded.
void *_Nullable rpc_pages(size_t size);
void rpc_free_pages(void *_Nonnull pages, size_t size);

static inline int rpc_equal(const void *_Nonnull left, const void *_Nonnull right, size_t count) {
    return memcmp(left, right, count) == 0;
}
// The same, ignoring the case of ASCII letters.
static inline int rpc_equal_caseless(const void *_Nonnull left, const void *_Nonnull right, size_t count) {
    return strncasecmp((const char *)left, (const char *)right, count) == 0;
}
// The position of the first `byte`, or -1.
static inline ptrdiff_t rpc_first(const void *_Nonnull bytes, size_t count, unsigned char byte) {
    const void *found = memchr(bytes, byte, count);
    return found ? (const char *)found - (const char *)bytes : -1;
}
static inline void rpc_copy(void *_Nonnull to, const void *_Nonnull from, size_t count) { memcpy(to, from, count); }
static inline void rpc_move(void *_Nonnull to, const void *_Nonnull from, size_t count) { memmove(to, from, count); }
