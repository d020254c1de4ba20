#include "CSystem.h"

#ifdef __x86_64__
#include <immintrin.h>
#include <stdatomic.h>
#include <stdint.h>
#if __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>
#endif

// The characters that a backslash escapes: those after a run of an odd number of backslashes. Adding a run's first bit
// carries to the run's end. Whether the distance is odd follows from the half that the first bit was in; see "Parsing
// Gigabytes of JSON per Second" (Langdale and Lemire, 2019), section 3.1.1.
static inline uint64_t escaped_by(uint64_t backslashes) {
    const uint64_t even = 0x5555555555555555;
    uint64_t first = backslashes & ~(backslashes << 1);
    uint64_t behind_even = (backslashes + (first & even)) & ~backslashes;
    uint64_t behind_odd = (backslashes + (first & ~even)) & ~backslashes;
    return (behind_even & ~even) | (behind_odd & even);
}

// The classes of a byte, one bit each. Tables for its upper and its lower half have them; a bit counts if both halves
// have it.
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
};

static const unsigned char upper_halves[16] = {
    0, 0, quote_or_slash, decimal_digit, hex_letter, backslash, b_f_n | hex_letter, r_t | u,
};
static const unsigned char lower_halves[16] = {
    decimal_digit,
    decimal_digit | hex_letter,
    decimal_digit | hex_letter | quote_or_slash | b_f_n | r_t,
    decimal_digit | hex_letter,
    decimal_digit | hex_letter | r_t,
    decimal_digit | hex_letter | u,
    decimal_digit | hex_letter | b_f_n,
    decimal_digit,
    decimal_digit,
    decimal_digit,
    0,
    0,
    backslash,
    0,
    b_f_n,
    quote_or_slash,
};

// `count` is 1 to 64.
static inline uint64_t first_bits(int count) { return ~0ull >> (64 - count); }

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline uint64_t top_bits(__m256i first, __m256i second) {
    return (uint32_t)_mm256_movemask_epi8(first) | (uint64_t)(uint32_t)_mm256_movemask_epi8(second) << 32;
}

AVX2 static inline uint64_t places_of(int byte, __m256i first, __m256i second) {
    __m256i wanted = _mm256_set1_epi8((char)byte);
    return top_bits(_mm256_cmpeq_epi8(first, wanted), _mm256_cmpeq_epi8(second, wanted));
}

AVX2 static inline uint64_t places_with(char bits, __m256i first, __m256i second) {
    __m256i wanted = _mm256_set1_epi8(bits), none = _mm256_setzero_si256();
    return top_bits(
        _mm256_cmpgt_epi8(_mm256_and_si256(first, wanted), none),
        _mm256_cmpgt_epi8(_mm256_and_si256(second, wanted), none));
}

// For bytes above 127; lower ones count as larger.
AVX2 static inline uint64_t places_below(int byte, __m256i first, __m256i second) {
    __m256i limit = _mm256_set1_epi8((char)byte);
    return top_bits(_mm256_cmpgt_epi8(limit, first), _mm256_cmpgt_epi8(limit, second));
}

AVX2 static inline __m256i kinds_of(__m256i bytes) {
    const __m256i half = _mm256_set1_epi8(15);
    const __m256i upper = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)upper_halves));
    const __m256i lower = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)lower_halves));
    return _mm256_and_si256(
        _mm256_shuffle_epi8(upper, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half)),
        _mm256_shuffle_epi8(lower, _mm256_and_si256(bytes, half)));
}

// Whether the bytes above 127, which are at `high`, are well-formed UTF-8 (RFC 3629, section 4). If the last sequence
// continues after the step, sets `length` to where it begins.
AVX2 static inline int is_utf8(uint64_t high, __m256i first, __m256i second, int *length) {
    uint64_t followers = places_below(0xc0, first, second), leads = high & ~followers;
    uint64_t of_three_or_four = leads & ~places_below(0xe0, first, second), of_four = 0;
    uint64_t wrong = leads & places_below(0xc2, first, second);
    if (of_three_or_four) {
        uint64_t before_low = places_below(0xa0, first, second) >> 1;
        wrong |= places_of(0xe0, first, second) & before_low;
        wrong |= places_of(0xed, first, second) & ~before_low;
        of_four = leads & ~places_below(0xf0, first, second);
    }
    if (of_four) {
        uint64_t before_lowest = places_below(0x90, first, second) >> 1;
        wrong |= places_of(0xf0, first, second) & before_lowest;
        wrong |= places_of(0xf4, first, second) & ~before_lowest;
        wrong |= of_four & ~places_below(0xf5, first, second);
    }
    uint64_t misplaced = followers ^ (leads << 1 | of_three_or_four << 2 | of_four << 3);
    uint64_t late = (leads & 1ull << 63) | (of_three_or_four & 3ull << 62) | (of_four & 7ull << 61);
    if (late) *length = __builtin_ctzll(late);
    // The bytes after the last one are not known yet.
    return !(wrong << 1 | misplaced);
}

