/* Tit for tat with flipped actions: the same game with the same random numbers as regimesim, and nothing
 * else (no trust, no payoffs, no disputes). Two programs: a loop over lanes that the compiler may vectorise,
 * and one vectorised by hand. Both count, lane by lane, in how many pairs and rounds both sides cooperated. */
#include "philox.h"
#include <string.h>

#define MOST 64 /* states */

/* flip: a word below it flips an action. action[n][n][lanes] is room for the last actions. */
void play_plain(int n, int rounds, int lanes, const uint32_t *keys, const uint32_t *replicate, uint32_t flip,
                uint32_t *words, int8_t *action, int32_t *cooperating)
{
    memset(action, 1, (size_t)n * n * lanes);
    for (int t = 0; t < rounds; t++)
        for (int i = 0; i < n; i++)
            for (int j = i + 1; j < n; j++) {
                int8_t *restrict own = action + ((size_t)i * n + j) * lanes;
                int8_t *restrict other = action + ((size_t)j * n + i) * lanes;
                fill_words(words, keys, replicate, t, 0, (uint32_t)i << 16 | j, lanes, lanes);
                for (int lane = 0; lane < lanes; lane++) {
                    int8_t next_own = other[lane] ^ (words[lane] < flip);
                    int8_t next_other = own[lane] ^ (words[lanes + lane] < flip);
                    own[lane] = next_own;
                    other[lane] = next_other;
                    cooperating[lane] += next_own & next_other;
                }
            }
}

#if defined(__AVX2__)
/* Word w lies below flip, as a mask: unsigned comparison by way of the signed one. */
static inline __m256i below(__m256i w, __m256i flip)
{
    const __m256i sign = _mm256_set1_epi32((int)0x80000000u);
    return _mm256_cmpgt_epi32(_mm256_xor_si256(flip, sign), _mm256_xor_si256(w, sign));
}

/* lanes: a multiple of 8. Lanes go by in the outer loop: everything stays in registers but the actions. */
void play_by_hand(int n, int rounds, int lanes, const uint32_t *keys, const uint32_t *replicate,
                  uint32_t flip, uint32_t *words, int8_t *action, int32_t *cooperating)
{
    const __m256i limit = _mm256_set1_epi32((int)flip);
    __m256i own[MOST * MOST / 2], other[MOST * MOST / 2];
    (void)words, (void)action;
    for (int lane = 0; lane < lanes; lane += 8) {
        __m256i who = _mm256_loadu_si256((const __m256i *)(replicate + lane)), count = _mm256_setzero_si256();
        for (int p = 0; p < n * (n - 1) / 2; p++)
            own[p] = other[p] = _mm256_set1_epi32(-1);
        for (int t = 0; t < rounds; t++) {
            int p = 0;
            for (int i = 0; i < n; i++)
                for (int j = i + 1; j < n; j++, p++) {
                    __m256i c[4];
                    philox_eight(t, 0, (uint32_t)i << 16 | j, who, keys, c);
                    __m256i next_own = _mm256_xor_si256(other[p], below(c[0], limit));
                    __m256i next_other = _mm256_xor_si256(own[p], below(c[1], limit));
                    own[p] = next_own;
                    other[p] = next_other;
                    count = _mm256_sub_epi32(count, _mm256_and_si256(next_own, next_other));
                }
        }
        _mm256_storeu_si256((__m256i *)(cooperating + lane),
                            _mm256_add_epi32(_mm256_loadu_si256((__m256i *)(cooperating + lane)), count));
    }
}
#endif
