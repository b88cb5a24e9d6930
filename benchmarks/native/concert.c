/* The inner loop of regimesim for prudent states, laid out the same way: lanes last, short loops over them.
 * Arrays are those of regimesim.core.world, of shapes [n][n][lanes], [n][lanes] and [lanes]. It decides, acts,
 * sees, counts, pays and learns, with the same random numbers and the same arithmetic in the same order. */
#include "philox.h"
#include <math.h>
#include <string.h>

typedef struct {
    /* World */
    double *norm, *trust, *payoff;
    int8_t *intend, *action, *seen;
    /* Game */
    const double *gain, *loss, *u_dc, *u_cd, *u_dd, *patience, *alarm, *law;
    int8_t *against;
    const double *reward, *punishment, *hit, *restraint, *temperature, *tremble, *learning, *discount, *fade;
    /* Tally */
    int32_t *cooperating, *disputes, *false_alarms, *misses, *exploitations, *dealt, *restrained;
    int32_t *against_count;
    int8_t *disputed;
    double *error, *trust_sum, *welfare, *weight, *present;
} Block;

static inline double exponential(double x)
{
    const double round = 6755399441055744.0;
    x = x < -700.0 ? -700.0 : x;
    x = x > 700.0 ? 700.0 : x;
    double shifted = x * 1.4426950408889634 + round, k = shifted - round;
    double r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
    double p = 1.0 / 6227020800.0;
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    int64_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (int64_t)((uint64_t)(bits + 1023) << 52);
    double power;
    memcpy(&power, &bits, sizeof power);
    return p * power;
}

static void decide(const Block *b, size_t side, size_t state, const uint32_t *restrict words, int lanes)
{
    const double *restrict trust = b->trust + side, *restrict u_dc = b->u_dc + side;
    const double *restrict u_cd = b->u_cd + side, *restrict u_dd = b->u_dd + side;
    const double *restrict worth = b->patience + side, *restrict law = b->law + state;
    const double *restrict norm = b->norm + state, *restrict reward = b->reward;
    const double *restrict restraint = b->restraint, *restrict temperature = b->temperature;
    int8_t *restrict intend = b->intend + side, *restrict against = b->against + side;
    for (int lane = 0; lane < lanes; lane++) {
        double v_c = trust[lane] * reward[lane] + (1.0 - trust[lane]) * u_cd[lane];
        double v_d = trust[lane] * u_dc[lane] + (1.0 - trust[lane]) * u_dd[lane];
        double stake = v_c - u_dd[lane], future = worth[lane] * (stake > 0.0 ? stake : 0.0);
        double margin = (v_c - v_d) + future + law[lane] + restraint[lane] * norm[lane];
        double p = 1.0 / (1.0 + exponential(-(margin / temperature[lane])));
        intend[lane] = unit(words[lane]) < p;
        against[lane] = v_d > v_c;
    }
}

static void act_and_observe(const Block *b, size_t ij, size_t ji, const uint32_t *restrict words, int lanes)
{
    const double *restrict tremble = b->tremble, *restrict hit = b->hit, *restrict alarm = b->alarm + ij;
    const int8_t *restrict intend_ij = b->intend + ij, *restrict intend_ji = b->intend + ji;
    int8_t *restrict own = b->action + ij, *restrict other = b->action + ji;
    int8_t *restrict seen_ij = b->seen + ij, *restrict seen_ji = b->seen + ji;
    for (int lane = 0; lane < lanes; lane++) {
        own[lane] = intend_ij[lane] ^ (unit(words[lane]) < tremble[lane]);
        other[lane] = intend_ji[lane] ^ (unit(words[lanes + lane]) < tremble[lane]);
    }
    for (int lane = 0; lane < lanes; lane++) {
        double a = alarm[lane], h = hit[lane];
        seen_ij[lane] = unit(words[2 * lanes + lane]) >= (other[lane] ? a : h);
        seen_ji[lane] = unit(words[3 * lanes + lane]) >= (own[lane] ? a : h);
    }
}

