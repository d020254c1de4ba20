// The host: starts one JSON-RPC bridge, keeps requests in flight over its pipes, and accounts for it. In C, so that it
// costs little beside what it measures, and so that its own memory stays below the child's (the kernel counts what a
// child had before exec in its peak).
//
//   host CALLS WARM_UP IN_FLIGHT BATCH BYTES REQUEST_FILE LIMIT_S -- COMMAND...
//   host plain LIMIT_S -- COMMAND...       runs it without input, and passes its one line of figures on
//
// IN_FLIGHT counts lines: with BATCH over 1 each line is an array of that many requests. The first WARM_UP calls are
// not in the figures. REQUEST_FILE holds the members of a request behind its id; a # in it stands for two digits of the
// call's number. An answer is good when it has a result and is at least BYTES long. Prints one JSON object.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static struct {
    long calls, warm, window, batch, bytes;
    char *members;
    size_t members_size;
    double limit;
} plan;

static pid_t child;
static int to_child = -1, from_child = -1;
static double spawned, ready = -1;
static char *input, *output;  // what the child wrote, and what it has not taken yet
static size_t input_size, input_room, output_size, output_room;

static double seconds(clockid_t clock) {
    struct timespec t;
    return clock_gettime(clock, &t) == 0 ? (double)t.tv_sec + (double)t.tv_nsec / 1e9 : 0;
}

static double now(void) { return seconds(CLOCK_MONOTONIC); }

static double child_cpu(void) {
    clockid_t clock;
    return clock_getcpuclockid(child, &clock) == 0 ? seconds(clock) : 0;
}

static void die(const char *reason) {
    fprintf(stderr, "host: %s\n", reason);
    if (child > 0) kill(child, SIGKILL);
    exit(1);
}

static void start(char **command, int with_input) {
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC)) die("no pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (with_input) posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    else posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    spawned = now();
    if (posix_spawnp(&child, command[0], &actions, NULL, command, environ)) die("the command can't be started");
    close(in[0]);
    close(out[1]);
    to_child = in[1];
    from_child = out[0];
    fcntl(to_child, F_SETFL, O_NONBLOCK);
    if (!with_input) close(to_child);
}

static void *grown(void *bytes, size_t *room, size_t needed) {
    if (needed <= *room) return bytes;
    while (*room < needed) *room = *room ? *room * 2 : 1 << 16;
    void *larger = realloc(bytes, *room);
    if (!larger) die("out of memory");
    return larger;
}

/// Waits for the child to write, and reads. False at the end of its output.
static int receive(void) {
    struct pollfd both[2] = {{from_child, POLLIN, 0}, {to_child, POLLOUT, 0}};
    for (;;) {
        double left = spawned + plan.limit - now();
        if (left <= 0) return 0;
        poll(both, output_size > 0 ? 2 : 1, (int)(left * 1000) + 1);
        if (output_size > 0 && both[1].revents) {
            ssize_t written = write(to_child, output, output_size);
            if (written < 0 && errno != EAGAIN) return 0;
            if (written > 0) {
                output_size -= (size_t)written;
                memmove(output, output + written, output_size);
            }
        }
        if (!both[0].revents) continue;
        input = grown(input, &input_room, input_size + (1 << 18));
        ssize_t count = read(from_child, input + input_size, 1 << 18);
        if (count > 0) input_size += (size_t)count;
        return count > 0;
    }
}

static void send_line(const char *text, size_t size) {
    ssize_t written = output_size > 0 ? 0 : write(to_child, text, size);
    if (written < 0) {
        if (errno != EAGAIN) return;  // the end of its output will tell
        written = 0;
    }
    if ((size_t)written == size) return;
    output = grown(output, &output_room, output_size + size);
    memcpy(output + output_size, text + written, size - (size_t)written);
    output_size += size - (size_t)written;
}

static void read_members(const char *path) {
    FILE *file = fopen(path, "r");
    size_t room = 0, count;
    if (!file) die("the request file can't be opened");
    do {
        plan.members = grown(plan.members, &room, plan.members_size + (1 << 16));
        count = fread(plan.members + plan.members_size, 1, 1 << 16, file);
        plan.members_size += count;
    } while (count > 0);
    fclose(file);
}

static void request(long line) {
    static char *text;
    static size_t room;
    size_t size = 0;
    for (long i = 0; i < plan.batch; i++) {
        long number = line * plan.batch + i;
        // Two digits take the place of one character.
        text = grown(text, &room, size + 2 * plan.members_size + 100);
        size += (size_t)sprintf(
            text + size, "%s{\"jsonrpc\":\"2.0\",\"id\":%ld,", plan.batch == 1 ? "" : i == 0 ? "[" : ",", number);
        for (size_t at = 0; at < plan.members_size; at++) {
            if (plan.members[at] != '#') text[size++] = plan.members[at];
            else size += (size_t)sprintf(text + size, "%02ld", number % 100);
        }
        text[size++] = '}';
    }
    if (plan.batch > 1) text[size++] = ']';
    text[size++] = '\n';
    send_line(text, size);
}

