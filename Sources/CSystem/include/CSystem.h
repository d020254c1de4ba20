// What Swift can't reach in the C library.
#pragma once
#include <spawn.h>
#include <sys/types.h>

#include "content.h"
#include "memory.h"

// How many arguments the program was started with, its own name included; 0 when they can't be had.
int rpc_argument_count(void);
// The argument at `index`, in 0 ..< rpc_argument_count(), as bytes; it lives as long as the process.
const char *rpc_argument(int index);

// The variable at `index` as `NAME=value`, or NULL behind the last: `environ` is not safe to name in Swift.
const char *rpc_variable(int index);

// Moves up to `count` bytes from one pipe into another without waiting, whatever the flags of either; splice(2), which
// is Linux's own and so hidden from Swift. Bytes moved, or -1 with errno: EAGAIN when nothing can be moved now.
ssize_t rpc_splice_now(int from, int to, size_t count);

// Has a process that is spawned with `actions` begin with every descriptor from `first` on closed, however many there
// are and whoever opened them.
void rpc_close_from(posix_spawn_file_actions_t *actions, int first);

// A descriptor that is readable once the process `id` has ended, whoever its parent is; pidfd_open(2), which has no
// name in the C library. -1 with errno where there is none, as on old kernels.
int rpc_watch_process(pid_t id);

// Whether the bytes at `part` stand anywhere in those at `whole`; memmem(3).
int rpc_contains(const void *whole, size_t count, const void *part, size_t part_count);
// How many bytes of `bytes` come before the last `byte`, or -1 when there is none; memrchr(3).
ssize_t rpc_last(const void *bytes, size_t count, unsigned char byte);

// Passes over the inside of a JSON string (RFC 8259, section 7), 64 bytes a step: characters and escapes. Gives how
// many bytes it passed: up to a closing quote, the backslash of what is no escape, a control character, a byte above
// 127 near wrong UTF-8, or fewer than 64 bytes before `end`. Sets `has_escapes` to 1 when it passed an escape. -1 where
// there are fewer than 64 bytes, or the processor has no AVX2. `start` must stand neither behind a backslash that
// escapes it nor inside a character.
ssize_t rpc_pass_string(const unsigned char *start, const unsigned char *end, int *has_escapes);

// Whether OpenSSL holds bytes of `ssl`, an `SSL *`, that nobody has read yet; 0 where OpenSSL is not in this process.
int rpc_tls_has_pending(void *ssl);

// Whether the peer of `ssl`, an `SSL *`, has ended TLS because it wants a certificate of ours (alert 116, RFC 8446,
// section 6.2). Reads what has come, but takes nothing away that is to be read.
int rpc_tls_wants_certificate(void *ssl);

// The path of the library in this process that has the function `name`, or NULL; it lives as long as the process.
const char *rpc_library_with(const char *name);

// A file in memory alone, which children do not inherit; its descriptor, or -1 with errno. memfd_create(2).
int rpc_memory_file(const char *name);