static void count(const Block *b, size_t ij, size_t ji, int t, int lanes)
{
    const int8_t *restrict own = b->action + ij, *restrict other = b->action + ji;
    const int8_t *restrict seen_ij = b->seen + ij, *restrict seen_ji = b->seen + ji;
    const int8_t *restrict against_ij = b->against + ij, *restrict against_ji = b->against + ji;
    const double *restrict trust_ij = b->trust + ij, *restrict trust_ji = b->trust + ji;
    int32_t *restrict cooperating = b->cooperating + (size_t)t * lanes, *restrict disputes = b->disputes;
    int32_t *restrict false_alarms = b->false_alarms, *restrict misses = b->misses;
    int32_t *restrict exploitations = b->exploitations, *restrict dealt = b->dealt;
    int32_t *restrict restrained = b->restrained, *restrict against = b->against_count;
    int8_t *restrict disputed = b->disputed + ij;
    double *restrict error = b->error, *restrict trust_sum = b->trust_sum;
    for (int lane = 0; lane < lanes; lane++) {
        cooperating[lane] += own[lane] & other[lane];
        int8_t now = ((1 - own[lane]) & (1 - seen_ji[lane])) | ((1 - other[lane]) & (1 - seen_ij[lane]));
        disputes[lane] += now & (1 - disputed[lane]);
        disputed[lane] |= now;
    }
    for (int lane = 0; lane < lanes; lane++) {
        trust_sum[lane] = (trust_sum[lane] + trust_ij[lane]) + trust_ji[lane];
        error[lane] = (error[lane] + fabs(trust_ij[lane] - other[lane])) + fabs(trust_ji[lane] - own[lane]);
    }
    for (int lane = 0; lane < lanes; lane++) {
        int32_t d_ij = 1 - own[lane], d_ji = 1 - other[lane];
        dealt[lane] += 2;
        exploitations[lane] += d_ij + d_ji;
        false_alarms[lane] += (other[lane] & (1 - seen_ij[lane])) + (own[lane] & (1 - seen_ji[lane]));
        misses[lane] += (d_ji & seen_ij[lane]) + (d_ij & seen_ji[lane]);
        restrained[lane] += own[lane] + other[lane];
        against[lane] += (own[lane] & against_ij[lane]) + (other[lane] & against_ji[lane]);
    }
}

static void pay(const Block *b, int n, int lanes)
{
    for (int i = 0; i < n; i++) {
        double *restrict payoff = b->payoff + (size_t)i * lanes;
        memset(payoff, 0, (size_t)lanes * sizeof *payoff);
        for (int j = 0; j < n; j++) {
            if (i == j)
                continue;
            size_t ij = ((size_t)i * n + j) * lanes, ji = ((size_t)j * n + i) * lanes;
            const int8_t *restrict own = b->action + ij, *restrict other = b->action + ji;
            const double *restrict gain = b->gain + ij, *restrict loss = b->loss + ij;
            const double *restrict reward = b->reward, *restrict punishment = b->punishment;
            for (int lane = 0; lane < lanes; lane++) {
                double r = reward[lane], p = punishment[lane], g = gain[lane], l = loss[lane];
                payoff[lane] += own[lane] ? (other[lane] ? r : l) : (other[lane] ? g : p);
            }
        }
    }
}

static void learn(const Block *b, size_t ij, size_t ji, int lanes)
{
    double *restrict trust_ij = b->trust + ij, *restrict trust_ji = b->trust + ji;
    const int8_t *restrict seen_ij = b->seen + ij, *restrict seen_ji = b->seen + ji;
    const double *restrict learning = b->learning;
    for (int lane = 0; lane < lanes; lane++) {
        trust_ij[lane] += learning[lane] * (seen_ij[lane] - trust_ij[lane]);
        trust_ji[lane] += learning[lane] * (seen_ji[lane] - trust_ji[lane]);
    }
}

void play(const Block *b, int n, int lanes, int first, int last, int rounds_per_year, const uint32_t *keys,
          const uint32_t *replicate, uint32_t *words)
{
    for (int t = first; t < last; t++) {
        if (t > 0 && t % rounds_per_year == 0)
            memset(b->disputed, 0, (size_t)n * n * lanes);
        for (int k = 0; k < n; k++)
            for (int lane = 0; lane < lanes; lane++)
                b->norm[(size_t)k * lanes + lane] *= b->fade[lane];
        for (int i = 0; i < n; i++)
            for (int j = i + 1; j < n; j++) {
                size_t ij = ((size_t)i * n + j) * lanes, ji = ((size_t)j * n + i) * lanes;
                fill_words(words, keys, replicate, t, 1, (uint32_t)i << 16 | j, lanes);
                decide(b, ij, (size_t)i * lanes, words, lanes);
                decide(b, ji, (size_t)j * lanes, words + lanes, lanes);
            }
        for (int i = 0; i < n; i++)
            for (int j = i + 1; j < n; j++) {
                size_t ij = ((size_t)i * n + j) * lanes, ji = ((size_t)j * n + i) * lanes;
                fill_words(words, keys, replicate, t, 0, (uint32_t)i << 16 | j, lanes);
                act_and_observe(b, ij, ji, words, lanes);
                count(b, ij, ji, t, lanes);
            }
        pay(b, n, lanes);
        for (int i = 0; i < n; i++)
            for (int j = i + 1; j < n; j++)
                learn(b, ((size_t)i * n + j) * lanes, ((size_t)j * n + i) * lanes, lanes);
        for (int lane = 0; lane < lanes; lane++) {
            double total = 0.0;
            for (int i = 0; i < n; i++)
                total += b->payoff[(size_t)i * lanes + lane];
            b->welfare[lane] += b->present[lane] * (total / n);
            b->weight[lane] += b->present[lane];
            b->present[lane] *= b->discount[lane];
        }
    }
}
