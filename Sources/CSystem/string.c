#include "CSystem.h"

#ifdef __x86_64__
#include <immintrin.h>
#include <stdint.h>
#if __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>
#endif

// The characters behind a backslash that are not a backslash: those that end a run of an odd number of them. A run's
// end is where adding its first bit carries to, and whether that is an odd way off shows in which half the first bit
// was; so "Parsing Gigabytes of JSON per Second" (Langdale and Lemire, 2019), section 3.1.1.
static inline uint64_t escaped_by(uint64_t backslashes) {
    const uint64_t even = 0x5555555555555555;
    uint64_t first = backslashes & ~(backslashes << 1);
    uint64_t behind_even = (backslashes + (first & even)) & ~backslashes;
    uint64_t behind_odd = (backslashes + (first & ~even)) & ~backslashes;
    return (behind_even & ~even) | (behind_odd & even);
}

// What a byte is, one bit each, found by its upper and its lower half: a bit counts where both halves have it.
enum {
    quote_or_slash = 1,  // 2: "/
    backslash = 2,       // 5: the backslash
    b_f_n = 4,           // 6
    r_t = 8,             // 7
    whole_escape = quote_or_slash | backslash | b_f_n | r_t,
    decimal_digit = 16,  // 3: 0 to 9
    hex_letter = 32,     // 4, 6: A to F, a to f
    hex_digit = decimal_digit | hex_letter,
    u = 64,              // 7
    stop = 128,          // 0, 1: control characters; 8 to 15: above 127
};

static const unsigned char upper_halves[16] = {
    stop, stop, quote_or_slash, decimal_digit, hex_letter, backslash, b_f_n | hex_letter, r_t | u,
    stop, stop, stop, stop, stop, stop, stop, stop,
};
static const unsigned char lower_halves[16] = {
    stop | decimal_digit,
    stop | decimal_digit | hex_letter,
    stop | decimal_digit | hex_letter | quote_or_slash | b_f_n | r_t,
    stop | decimal_digit | hex_letter,
    stop | decimal_digit | hex_letter | r_t,
    stop | decimal_digit | hex_letter | u,
    stop | decimal_digit | hex_letter | b_f_n,
    stop | decimal_digit,
    stop | decimal_digit,
    stop | decimal_digit,
    stop,
    stop,
    stop | backslash,
    stop,
    stop | b_f_n,
    stop | quote_or_slash,
};

// For 1 to 64.
static inline uint64_t first_bits(int count) { return ~0ull >> (64 - count); }

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline uint64_t top_bits(__m256i first, __m256i second) {
    return (uint32_t)_mm256_movemask_epi8(first) | (uint64_t)(uint32_t)_mm256_movemask_epi8(second) << 32;
}

AVX2 static inline uint64_t places_of(char byte, __m256i first, __m256i second) {
    __m256i wanted = _mm256_set1_epi8(byte);
    return top_bits(_mm256_cmpeq_epi8(first, wanted), _mm256_cmpeq_epi8(second, wanted));
}

AVX2 static inline uint64_t places_with(char bits, __m256i first, __m256i second) {
    __m256i wanted = _mm256_set1_epi8(bits), none = _mm256_setzero_si256();
    return top_bits(
        _mm256_cmpgt_epi8(_mm256_and_si256(first, wanted), none),
        _mm256_cmpgt_epi8(_mm256_and_si256(second, wanted), none));
}

AVX2 static inline __m256i kinds_of(__m256i bytes) {
    const __m256i half = _mm256_set1_epi8(15);
    const __m256i upper = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)upper_halves));
    const __m256i lower = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)lower_halves));
    return _mm256_and_si256(
        _mm256_shuffle_epi8(upper, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half)),
        _mm256_shuffle_epi8(lower, _mm256_and_si256(bytes, half)));
}

AVX2 static ssize_t pass_string(const unsigned char *start, const unsigned char *end, int *has_escapes) {
    const unsigned char *at = start;
    while (end - at >= 64) {
        __m256i first = _mm256_loadu_si256((const __m256i *)at), second = _mm256_loadu_si256((const __m256i *)(at + 32));
        __m256i first_kinds = kinds_of(first), second_kinds = kinds_of(second);
        uint64_t backslashes = places_of('\\', first, second);
        uint64_t stops = top_bits(first_kinds, second_kinds), quotes = places_of('"', first, second);
        int length = 64;
        if (!backslashes) {
            stops |= quotes;
        } else {
            // What is not whole in this step goes into the next: a run of backslashes at its end, and the last \u.
            if (backslashes == ~0ull) break;
            if (backslashes >> 63) length = 64 - __builtin_clzll(~backslashes);
            uint64_t escaped = escaped_by(backslashes & first_bits(length));
            uint64_t digits = places_with(hex_digit, first_kinds, second_kinds);
            uint64_t long_escapes = escaped & places_with(u, first_kinds, second_kinds);
            uint64_t late = long_escapes & 0xfull << 60;
            if (late) length = __builtin_ctzll(late) - 1;
            uint64_t good = places_with(whole_escape, first_kinds, second_kinds)
                | (long_escapes & digits >> 1 & digits >> 2 & digits >> 3 & digits >> 4);
            stops |= (quotes & ~escaped) | (escaped & ~good) >> 1;
            stops &= first_bits(length);
            backslashes &= first_bits(length);
        }
        if (stops) {
            int place = __builtin_ctzll(stops);
            if (backslashes & ((1ull << place) - 1)) *has_escapes = 1;
            return at + place - start;
        }
        if (backslashes) *has_escapes = 1;
        at += length;
    }
    return at - start;
}

// glibc has asked the processor already; asking again costs microseconds in a virtual machine, at each start.
static inline int has_avx2(void) {
#ifdef CPU_FEATURE_ACTIVE
    return CPU_FEATURE_ACTIVE(AVX2);
#else
    return __builtin_cpu_supports("avx2");
#endif
}

ssize_t rpc_pass_string(const unsigned char *start, const unsigned char *end, int *has_escapes) {
    return end - start >= 64 && has_avx2() ? pass_string(start, end, has_escapes) : 0;
}
#else
ssize_t rpc_pass_string(const unsigned char *start, const unsigned char *end, int *has_escapes) {
    (void)start;
    (void)end;
    (void)has_escapes;
    return 0;
}
#endif
