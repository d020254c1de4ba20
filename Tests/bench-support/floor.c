// The floor: what libcurl itself costs. A bare curl_multi_perform loop that fetches one URL again and again and throws
// the bodies away. It reads no input, checks nothing and writes one line of figures at the end.
//
//   floor CALLS WARM_UP IN_FLIGHT CONNECTIONS URL [CA_FILE|-] [1.1|2]
//
// IN_FLIGHT requests are always outstanding; those for which there is no free transfer wait in a queue, as they do in
// any client with a bounded pool. The first WARM_UP calls are not in the figures.
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static double seconds(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t received;

static size_t take(char *bytes, size_t size, size_t count, void *context) {
    (void)bytes;
    (void)context;
    received += size * count;
    return size * count;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static CURL *transfer(char **argv, int argc, struct curl_slist *headers) {
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, argv[5]);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
    if (argc > 6 && strcmp(argv[6], "-") != 0) curl_easy_setopt(easy, CURLOPT_CAINFO, argv[6]);
    if (argc > 7 && strcmp(argv[7], "2") == 0) {
        curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
        curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    } else {
        curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    }
    return easy;
}

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "--version") == 0) return puts(curl_version()) < 0;
    if (argc < 6) return fputs("floor CALLS WARM_UP IN_FLIGHT CONNECTIONS URL [CA_FILE|-] [1.1|2]\n", stderr), 64;
    long calls = atol(argv[1]), warm = atol(argv[2]), window = atol(argv[3]), connections = atol(argv[4]);
    int is_http2 = argc > 7 && strcmp(argv[7], "2") == 0;
    // One transfer per connection; over HTTP/2 they share them.
    long transfers = is_http2 || window < connections ? window : connections;
    long total = calls + warm, sent = 0, done = 0, failed = 0;

    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM *multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, connections);
    struct curl_slist *headers = curl_slist_append(NULL, "Authorization: Bearer token");
    headers = curl_slist_append(headers, "Accept: application/json");

    double *latency = malloc(sizeof(double) * (size_t)total);
    double *arrival = malloc(sizeof(double) * (size_t)(total + window));  // by number of the call, in order
    double wall = seconds(CLOCK_MONOTONIC), cpu = 0;
    for (long i = 0; i < window; i++) arrival[i] = wall;
    long arrived = window;
    for (; sent < transfers && sent < total; sent++) {
        CURL *easy = transfer(argv, argc, headers);
        curl_easy_setopt(easy, CURLOPT_PRIVATE, (void *)&arrival[sent]);
        curl_multi_add_handle(multi, easy);
    }
    while (done < total) {
        int running, left;
        CURLMsg *message;
        curl_multi_perform(multi, &running);
        while ((message = curl_multi_info_read(multi, &left))) {
            if (message->msg != CURLMSG_DONE) continue;
            CURL *easy = message->easy_handle;
            if (message->data.result != CURLE_OK && failed++ == 0)
                fprintf(stderr, "floor: %s\n", curl_easy_strerror(message->data.result));
            double now = seconds(CLOCK_MONOTONIC), *since = NULL;
            curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&since);
            latency[done++] = now - *since;
            arrival[arrived++] = now;
            curl_multi_remove_handle(multi, easy);
            if (sent < total) {
                curl_easy_setopt(easy, CURLOPT_PRIVATE, (void *)&arrival[sent++]);
                curl_multi_add_handle(multi, easy);
            } else {
                curl_easy_cleanup(easy);
            }
            if (done == warm) {
                wall = now;
                cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
            }
        }
        if (done < total) curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    wall = seconds(CLOCK_MONOTONIC) - wall;
    qsort(latency + warm, (size_t)calls, sizeof(double), ascending);
    printf("{\"cpu_us\":%.3f,\"calls_per_s\":%.1f,\"p50_ms\":%.4f,\"p99_ms\":%.4f,\"errors\":%ld,\"bytes\":%zu}\n",
           cpu / (double)calls * 1e6, (double)calls / wall, latency[warm + calls / 2] * 1e3,
           latency[warm + calls * 99 / 100] * 1e3, failed, received);
    fflush(stdout);
    curl_multi_cleanup(multi);
    curl_slist_free_all(headers);
    return failed > 0;
}
