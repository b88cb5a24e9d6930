/* Philox4x32-10 (Salmon et al. 2011), addressed as regimesim/core/draws.py says. */
#include <stdint.h>
#if defined(__AVX2__)
#include <immintrin.h>
#endif

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

#if defined(__AVX2__)
/* Eight lanes a register; the products of the even and of the odd four stand side by side. */
static inline __m256i multiply(__m256i x, __m256i m, __m256i *low)
{
    __m256i even = _mm256_mul_epu32(x, m), odd = _mm256_mul_epu32(_mm256_srli_epi64(x, 32), m);
    *low = _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xAA);
    return _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xAA);
}

/* The four words of eight lanes, of which who has the replicates: c[4]. */
static inline void philox_eight(uint32_t t, uint32_t block, uint32_t pair, __m256i who,
                                const uint32_t *restrict keys, __m256i *restrict c)
{
    const __m256i m0 = _mm256_set1_epi32((int)M0), m1 = _mm256_set1_epi32((int)M1);
    __m256i c0 = _mm256_set1_epi32((int)t), c1 = _mm256_set1_epi32((int)block), low0, low1;
    __m256i c2 = _mm256_set1_epi32((int)pair), c3 = who;
    #pragma GCC unroll 10
    for (int r = 0; r < 10; r++) {
        __m256i high0 = multiply(c0, m0, &low0), high1 = multiply(c2, m1, &low1);
        c0 = _mm256_xor_si256(_mm256_xor_si256(high1, c1), _mm256_set1_epi32((int)keys[2 * r]));
        c2 = _mm256_xor_si256(_mm256_xor_si256(high0, c3), _mm256_set1_epi32((int)keys[2 * r + 1]));
        c1 = low1;
        c3 = low0;
    }
    c[0] = c0, c[1] = c1, c[2] = c2, c[3] = c3;
}
#endif

/* The four words of a pair's block, for every lane, as the compiler makes of it: words[4][stride]. keys[10][2]
 * are the round keys. */
static inline void fill_words(uint32_t *restrict words, const uint32_t *restrict keys,
                              const uint32_t *restrict replicate, uint32_t t, uint32_t block, uint32_t pair,
                              int lanes, int stride)
{
    for (int lane = 0; lane < lanes; lane++)
        philox(t, block, pair, replicate[lane], keys, words + lane, words + stride + lane,
               words + 2 * stride + lane, words + 3 * stride + lane);
}

/* The same in registers of eight lanes, where the processor has them; as many lanes as there are, and up to
 * seven more. */
static inline void fill_words_by_hand(uint32_t *restrict words, const uint32_t *restrict keys,
                                      const uint32_t *restrict replicate, uint32_t t, uint32_t block,
                                      uint32_t pair, int lanes, int stride)
{
#if defined(__AVX2__)
    for (int lane = 0; lane < lanes; lane += 8) {
        __m256i c[4];
        philox_eight(t, block, pair, _mm256_loadu_si256((const __m256i *)(replicate + lane)), keys, c);
        for (int k = 0; k < 4; k++)
            _mm256_storeu_si256((__m256i *)(words + k * stride + lane), c[k]);
    }
#else
    fill_words(words, keys, replicate, t, block, pair, lanes, stride);
#endif
}

static inline double unit(uint32_t word) { return ((double)word + 0.5) * 0x1p-32; }
