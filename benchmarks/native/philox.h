/* Philox4x32-10 (Salmon et al. 2011), addressed as regimesim/core/draws.py says. */
#include <stdint.h>

#define M0 0xD2511F53u
#define M1 0xCD9E8D57u

static inline void philox(uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, const uint32_t *restrict keys,
                          uint32_t *w0, uint32_t *w1, uint32_t *w2, uint32_t *w3)
{
    #pragma GCC unroll 10
    for (int r = 0; r < 10; r++) {
        uint64_t a = (uint64_t)M0 * c0, b = (uint64_t)M1 * c2;
        c0 = (uint32_t)(b >> 32) ^ c1 ^ keys[2 * r];
        c2 = (uint32_t)(a >> 32) ^ c3 ^ keys[2 * r + 1];
        c1 = (uint32_t)b;
        c3 = (uint32_t)a;
    }
    *w0 = c0, *w1 = c1, *w2 = c2, *w3 = c3;
}

/* The four words of a pair's block, for every lane: words[4][lanes]. keys[10][2] are the round keys. */
static inline void fill_words(uint32_t *restrict words, const uint32_t *restrict keys,
                              const uint32_t *restrict replicate, uint32_t t, uint32_t block, uint32_t pair,
                              int lanes)
{
    for (int lane = 0; lane < lanes; lane++)
        philox(t, block, pair, replicate[lane], keys, words + lane, words + lanes + lane,
               words + 2 * lanes + lane, words + 3 * lanes + lane);
}

static inline double unit(uint32_t word) { return ((double)word + 0.5) * 0x1p-32; }