static long good_answers(const char *line, size_t size) {
    static const char mark[] = "\"result\":";
    long count = 0;
    if (size < (size_t)(plan.bytes * plan.batch)) return 0;
    if (plan.batch == 1) return memmem(line, size < 256 ? size : 256, mark, sizeof mark - 1) != NULL;
    for (const char *at = line; (at = memmem(at, size - (size_t)(at - line), mark, sizeof mark - 1)); at++) count++;
    return count < plan.batch ? count : plan.batch;
}

static long line_number(const char *line, size_t size) {
    static const char mark[] = "\"id\":";
    const char *at = memmem(line, size < 256 ? size : 256, mark, sizeof mark - 1);
    // Answers of a batch may come in any order, but all of one batch come on one line.
    return at ? strtol(at + sizeof mark - 1, NULL, 10) / plan.batch : -1;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(long lines, long errors, double *latency, long latencies, double wall, double cpu) {
    double stopped = now();
    int status = 0;
    struct rusage usage;
    close(to_child);
    if (lines > 0) kill(child, SIGKILL);  // answers are missing: it may never end
    wait4(child, &status, 0, &usage);
    qsort(latency, (size_t)latencies, sizeof(double), ascending);
    double all = (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec
        + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    double p50 = latencies ? latency[latencies / 2] : -1, p99 = latencies ? latency[latencies * 99 / 100] : -1;
    printf("{\"ready_ms\":%.3f,\"cpu_us\":%.3f,\"calls_per_s\":%.1f,\"p50_ms\":%.4f,\"p99_ms\":%.4f,\"rss_kib\":%ld,"
           "\"process_cpu_ms\":%.3f,\"errors\":%ld,\"missing\":%ld,\"exit\":%d}\n",
           (ready - spawned) * 1e3, cpu / (double)plan.calls * 1e6, (double)plan.calls / (stopped - wall), p50 * 1e3,
           p99 * 1e3, usage.ru_maxrss, all * 1e3, errors, lines * plan.batch,
           WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static void drive(void) {
    long lines = (plan.calls + plan.warm) / plan.batch, warm = plan.warm / plan.batch;
    double *arrival = malloc(sizeof(double) * (size_t)lines), *latency = malloc(sizeof(double) * (size_t)lines);
    if (!arrival || !latency) die("out of memory");
    long sent = 0, done = 0, errors = 0, latencies = 0;
    double wall = spawned, cpu = 0;
    while (done < lines) {
        while (sent < lines && sent - done < plan.window) {
            arrival[sent] = now();
            request(sent++);
        }
        size_t searched = input_size, begin = 0;
        if (!receive()) break;
        double arrived = now();
        char *end;
        while ((end = memchr(input + searched, '\n', input_size - searched))) {
            const char *line = input + begin;
            size_t size = (size_t)(end - line);
            begin = searched = (size_t)(end - input) + 1;
            if (ready < 0) ready = arrived;
            errors += plan.batch - good_answers(line, size);
            long number = line_number(line, size);
            if (number >= warm && number < lines) latency[latencies++] = arrived - arrival[number];
            if (++done == warm) {
                wall = arrived;
                cpu = child_cpu();
            }
        }
        input_size -= begin;
        memmove(input, input + begin, input_size);
    }
    report(lines - done, errors, latency, latencies, wall, child_cpu() - cpu);
}

static void run_plain(void) {
    struct rusage usage;
    int status = 0;
    while (receive())
        if (ready < 0) ready = now();
    if (now() >= spawned + plan.limit) kill(child, SIGKILL);
    wait4(child, &status, 0, &usage);
    char *end = input_size ? memchr(input, '\n', input_size) : NULL;
    double all = (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec
        + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    printf("{\"ready_ms\":%.3f,\"rss_kib\":%ld,\"process_cpu_ms\":%.3f,\"missing\":%d,\"exit\":%d,\"figures\":%.*s}\n",
           (ready - spawned) * 1e3, usage.ru_maxrss, all * 1e3, end == NULL,
           WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), end ? (int)(end - input) : 2,
           end ? input : "{}");
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    if (argc > 4 && strcmp(argv[1], "plain") == 0 && strcmp(argv[3], "--") == 0) {
        plan.limit = atof(argv[2]);
        start(argv + 4, 0);
        run_plain();
        return 0;
    }
    if (argc < 10 || strcmp(argv[8], "--") != 0) return fputs("host: see the top of host.c\n", stderr), 64;
    plan.calls = atol(argv[1]);
    plan.warm = atol(argv[2]);
    plan.window = atol(argv[3]);
    plan.batch = atol(argv[4]);
    plan.bytes = atol(argv[5]);
    read_members(argv[6]);
    plan.limit = atof(argv[7]);
    if (plan.calls < 1 || plan.window < 1 || plan.batch < 1) die("counts must be positive");
    start(argv + 9, 1);
    drive();
    return 0;
}
