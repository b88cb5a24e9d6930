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
    const double *gain, *loss, *u_dc, *u_cd, *u_dd, *patience, *law;
    const uint32_t *alarm_limit, *hit_limit, *tremble_limit;
    const int8_t *certain;
    int8_t *against;
    const double *reward, *punishment, *restraint, *temperature, *learning, *discount, *fade;
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

/* Six bits: is i's intention flipped, and j's; does i take restraint for exploitation, does it catch
 * exploitation; the same of j. */
static void draw_chances(const Block *b, size_t ij, const uint32_t *restrict keys,
                         const uint32_t *restrict replicate, uint32_t t, uint32_t pair, int8_t *restrict chances,
                         int lanes)
{
    const uint32_t *restrict tremble = b->tremble_limit, *restrict hit = b->hit_limit;
    const uint32_t *restrict alarm = b->alarm_limit + ij;
    const int8_t *restrict certain = b->certain + ij;
    for (int lane = 0; lane < lanes; lane++) {
        uint32_t w0, w1, w2, w3;
        philox(t, 0, pair, replicate[lane], keys, &w0, &w1, &w2, &w3);
        chances[lane] = certain[lane] | (w0 < tremble[lane]) | (w1 < tremble[lane]) << 1
            | (w2 < alarm[lane]) << 2 | (w2 < hit[lane]) << 3 | (w3 < alarm[lane]) << 4 | (w3 < hit[lane]) << 5;
    }
}

static void act_and_observe(const Block *b, size_t ij, size_t ji, const int8_t *restrict chances, int lanes)
{
    const int8_t *restrict intend_ij = b->intend + ij, *restrict intend_ji = b->intend + ji;
    int8_t *restrict action_ij = b->action + ij, *restrict action_ji = b->action + ji;
    int8_t *restrict seen_ij = b->seen + ij, *restrict seen_ji = b->seen + ji;
    for (int lane = 0; lane < lanes; lane++) {
        int8_t bits = chances[lane];
        int8_t own = intend_ij[lane] ^ (bits & 1), other = intend_ji[lane] ^ (bits >> 1 & 1);
        action_ij[lane] = own;
        action_ji[lane] = other;
        seen_ij[lane] = 1 - ((other ? bits >> 2 : bits >> 3) & 1);
        seen_ji[lane] = 1 - ((own ? bits >> 4 : bits >> 5) & 1);
    }
}

static void count(const Block *b, size_t ij, size_t ji, int t, int lanes)
{
    const int8_t *restrict own = b->action + ij, *restrict other = b->action + ji;
    const int8_t *restrict seen_ij = b->seen + ij, *restrict seen_ji = b->seen + ji;
    const int8_t *restrict against_ij = b->against + ij, *restrict against_ji = b->against + ji;
    const double *restrict trust_ij = b->trust + ij, *restrict trust_ji = b->trust + ji;
    int32_t *restrict cooperating = b->cooperating + (size_t)t * lanes;
    int32_t *restrict false_alarms = b->false_alarms, *restrict misses = b->misses;
    int32_t *restrict exploitations = b->exploitations, *restrict dealt = b->dealt;
    int32_t *restrict restrained = b->restrained, *restrict against = b->against_count;
    int8_t *restrict disputed = b->disputed + ij;
    double *restrict error = b->error, *restrict trust_sum = b->trust_sum;
    for (int lane = 0; lane < lanes; lane++) {
        cooperating[lane] += own[lane] & other[lane];
        disputed[lane] |= ((1 - own[lane]) & (1 - seen_ji[lane])) | ((1 - other[lane]) & (1 - seen_ij[lane]));
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

static void pay(const Block *b, size_t i, size_t j, size_t ij, size_t ji, int lanes)
{
    double *restrict payoff_i = b->payoff + i, *restrict payoff_j = b->payoff + j;
    const int8_t *restrict own = b->action + ij, *restrict other = b->action + ji;
    const double *restrict gain_ij = b->gain + ij, *restrict gain_ji = b->gain + ji;
    const double *restrict loss_ij = b->loss + ij, *restrict loss_ji = b->loss + ji;
    const double *restrict reward = b->reward, *restrict punishment = b->punishment;
    for (int lane = 0; lane < lanes; lane++) {
        double r = reward[lane], p = punishment[lane];
        double g_i = gain_ij[lane], g_j = gain_ji[lane], l_i = loss_ij[lane], l_j = loss_ji[lane];
        payoff_i[lane] += own[lane] ? (other[lane] ? r : l_i) : (other[lane] ? g_i : p);
        payoff_j[lane] += other[lane] ? (own[lane] ? r : l_j) : (own[lane] ? g_j : p);
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

static void end_year(const Block *b, int n, int lanes)
{
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++) {
            int8_t *restrict disputed = b->disputed + ((size_t)i * n + j) * lanes;
            for (int lane = 0; lane < lanes; lane++) {
                b->disputes[lane] += disputed[lane];
                disputed[lane] = 0;
            }
        }
}

void play(const Block *b, int n, int lanes, int first, int last, int rounds_per_year, const uint32_t *keys,
          const uint32_t *replicate, uint32_t *words, int8_t *chances)
{
    for (int t = first; t < last; t++) {
        for (int k = 0; k < n; k++)
            for (int lane = 0; lane < lanes; lane++)
                b->norm[(size_t)k * lanes + lane] *= b->fade[lane];
        memset(b->payoff, 0, (size_t)n * lanes * sizeof *b->payoff);
        for (int i = 0; i < n; i++)
            for (int j = i + 1; j < n; j++) {
                size_t ij = ((size_t)i * n + j) * lanes, ji = ((size_t)j * n + i) * lanes;
                uint32_t pair = (uint32_t)i << 16 | j;
                fill_words(words, keys, replicate, t, 1, pair, lanes);
                decide(b, ij, (size_t)i * lanes, words, lanes);
                decide(b, ji, (size_t)j * lanes, words + lanes, lanes);
                draw_chances(b, ij, keys, replicate, t, pair, chances, lanes);
                act_and_observe(b, ij, ji, chances, lanes);
                count(b, ij, ji, t, lanes);
                learn(b, ij, ji, lanes);
                pay(b, (size_t)i * lanes, (size_t)j * lanes, ij, ji, lanes);
            }
        for (int lane = 0; lane < lanes; lane++) {
            double total = 0.0;
            for (int i = 0; i < n; i++)
                total += b->payoff[(size_t)i * lanes + lane];
            b->welfare[lane] += b->present[lane] * (total / n);
            b->weight[lane] += b->present[lane];
            b->present[lane] *= b->discount[lane];
        }
        if ((t + 1) % rounds_per_year == 0)
            end_year(b, n, lanes);
    }
}
