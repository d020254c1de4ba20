// Functions of the C library that Swift can't reach.
#pragma once
#include <spawn.h>
#include <sys/types.h>

#include "content.h"
#include "memory.h"

// The number of the program's arguments, its own name included; 0 if they are unknown.
int rpc_argument_count(void);
// The argument at `index`, in 0 ..< rpc_argument_count(), as bytes; it lives as long as the process.
const char *rpc_argument(int index);

// The variable at `index` as `NAME=value`, or NULL after the last. Naming `environ` in Swift is not safe.
const char *rpc_variable(int index);

// Moves up to `count` bytes from one pipe into another without waiting, whatever their flags. splice(2) is Linux's own,
// so Swift hides it. Returns the bytes moved, or -1 with errno: EAGAIN when nothing can be moved now.
ssize_t rpc_splice_now(int from, int to, size_t count);

// Makes a process that is spawned with `actions` begin without any descriptor from `first` on, whoever opened it.
void rpc_close_from(posix_spawn_file_actions_t *actions, int first);

// socket(2), with the whole of each register set. An int fills half of one, and a caller may leave anything in the other
// half, which the C library passes on; the kernel ignores it, but a filter of system calls such as that of systemd's
// RestrictAddressFamilies= compares all of it, and would refuse the family.
int rpc_socket(int family, int type, int protocol);

// A descriptor that is readable once the process `id` has ended, whoever its parent is. pidfd_open(2) has no name in
// the C library. -1 with errno if the kernel lacks it.
int rpc_watch_process(pid_t id);

// The position of the first bytes in `whole` that are those at `part`, or -1; memmem(3).
ssize_t rpc_position(const void *whole, size_t count, const void *part, size_t part_count);
// The position of the last `byte` in `bytes`, or -1; memrchr(3).
ssize_t rpc_last(const void *bytes, size_t count, unsigned char byte);

// Checks the inside of a JSON string (RFC 8259, section 7), 64 bytes a step: characters and escapes. Returns the number
// of checked bytes: up to a closing quote, the backslash of an invalid escape, a control character, a byte above 127
// near invalid UTF-8, or less than 64 bytes before `end`. Sets `has_escapes` to 1 if it found an escape. Returns -1 for
// less than 64 bytes, or without AVX2. `start` must be neither an escaped character nor inside a character.
ssize_t rpc_pass_string(const unsigned char *start, const unsigned char *end, int *has_escapes);

// Whether OpenSSL holds unread bytes of `ssl`, an `SSL *`; 0 without OpenSSL in this process.
int rpc_tls_has_pending(void *ssl);

// Whether the peer of `ssl`, an `SSL *`, has ended TLS because it wants a client certificate (alert 116, RFC 8446,
// section 6.2). Receives what has come, but consumes no data.
int rpc_tls_wants_certificate(void *ssl);

// The path of the library in this process that has the function `name`, or NULL; it lives as long as the process.
const char *rpc_library_with(const char *name);

// Creates a file in memory only, which children don't inherit. Returns its descriptor, or -1 with errno;
// memfd_create(2).
int rpc_memory_file(const char *name);
