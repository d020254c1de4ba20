// Decodes HTTP content codings (RFC 9110, section 8.4.1) with the zlib and brotli that libcurl has loaded into the
// process. libcurl's own decoding loses an answer with an unknown coding, and everything after the first member of a
// gzip file.
#pragma once
#include <stddef.h>

enum rpc_coding { rpc_coding_gzip, rpc_coding_deflate, rpc_coding_brotli };

enum rpc_decoding {
    rpc_decoding_whole,     // everything was decoded
    rpc_decoding_corrupt,   // the bytes are cut, or not in this coding
    rpc_decoding_stopped,   // `take` wanted no more
    rpc_decoding_no_memory, // the library has no memory, or is missing
};

// Whether the library for `coding` is in this process.
int rpc_can_decode(enum rpc_coding coding);

// Decodes `count` bytes at `input`, at least one, and calls `take` with `context` and each piece, until it returns 0.
enum rpc_decoding rpc_decode(
    enum rpc_coding coding, const void *input, size_t count, int (*take)(void *context, const void *piece, size_t count),
    void *context);