// How many of the first `length` bytes precede an escape that may continue after them: a run of backslashes at their
// end, or the first \u whose u is among their last four.
__attribute__((noinline)) static int without_last_escape(uint64_t backslashes, int length, const unsigned char *bytes) {
    uint64_t last = backslashes << (64 - length);
    if (last == ~0ull) return 0;
    if (last >> 63) length -= __builtin_clzll(~last);
    if (length == 0) return 0;
    uint64_t escaped = escaped_by(backslashes & first_bits(length)) & ~first_bits(length < 5 ? 1 : length - 4);
    for (; escaped; escaped &= escaped - 1) {
        int place = __builtin_ctzll(escaped);
        if (bytes[place] == 'u') return place - 1;
    }
    return length;
}

AVX2 static ssize_t pass_string(const unsigned char *start, const unsigned char *end, int *has_escapes) {
    const __m256i all_quotes = _mm256_set1_epi8('"'), all_backslashes = _mm256_set1_epi8('\\');
    const __m256i all_spaces = _mm256_set1_epi8(' ');
    const unsigned char *at = start;
    while (end - at >= 64) {
        __m256i first = _mm256_loadu_si256((const __m256i *)at);
        __m256i second = _mm256_loadu_si256((const __m256i *)(at + 32));
        __m256i first_quotes = _mm256_cmpeq_epi8(first, all_quotes);
        __m256i second_quotes = _mm256_cmpeq_epi8(second, all_quotes);
        __m256i first_backslashes = _mm256_cmpeq_epi8(first, all_backslashes);
        __m256i second_backslashes = _mm256_cmpeq_epi8(second, all_backslashes);
        // As signed numbers, the bytes above 127 are below the space, too.
        __m256i first_below = _mm256_cmpgt_epi8(all_spaces, first);
        __m256i second_below = _mm256_cmpgt_epi8(all_spaces, second);
        __m256i first_any = _mm256_or_si256(_mm256_or_si256(first_quotes, first_backslashes), first_below);
        __m256i second_any = _mm256_or_si256(_mm256_or_si256(second_quotes, second_backslashes), second_below);
        if (!_mm256_movemask_epi8(_mm256_or_si256(first_any, second_any))) {
            at += 64;
            continue;
        }
        uint64_t quotes = top_bits(first_quotes, second_quotes);
        uint64_t backslashes = top_bits(first_backslashes, second_backslashes);
        uint64_t high = top_bits(first, second), stops = top_bits(first_below, second_below) & ~high;
        // The next step begins with what this one has only in part. Branches, because most are predicted, so the next
        // step doesn't wait for its position.
        int length = 64;
        if (high && !is_utf8(high, first, second, &length)) stops |= high;
        if (!backslashes) {
            stops |= quotes;
        } else {
            // A \u has its digits in this step, unless the u is among its last four bytes.
            uint32_t us = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(second, _mm256_set1_epi8('u')));
            if (backslashes >> (length - 1) | (backslashes >> 59 & us >> 28)) {
                length = without_last_escape(backslashes, length, at);
                if (length == 0) break;
            }
            uint64_t escaped = escaped_by(backslashes & first_bits(length));
            __m256i first_kinds = kinds_of(first), second_kinds = kinds_of(second);
            uint64_t digits = places_with(hex_digit, first_kinds, second_kinds);
            uint64_t long_escapes = escaped & places_with(u, first_kinds, second_kinds);
            uint64_t good = places_with(whole_escape, first_kinds, second_kinds)
                | (long_escapes & digits >> 1 & digits >> 2 & digits >> 3 & digits >> 4);
            stops |= (quotes & ~escaped) | (escaped & ~good) >> 1;
        }
        stops &= first_bits(length);
        backslashes &= first_bits(length);
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

// glibc has already asked the processor; asking again costs microseconds in a virtual machine, at each start.
static int has_avx2(void) {
#ifdef CPU_FEATURE_ACTIVE
    return CPU_FEATURE_ACTIVE(AVX2);
#else
    return __builtin_cpu_supports("avx2");
#endif
}

ssize_t rpc_pass_string(const unsigned char *start, const unsigned char *end, int *has_escapes) {
    static _Atomic signed char answer;  // 0: not asked yet
    if (end - start < 64) return -1;
    signed char known = atomic_load_explicit(&answer, memory_order_relaxed);
    if (known == 0) {
        known = has_avx2() ? 1 : -1;
        atomic_store_explicit(&answer, known, memory_order_relaxed);
    }
    return known > 0 ? pass_string(start, end, has_escapes) : -1;
}
#else
ssize_t rpc_pass_string(const unsigned char *start, const unsigned char *end, int *has_escapes) {
    (void)start;
    (void)end;
    (void)has_escapes;
    return -1;
}
#endif
