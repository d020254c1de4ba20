#define _GNU_SOURCE
#include "content.h"

#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

// The headers of the two libraries may be missing where only libcurl's are installed; both interfaces have been the
// same for more than ten years. The symbols are looked up by name, in what libcurl was linked with.

// zlib's `z_stream`.
struct stream {
    const unsigned char *next_in;
    unsigned int available_in;
    unsigned long total_in;
    unsigned char *next_out;
    unsigned int available_out;
    unsigned long total_out;
    const char *message;
    void *state;
    void *(*allocate)(void *, unsigned int, unsigned int);
    void (*release)(void *, void *);
    void *opaque;
    int data_type;
    unsigned long check;
    unsigned long reserved;
};

enum { zlib_no_flush = 0, zlib_ok = 0, zlib_end = 1, zlib_no_memory = -4, zlib_no_progress = -5 };

typedef int (*inflate_init)(struct stream *, int window_bits, const char *version, int stream_size);
typedef int (*inflate_step)(struct stream *, int flush);
typedef int (*inflate_end)(struct stream *);

typedef void *(*brotli_create)(void *, void *, void *);
typedef int (*brotli_step)(
    void *, size_t *available_in, const uint8_t **next_in, size_t *available_out, uint8_t **next_out, size_t *total);
typedef void (*brotli_destroy)(void *);

enum { brotli_failed = 0, brotli_done = 1, brotli_wants_input = 2 };

static void *symbol(const char *name) { return dlsym(RTLD_DEFAULT, name); }

int rpc_can_decode(enum rpc_coding coding) {
    if (coding == rpc_coding_brotli) {
        return symbol("BrotliDecoderCreateInstance") && symbol("BrotliDecoderDecompressStream")
            && symbol("BrotliDecoderDestroyInstance");
    }
    return symbol("inflateInit2_") && symbol("inflate") && symbol("inflateReset") && symbol("inflateEnd");
}

typedef int (*taker)(void *, const void *, size_t);

// Window bits of inflateInit2: a gzip header, a zlib header, none.
enum { gzip_header = 15 + 16, zlib_header = 15, no_header = -15 };

static int is_padding(const unsigned char *bytes, size_t count) {
    while (count > 0 && bytes[count - 1] == 0) count--;
    return count == 0;
}

static enum rpc_decoding inflate_all(int window, const unsigned char *input, size_t count, taker take, void *context) {
    inflate_init init = (inflate_init)symbol("inflateInit2_");
    inflate_step step = (inflate_step)symbol("inflate");
    inflate_end reset = (inflate_end)symbol("inflateReset");
    inflate_end end = (inflate_end)symbol("inflateEnd");
    struct stream stream;
    memset(&stream, 0, sizeof stream);
    if (init(&stream, window, "1.2.0", (int)sizeof stream) != zlib_ok) return rpc_decoding_no_memory;
    unsigned char piece[32 * 1024];
    size_t left = count;
    stream.next_in = input;
    enum rpc_decoding result = rpc_decoding_corrupt;
    for (;;) {
        if (stream.available_in == 0 && left > 0) {
            stream.available_in = left > 1u << 30 ? 1u << 30 : (unsigned int)left;
            left -= stream.available_in;
        }
        stream.next_out = piece;
        stream.available_out = sizeof piece;
        int code = step(&stream, zlib_no_flush);
        size_t made = sizeof piece - stream.available_out;
        if (made > 0 && !take(context, piece, made)) {
            result = rpc_decoding_stopped;
            break;
        }
        if (code == zlib_no_memory) {
            result = rpc_decoding_no_memory;
            break;
        }
        if (code == zlib_end) {
            size_t rest = stream.available_in + left;
            // A file of several members contains their contents, one after another (RFC 1952, section 2.2).
            int has_member = window == gzip_header && rest > 1 && stream.next_in[0] == 0x1f && stream.next_in[1] == 0x8b;
            if (has_member && reset(&stream) == zlib_ok) continue;
            if (is_padding(stream.next_in, rest)) result = rpc_decoding_whole;
            break;
        }
        if (code != zlib_ok && code != zlib_no_progress) break;
        if (made == 0 && stream.available_in == 0 && left == 0) break;
    }
    end(&stream);
    return result;
}

static enum rpc_decoding expand_brotli(const uint8_t *input, size_t count, taker take, void *context) {
    brotli_step step = (brotli_step)symbol("BrotliDecoderDecompressStream");
    void *state = ((brotli_create)symbol("BrotliDecoderCreateInstance"))(0, 0, 0);
    if (!state) return rpc_decoding_no_memory;
    uint8_t piece[32 * 1024];
    enum rpc_decoding result = rpc_decoding_corrupt;
    for (;;) {
        uint8_t *next = piece;
        size_t room = sizeof piece;
        int code = step(state, &count, &input, &room, &next, 0);
        if (room < sizeof piece && !take(context, piece, sizeof piece - room)) {
            result = rpc_decoding_stopped;
            break;
        }
        if (code == brotli_failed || code == brotli_wants_input) break;
        if (code == brotli_done) {
            if (is_padding(input, count)) result = rpc_decoding_whole;
            break;
        }
    }
    ((brotli_destroy)symbol("BrotliDecoderDestroyInstance"))(state);
    return result;
}

enum rpc_decoding rpc_decode(
    enum rpc_coding coding, const void *input, size_t count, int (*take)(void *, const void *, size_t), void *context) {
    if (!rpc_can_decode(coding)) return rpc_decoding_no_memory;
    const unsigned char *bytes = input;
    switch (coding) {
    case rpc_coding_gzip: return inflate_all(gzip_header, bytes, count, take, context);
    case rpc_coding_brotli: return expand_brotli(bytes, count, take, context);
    case rpc_coding_deflate: {
        // Some servers send the bare stream of RFC 1951 under this name. A zlib header is a multiple of 31, and its
        // method is 8 (RFC 1950, section 2.2).
        int has_header = count > 1 && (bytes[0] & 15) == 8 && (bytes[0] * 256 + bytes[1]) % 31 == 0;
        return inflate_all(has_header ? zlib_header : no_header, bytes, count, take, context);
    }
    }
    return rpc_decoding_corrupt;
}
