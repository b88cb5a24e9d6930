/* The inner loop of regimesim for prudent states under the rule decentralized, without wars, new leaders and
 * buffers to lose, laid out the same way: lanes last, short loops over them. What the structs name are the arrays
 * of the same names in regimesim.core.world, of shapes [n][n][lanes], [n][lanes] and [lanes], and parameters,
 * [lanes]. States remember, reckon, decide, act, see, accuse, sanction, are paid, learn and are reconciled with
 * the same random numbers and the same arithmetic in the same order. All lanes play one point, so rates are read
 * once. The generator goes eight lanes at a time by hand; all else is left to the compiler. */
#include "philox.h"
#include <math.h>
#include <string.h>

#define LANES _Pragma("GCC ivdep") for (int lane = 0; lane < lanes; lane++)
#define PAIR(array, i, j) ((array) + ((size_t)(i) * n + (j)) * lanes)
#define KIND(array, k, i, j) ((array) + (((size_t)(k) * n + (i)) * n + (j)) * lanes)
#define STATE(array, i) ((array) + (size_t)(i) * lanes)
#define INTEND 1u
#define WAR 2u
#define PURSUE 8u
enum { MISUNDERSTANDING = 1, BREACH = 2, EXCLUSION = 3, STANDS = 1, CLEARED = 2 };
enum { NONE, DECENTRALIZED, CENTRALIZED, COLLECTIVE, BALANCING };
enum { PUBLISH = 1, SANCTION = 12, EXIT = 14, INQUIRY = 18 };
enum { TOTAL, ENFORCING, PLEDGE, FLAT, ALLY, STRENGTH, PUBLIC };

typedef struct {
    double *capability, *norm, *revisionism, *trust, *payoff, *dues, *credibility, *sanction, *sums;
    int32_t *turmoil, *fine, *at_war, *left;
    int8_t *member, *kind, *played, *open, *withheld, *intend, *action, *seen;
    int8_t *accused, *joined, *charge, *accuses, *broke, *quarrel, *due, *talks, *extended;
} World;

typedef struct {
    double *appetite, *gain, *loss, *toll, *law, *alarm, *abroad, *confer, *one, *distrust, *value, *excluded;
    double *forgone;
    double *war_open, *war_estranged, *ending, *paid, *span, *apart, *brings, *pursue, *nothing;
    double *reward, *punishment, *hit, *restraint, *temperature, *coolness, *readiness, *learning, *discount;
    double *waste, *calmed, *intrusion, *shock, *fade, *forget, *socialize, *join, *exposed;
    uint32_t *alarm_limit, *hit_limit;
    int32_t *rounds;
    int8_t *certain, *against, *stale, *rule, *unsettled;
} Game;

typedef struct {
    double *ground, *affinity, *agreement_trust, *publicity;
    double *enforcement_value, *pledge, *cost, *alliance_weight, *balance_weight, *inquiry, *severity, *exit;
    double *credibility_learning;
    int8_t *strategy;
} Setting;

typedef struct {
    int32_t *cooperating, *disputes, *estrangements, *false_breaches, *apart, *false_alarms, *misses;
    int32_t *invoked, *sanctioned, *innocents;
    int32_t *exploitations, *dealt, *restrained, *against, *willing, *pivotal, *pair_onset, *pair_breakdown;
    int8_t *disputed;
    double *error, *trust, *credibility, *spread, *welfare, *weight, *present, *response;
} Tally;

typedef struct {
    uint32_t *keys, *replicate, *words, *some, *chosen;
    uint64_t *packed;
    int8_t *marks, *chances;
    double *margin;
} Luck;

typedef struct {
    const World *world;
    const Game *game;
    const Setting *setting;
    const Tally *tally;
    const Luck *luck;
    int n, lanes, rounds_per_year;
} Block;

static inline double at_least_zero(double x) { return x > 0.0 ? x : 0.0; }

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

/* Marked lanes are listed in luck->some. */
static int list_marked(const Luck *luck, int lanes)
{
    int count = 0;
    for (int first = 0; first < (lanes + 7) / 8; first += 8) {
        int last = first + 8 < (lanes + 7) / 8 ? first + 8 : (lanes + 7) / 8;
        uint64_t any = 0;
        for (int eight = first; eight < last; eight++)
            any |= luck->packed[eight];
        for (int eight = first; any && eight < last; eight++)
            if (luck->packed[eight])
                for (int lane = 8 * eight; lane < 8 * eight + 8; lane++) {
                    luck->some[count] = lane;
                    count += luck->marks[lane] != 0;
                }
    }
    return count;
}

static int any_marked(const int8_t *restrict marks, int lanes)
{
    int8_t found = 0;
    LANES found |= marks[lane];
    return found != 0;
}

static int any_left(const int32_t *restrict left, int lanes)
{
    int32_t found = 0;
    LANES found |= left[lane];
    return found != 0;
}

static void remember(const Block *b)
{
    const int n = b->n, lanes = b->lanes;
    const double *restrict fade = b->game->fade, *restrict socialize = b->game->socialize;
    const double *restrict forget = b->game->forget;
    for (int i = 0; i < n; i++) {
        double *restrict norm = STATE(b->world->norm, i), *restrict grievance = STATE(b->world->revisionism, i);
        const double *restrict ground = STATE(b->setting->ground, i);
        const int8_t *restrict member = STATE(b->world->member, i);
        if (any_left(STATE(b->world->turmoil, i), lanes))
            return; /* nobody is ever in turmoil here */
        LANES {
            double faded = norm[lane] * fade[0];
            norm[lane] = faded + socialize[0] * member[lane] * (1.0 - faded);
        }
        LANES grievance[lane] -= forget[0] * at_least_zero(grievance[lane] - ground[lane]);
    }
}

static void mark(const Block *b, int i, int j)
{
    const int n = b->n, lanes = b->lanes;
    const World *w = b->world;
    const int32_t *restrict at_war = PAIR(w->at_war, i, j);
    const int32_t *restrict left = PAIR(w->left, i, j), *restrict other = PAIR(w->left, j, i);
    const int8_t *restrict strategy_i = STATE(b->setting->strategy, i);
    const int8_t *restrict strategy_j = STATE(b->setting->strategy, j);
    int8_t *restrict played_ij = PAIR(w->played, i, j), *restrict played_ji = PAIR(w->played, j, i);
    int8_t *restrict open_ij = PAIR(w->open, i, j), *restrict open_ji = PAIR(w->open, j, i);
    int8_t *restrict withheld_ij = PAIR(w->withheld, i, j), *restrict withheld_ji = PAIR(w->withheld, j, i);
    LANES played_ij[lane] = played_ji[lane] = at_war[lane] == 0;
    LANES {
        int8_t mixed = (strategy_i[lane] >= 0) | (strategy_j[lane] >= 0), peace = at_war[lane] == 0;
        int8_t live_i = peace & (mixed | (left[lane] <= 0)), live_j = peace & (mixed | (other[lane] <= 0));
        open_ij[lane] = live_i;
        open_ji[lane] = live_j;
        withheld_ij[lane] = live_i & (left[lane] > 0);
        withheld_ji[lane] = live_j & (other[lane] > 0);
    }
}

static void tempt(const Block *b, int i, int j)
{
    const int n = b->n, lanes = b->lanes;
    const Game *g = b->game;
    double *restrict gain = PAIR(g->gain, i, j);
    const double *restrict appetite = PAIR(g->appetite, i, j);
    const double *restrict grievance = STATE(b->world->revisionism, i), *restrict calmed = g->calmed;
    const double *restrict reward = g->reward;
    const int32_t *restrict turmoil = STATE(b->world->turmoil, i);
    LANES {
        double wanted = appetite[lane] + grievance[lane], dulled = wanted * calmed[0];
        gain[lane] = reward[0] + (turmoil[lane] > 0 ? dulled : wanted);
    }
}

static void value(const Block *b, int i, int j)
{
    const int n = b->n, lanes = b->lanes, low = i < j ? i : j, high = i < j ? j : i, m = b->rounds_per_year;
    const Game *g = b->game;
    double *restrict forgone = PAIR(g->forgone, i, j);
    double *restrict worth = PAIR(g->value, i, j), *restrict excluded = PAIR(g->excluded, i, j);
    const double *restrict one = PAIR(g->one, i, j), *restrict distrust = PAIR(g->distrust, i, j);
    const double *restrict trust = PAIR(b->world->trust, i, j), *restrict span = KIND(g->span, 2, low, high);
    const double *restrict paid = KIND(g->paid, 2, i, j);
    LANES {
        double present = one[lane] - (1.0 - trust[lane]) * distrust[lane];
        worth[lane] = present;
        double lost = at_least_zero(present * span[lane] - paid[lane]);
        excluded[lane] = lost;
        forgone[lane] = lost / m;
    }
}

static void weigh_enforcement(const Block *b)
{
    const int lanes = b->lanes;
    const Setting *p = b->setting;
    const double *restrict worth = p->enforcement_value, *restrict credibility = b->world->credibility;
    const double *restrict pledged = p->pledge, *restrict cost = p->cost, *restrict allied = p->alliance_weight;
    const double *restrict balance = p->balance_weight, *restrict publicity = p->publicity;
    const int8_t *restrict rule = b->game->rule;
    double *restrict enforcing = STATE(b->world->sums, ENFORCING), *restrict pledge = STATE(b->world->sums, PLEDGE);
    double *restrict flat = STATE(b->world->sums, FLAT), *restrict ally = STATE(b->world->sums, ALLY);
    double *restrict strength = STATE(b->world->sums, STRENGTH), *restrict public = STATE(b->world->sums, PUBLIC);
    LANES {
        double bound = pledged[lane], seen = publicity[lane];
        enforcing[lane] = worth[lane] * credibility[lane];
        pledge[lane] = rule[lane] == COLLECTIVE ? bound : 0.0;
        flat[lane] = cost[lane];
        ally[lane] = allied[lane];
        strength[lane] = balance[lane];
        public[lane] = rule[lane] == COLLECTIVE ? seen : 0.0;
    }
}

static void weigh_joining(const Block *b, int z)
{
    const int n = b->n, lanes = b->lanes;
    const World *w = b->world;
    const Game *g = b->game;
    double *restrict total = STATE(w->sums, TOTAL);
    const double *restrict enforcing = STATE(w->sums, ENFORCING), *restrict pledge = STATE(w->sums, PLEDGE);
    const double *restrict flat = STATE(w->sums, FLAT), *restrict ally = STATE(w->sums, ALLY);
    const double *restrict strength = STATE(w->sums, STRENGTH), *restrict capability = STATE(w->capability, z);
    const double *restrict restraint = g->restraint, *restrict temperature = g->temperature;
    const int8_t *restrict rule = g->rule;
    LANES total[lane] = 0.0;
    for (int k = 0; k < n; k++) {
        if (k == z)
            continue;
        double *restrict join = PAIR(g->join, k, z);
        const double *restrict forgone = PAIR(g->forgone, k, z), *restrict lost = PAIR(g->excluded, z, k);
        const int8_t *restrict open = PAIR(w->open, k, z), *restrict played = PAIR(w->played, k, z);
        const double *restrict affinity = PAIR(b->setting->affinity, k, z), *restrict norm = STATE(w->norm, k);
        const int8_t *restrict member = STATE(w->member, k), *restrict strategy = STATE(b->setting->strategy, k);
        LANES {
            double by_rule = enforcing[lane] + restraint[0] * norm[lane] + pledge[0];
            double by_strength = strength[0] * (n * capability[lane]);
            double worth = rule[0] == BALANCING ? by_strength : by_rule;
            double yearly = forgone[lane], given_up = open[lane] ? yearly : 0.0;
            double net = worth - flat[0] - ally[0] * affinity[lane] - given_up;
            double heat = temperature[0], firm = net >= 0.0 ? 1.0 : 0.0;
            double soft = 1.0 / (1.0 + exponential(-(net / (heat > 0.0 ? heat : 1.0))));
            double chance = heat > 0.0 ? soft : firm;
            int8_t bound = (member[lane] != 0) | (rule[0] == BALANCING);
            double joins = bound & (strategy[lane] < 0) & (played[lane] != 0) ? chance : 0.0;
            double expected = joins * lost[lane];
            join[lane] = joins;
            total[lane] += open[lane] ? expected : 0.0;
        }
    }
}

static void expect_sanctions(const Block *b, int i)
{
    const int n = b->n, lanes = b->lanes;
    const Game *g = b->game;
    const double *restrict total = STATE(b->world->sums, TOTAL);
    const int8_t *restrict rule = g->rule, *restrict member = STATE(b->world->member, i);
    for (int j = 0; j < n; j++) {
        if (j == i)
            continue;
        double *restrict law = PAIR(g->law, i, j);
        const double *restrict exposed = PAIR(g->exposed, i, j), *restrict join = PAIR(g->join, j, i);
        const double *restrict excluded = PAIR(g->excluded, i, j);
        const int8_t *restrict open = PAIR(b->world->open, i, j);
        LANES {
            double expected = join[lane] * excluded[lane], through = open[lane] ? expected : 0.0;
            double others = at_least_zero(total[lane] - through);
            int8_t outside = (rule[0] == DECENTRALIZED) & (member[lane] == 0);
            law[lane] = exposed[lane] * (outside ? 0.0 : others);
        }
    }
}

static void reckon(const Block *b)
{
    const int n = b->n, lanes = b->lanes;
    const size_t pairs = (size_t)n * n * lanes;
    memset(b->world->charge, 0, pairs);
    memset(b->world->accuses, 0, pairs);
    memset(b->world->extended, 0, pairs);
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++) {
            mark(b, i, j);
            if (any_marked(PAIR(b->game->stale, i, j), lanes))
                return; /* no pair is ever appraised again here */
            value(b, i, j);
            value(b, j, i);
        }
    weigh_enforcement(b);
    for (int i = 0; i < n; i++) {
        weigh_joining(b, i);
        expect_sanctions(b, i);
    }
}

static int slips_at(double margin, double temperature, uint32_t word, int rounds_per_year)
{
    double base = 1.0 - unit(word), rare = base;
    for (int k = 1; k < rounds_per_year; k++)
        rare *= base;
    return temperature > 0.0 && rare > 1.0 / (1.0 + exponential(-(fabs(margin) / temperature)));
}

static void decide(const Block *b, const uint32_t *restrict words, int i, int j)
{
    const int n = b->n, lanes = b->lanes, low = i < j ? i : j, high = i < j ? j : i;
    const World *w = b->world;
    const Game *g = b->game;
    const Tally *y = b->tally;
    int8_t *restrict intend = PAIR(w->intend, i, j), *restrict against = PAIR(g->against, i, j);
    int8_t *restrict slips = b->luck->marks;
    double *restrict margin = b->luck->margin;
    int32_t *restrict willing = y->willing, *restrict turned_now = y->pivotal;
    int32_t *restrict turned_future = STATE(y->pivotal, 1), *restrict turned_law = STATE(y->pivotal, 2);
    int32_t *restrict turned_norm = STATE(y->pivotal, 3);
    const int8_t *restrict open = PAIR(w->open, i, j), *restrict withheld = PAIR(w->withheld, i, j);
    const int8_t *restrict strategy = STATE(b->setting->strategy, i);
    const double *restrict trust = PAIR(w->trust, i, j), *restrict norm = STATE(w->norm, i);
    const double *restrict worth = PAIR(g->value, i, j), *restrict gain = PAIR(g->gain, i, j);
    const double *restrict loss = PAIR(g->loss, i, j), *restrict toll = PAIR(g->toll, i, j);
    const double *restrict risk = PAIR(g->war_open, low, high), *restrict law = PAIR(g->law, i, j);
    const double *restrict span_m = KIND(g->span, 0, low, high), *restrict span_b = KIND(g->span, 1, low, high);
    const double *restrict paid_m = KIND(g->paid, 0, i, j), *restrict paid_b = KIND(g->paid, 1, i, j);
    const double *restrict d_m = KIND(g->brings, 0, i, j), *restrict d_b = KIND(g->brings, 1, i, j);
    const double *restrict a_m = KIND(g->apart, 0, low, high), *restrict a_b = KIND(g->apart, 1, low, high);
    const double *restrict discount = g->discount, *restrict waste = g->waste, *restrict reward = g->reward;
    const double *restrict punishment = g->punishment, *restrict restraint = g->restraint;
    const double *restrict coolness = g->coolness, *restrict readiness = g->readiness;
    LANES {
        double t = trust[lane], o = worth[lane], cost = toll[lane];
        double u_cd = loss[lane] - cost, u_dc = gain[lane] - cost, both = punishment[0] - cost;
        double v_c = t * reward[0] + (1.0 - t) * u_cd, v_d = t * u_dc + (1.0 - t) * both;
        double loss_m = at_least_zero(o * span_m[lane] - paid_m[lane]);
        double loss_b = at_least_zero(o * span_b[lane] - paid_b[lane]);
        double now = v_c - v_d;
        double broken = discount[0] * ((1.0 - t * risk[lane]) * (d_m[lane] * loss_m + d_b[lane] * loss_b)
                                          - a_m[lane] * loss_m - a_b[lane] * loss_b);
        double future = broken + t * risk[lane] * waste[0] * o, within = restraint[0] * norm[lane];
        double total = now + future + law[lane] + within;
        int8_t free = open[lane] & (1 - withheld[lane]), wants = free & (total >= 0.0);
        int8_t counted = wants & (strategy[lane] < 0);
        margin[lane] = total;
        intend[lane] = wants;
        against[lane] = v_d > v_c;
        willing[lane] += counted;
        turned_now[lane] += counted & (total - now < 0.0);
        turned_future[lane] += counted & (total - future < 0.0);
        turned_law[lane] += counted & (total - law[lane] < 0.0);
        turned_norm[lane] += counted & (total - within < 0.0);
        double x = fabs(total) * coolness[0], grown = ((x * (1.0 / 6.0) + 0.5) * x + 1.0) * x + 1.0;
        slips[lane] = (unit(words[lane]) * readiness[0] * grown < 1.001) & free;
    }
    for (int place = 0, count = list_marked(b->luck, lanes); place < count; place++) {
        uint32_t lane = b->luck->some[place];
        if (slips_at(margin[lane], g->temperature[lane], words[lane], b->rounds_per_year))
            intend[lane] ^= 1;
    }
}

/* Bits 2 to 5: does i take cooperation for defection, does it see a defection; the same of j. */
static void draw_chances(const Block *b, int i, int j, int stride)
{
    const int n = b->n, lanes = b->lanes;
    int8_t *restrict chances = b->luck->chances;
    const int8_t *restrict certain = PAIR(b->game->certain, i, j);
    const uint32_t *restrict mine = b->luck->words + 2 * stride, *restrict theirs = b->luck->words + 3 * stride;
    const uint32_t *restrict alarm = PAIR(b->game->alarm_limit, i, j), *restrict hit = b->game->hit_limit;
    LANES chances[lane] = certain[lane] | (mine[lane] < alarm[lane]) << 2 | (mine[lane] < hit[lane]) << 3
        | (theirs[lane] < alarm[lane]) << 4 | (theirs[lane] < hit[lane]) << 5;
}

static void act_and_observe(const Block *b, int i, int j)
{
    const int n = b->n, lanes = b->lanes;
    const World *w = b->world;
    const int8_t *restrict chances = b->luck->chances, *restrict open = PAIR(w->open, i, j);
    const int8_t *restrict intend_ij = PAIR(w->intend, i, j), *restrict intend_ji = PAIR(w->intend, j, i);
    const int8_t *restrict withheld_ij = PAIR(w->withheld, i, j), *restrict withheld_ji = PAIR(w->withheld, j, i);
    int8_t *restrict action_ij = PAIR(w->action, i, j), *restrict action_ji = PAIR(w->action, j, i);
    int8_t *restrict seen_ij = PAIR(w->seen, i, j), *restrict seen_ji = PAIR(w->seen, j, i);
    LANES {
        int8_t bits = chances[lane], live = open[lane];
        int8_t own = (intend_ij[lane] ^ (bits & 1)) & live & (1 - withheld_ij[lane]);
        int8_t other = (intend_ji[lane] ^ (bits >> 1 & 1)) & live & (1 - withheld_ji[lane]);
        action_ij[lane] = own;
        action_ji[lane] = other;
        seen_ij[lane] = live & (1 - ((other ? bits >> 2 : bits >> 3) & 1));
        seen_ji[lane] = live & (1 - ((own ? bits >> 4 : bits >> 5) & 1));
    }
}

static void draw_conflict(const Block *b, int i, int j, int stride)
{
    const int n = b->n, lanes = b->lanes;
    const World *w = b->world;
    const Game *g = b->game;
    int8_t *restrict quarrel = PAIR(w->quarrel, i, j), *restrict due = PAIR(w->due, i, j);
    int8_t *restrict talks = PAIR(w->talks, i, j);
    const uint32_t *restrict war = b->luck->words, *restrict abroad = war + stride;
    const uint32_t *restrict negotiate = war + 2 * stride;
    const int8_t *restrict kind = PAIR(w->kind, i, j), *restrict open = PAIR(w->open, i, j);
    const int8_t *restrict played = PAIR(w->played, i, j);
    const int8_t *restrict action_ij = PAIR(w->action, i, j), *restrict action_ji = PAIR(w->action, j, i);
    const double *restrict spill = PAIR(g->abroad, i, j), *restrict risk = PAIR(g->war_open, i, j);
    const double *restrict risk_m = KIND(g->war_estranged, 0, i, j);
    const double *restrict risk_b = KIND(g->war_estranged, 1, i, j);
    const double *restrict risk_s = KIND(g->war_estranged, 2, i, j);
    const double *restrict end_m = KIND(g->ending, 0, i, j), *restrict end_b = KIND(g->ending, 1, i, j);
    LANES {
        double open_risk = risk[lane], first = risk_m[lane], second = risk_b[lane], third = risk_s[lane];
        double ending_m = end_m[lane], ending_b = end_b[lane];
        int8_t peaceful = action_ij[lane] & action_ji[lane], of = kind[lane];
        double later = of == 2 ? second : third, ends_later = of == 2 ? ending_b : 0.0;
        double estranged = of == 1 ? first : later, ending = of == 1 ? ending_m : ends_later;
        double broken = peaceful ? 0.0 : open_risk, chance = open[lane] ? broken : estranged;
        quarrel[lane] = played[lane] & (unit(abroad[lane]) < spill[lane]);
        due[lane] = played[lane] & (unit(war[lane]) < chance);
        talks[lane] = unit(negotiate[lane]) < ending;
    }
}

static int notice(const Block *b, int i, int j)
{
    const int n = b->n, lanes = b->lanes;
    const World *w = b->world;
    int8_t *restrict marks = b->luck->marks;
    const int8_t *restrict seen_ij = PAIR(w->seen, i, j), *restrict seen_ji = PAIR(w->seen, j, i);
    const int8_t *restrict open = PAIR(w->open, i, j), *restrict quarrel = PAIR(w->quarrel, i, j);
    LANES marks[lane] = open[lane] & (quarrel[lane] | (1 - (seen_ij[lane] & seen_ji[lane])));
    return list_marked(b->luck, lanes);
}

static int charges(const Block *b, int i, int j, uint32_t lane, double pursuit)
{
    const int n = b->n, lanes = b->lanes;
    if (PAIR(b->world->seen, i, j)[lane] || PAIR(b->world->withheld, i, j)[lane])
        return 0;
    return pursuit < STATE(b->game->pursue, i)[lane];
}

static double draw(const Block *b, uint32_t lane, int t, int channel, int i, int j)
{
    const uint32_t pair = (uint32_t)(i < j ? i : j) << 16 | (i < j ? j : i);
    uint32_t w[4];
    philox(t, channel / 2, pair, b->luck->replicate[lane], b->luck->keys, w, w + 1, w + 2, w + 3);
    return unit(w[2 * (channel % 2) + (i > j)]);
}

/* 1 if the charge of i stands; what has been false is counted; whether it makes a case. */
static int press(const Block *b, int t, int i, int j, uint32_t lane, int confers, int *restrict false_ones)
{
    const int n = b->n, lanes = b->lanes;
    int wrong = PAIR(b->world->action, j, i)[lane];
    PAIR(b->world->charge, i, j)[lane] = wrong && confers ? CLEARED : STANDS;
    if (wrong && confers)
        return 0;
    *false_ones += wrong;
    if (b->game->rule[lane] != NONE && b->game->rule[lane] != BALANCING
        && draw(b, lane, t, PUBLISH, i, j) < b->setting->publicity[lane]
        && (!wrong || draw(b, lane, t, INQUIRY, i, j) >= b->setting->inquiry[lane]))
        PAIR(b->world->accuses, i, j)[lane] = 1;
    return 1;
}

static void estrange(const Block *b, int i, int j, uint32_t lane, int kind)
{
    const int n = b->n, lanes = b->lanes;
    const World *w = b->world;
    PAIR(w->left, i, j)[lane] = PAIR(w->left, j, i)[lane] = b->game->rounds[lane];
    PAIR(w->kind, i, j)[lane] = PAIR(w->kind, j, i)[lane] = kind;
    PAIR(w->broke, i, j)[lane] = kind;
    STATE(b->tally->estrangements, kind - 1)[lane] += 1;
}

static void accuse(const Block *b, int t, int i, int j, int count, int stride)
{
    const int n = b->n, lanes = b->lanes;
    const Luck *luck = b->luck;
    int8_t *restrict broke = PAIR(b->world->broke, i, j);
    LANES broke[lane] = 0;
    for (int place = 0; place < count; place++)
        luck->chosen[place] = luck->replicate[luck->some[place]];
    fill_words_by_hand(luck->words, luck->keys, luck->chosen, t, PURSUE, (uint32_t)i << 16 | j, count, stride);
    for (int place = 0; place < count; place++) {
        uint32_t lane = luck->some[place];
        int i_charges = charges(b, i, j, lane, unit(luck->words[place]));
        int j_charges = charges(b, j, i, lane, unit(luck->words[stride + place]));
        int confers = unit(luck->words[2 * stride + place]) < PAIR(b->game->confer, i, j)[lane];
        int false_ones = 0, standing = i_charges && press(b, t, i, j, lane, confers, &false_ones);
        standing += j_charges && press(b, t, j, i, lane, confers, &false_ones);
        if (standing > 0) {
            estrange(b, i, j, lane, BREACH);
            b->tally->false_breaches[lane] += standing == false_ones;
        } else if (i_charges || j_charges || PAIR(b->world->quarrel, i, j)[lane])
            estrange(b, i, j, lane, MISUNDERSTANDING);
    }
}

static void count_disputes(const Block *b, int i, int j)
{
    const int n = b->n, lanes = b->lanes;
    const World *w = b->world;
    const int8_t *restrict played = PAIR(w->played, i, j), *restrict open = PAIR(w->open, i, j);
    const int8_t *restrict broke = PAIR(w->broke, i, j), *restrict quarrel = PAIR(w->quarrel, i, j);
    int8_t *restrict disputed = PAIR(b->tally->disputed, i, j);
    int32_t *restrict apart = b->tally->apart;
    LANES {
        int8_t estranged = played[lane] & (1 - open[lane]);
        disputed[lane] |= (broke[lane] == 1) | (broke[lane] == 2) | (estranged & quarrel[lane]);
        apart[lane] += estranged;
    }
}

static void count_restraint(const Block *b, int i, int j)
{
    const int n = b->n, lanes = b->lanes;
    const World *w = b->world;
    const int8_t *restrict open = PAIR(w->open, i, j);
    const int8_t *restrict action_ij = PAIR(w->action, i, j), *restrict action_ji = PAIR(w->action, j, i);
    const int8_t *restrict against_ij = PAIR(b->game->against, i, j);
    const int8_t *restrict against_ji = PAIR(b->game->against, j, i);
    const int8_t *restrict strategy_i = STATE(b->setting->strategy, i);
    const int8_t *restrict strategy_j = STATE(b->setting->strategy, j);
    int32_t *restrict restrained = b->tally->restrained, *restrict against = b->tally->against;
    LANES {
        int8_t own = open[lane] & action_ij[lane] & (strategy_i[lane] < 0);
        int8_t other = open[lane] & action_ji[lane] & (strategy_j[lane] < 0);
        restrained[lane] += own + other;
        against[lane] += (own & against_ij[lane]) + (other & against_ji[lane]);
    }
}

static void count_pair(const Block *b, int t, int i, int j)
{
    const int n = b->n, lanes = b->lanes;
    const World *w = b->world;
    const Tally *y = b->tally;
    const int8_t *restrict open = PAIR(w->open, i, j);
    const int8_t *restrict action_ij = PAIR(w->action, i, j), *restrict action_ji = PAIR(w->action, j, i);
    int32_t *restrict cooperating = STATE(y->cooperating, t), *restrict dealt = y->dealt;
    int32_t *restrict exploitations = y->exploitations;
    int32_t *restrict onset = PAIR(y->pair_onset, i, j), *restrict breakdown = PAIR(y->pair_breakdown, i, j);
    int8_t *unsettled = b->game->unsettled + i * n + j, left = 0;
    LANES {
        int8_t live = open[lane], own = action_ij[lane], other = action_ji[lane];
        cooperating[lane] += own & other;
        dealt[lane] += live + live;
        exploitations[lane] += (live & (1 - own)) + (live & (1 - other));
    }
    if (!*unsettled)
        return;
    LANES {
        int8_t both = action_ij[lane] & action_ji[lane];
        int32_t begun = onset[lane], broken = breakdown[lane];
        int32_t begins = both ? t : begun, breaks = both ? broken : t;
        onset[lane] = begun < 0 ? begins : begun;
        breakdown[lane] = (begun >= 0) & (broken < 0) ? breaks : broken;
    }
    LANES left |= breakdown[lane] < 0;
    *unsettled = left;
}

static void count_errors(const Block *b, int i, int j)
{
    const int n = b->n, lanes = b->lanes;
    const World *w = b->world;
    const int8_t *restrict open = PAIR(w->open, i, j);
    const int8_t *restrict action_ij = PAIR(w->action, i, j), *restrict action_ji = PAIR(w->action, j, i);
    const int8_t *restrict seen_ij = PAIR(w->seen, i, j), *restrict seen_ji = PAIR(w->seen, j, i);
    int32_t *restrict false_alarms = b->tally->false_alarms, *restrict misses = b->tally->misses;
    LANES {
        int8_t live = open[lane], own = action_ij[lane], other = action_ji[lane];
        int8_t mine = seen_ij[lane], theirs = seen_ji[lane];
        false_alarms[lane] += (live & other & (1 - mine)) + (live & own & (1 - theirs));
        misses[lane] += (live & (1 - other) & mine) + (live & (1 - own) & theirs);
    }
}

static void pay(const Block *b, int i, int j)
{
    const int n = b->n, lanes = b->lanes;
    const World *w = b->world;
    const Game *g = b->game;
    double *restrict payoff_i = STATE(w->payoff, i), *restrict payoff_j = STATE(w->payoff, j);
    const int8_t *restrict played = PAIR(w->played, i, j), *restrict open = PAIR(w->open, i, j);
    const int8_t *restrict action_ij = PAIR(w->action, i, j), *restrict action_ji = PAIR(w->action, j, i);
    const double *restrict gain_ij = PAIR(g->gain, i, j), *restrict gain_ji = PAIR(g->gain, j, i);
    const double *restrict loss_ij = PAIR(g->loss, i, j), *restrict loss_ji = PAIR(g->loss, j, i);
    const double *restrict reward = g->reward, *restrict punishment = g->punishment;
    LANES {
        double mutual = reward[0], grim = punishment[0];
        double gained_i = gain_ij[lane], gained_j = gain_ji[lane], lost_i = loss_ij[lane], lost_j = loss_ji[lane];
        int8_t own = action_ij[lane], other = action_ji[lane];
        double earned_i = own ? (other ? mutual : lost_i) : (other ? gained_i : grim);
        double earned_j = other ? (own ? mutual : lost_j) : (own ? gained_j : grim);
        earned_i = open[lane] ? earned_i : grim;
        earned_j = open[lane] ? earned_j : grim;
        payoff_i[lane] += played[lane] ? earned_i : 0.0;
        payoff_j[lane] += played[lane] ? earned_j : 0.0;
    }
}

static void learn(const Block *b, int i, int j)
{
    const int n = b->n, lanes = b->lanes;
    const World *w = b->world;
    double *restrict trust_ij = PAIR(w->trust, i, j), *restrict trust_ji = PAIR(w->trust, j, i);
    double *restrict trust = b->tally->trust, *restrict error = b->tally->error;
    const int8_t *restrict open = PAIR(w->open, i, j);
    const int8_t *restrict action_ij = PAIR(w->action, i, j), *restrict action_ji = PAIR(w->action, j, i);
    const int8_t *restrict seen_ij = PAIR(w->seen, i, j), *restrict seen_ji = PAIR(w->seen, j, i);
    const int8_t *restrict withheld_ij = PAIR(w->withheld, i, j), *restrict withheld_ji = PAIR(w->withheld, j, i);
    const double *restrict learning = b->game->learning;
    LANES {
        double own = trust_ij[lane], other = trust_ji[lane], pace = learning[0];
        int8_t live = open[lane];
        trust[lane] = (trust[lane] + own) + other;
        double surprise = live * fabs(own - action_ji[lane]);
        error[lane] = (error[lane] + surprise) + live * fabs(other - action_ij[lane]);
        trust_ij[lane] = own + pace * (live & seen_ij[lane] & (1 - withheld_ij[lane])) * (1.0 - own);
        trust_ji[lane] = other + pace * (live & seen_ji[lane] & (1 - withheld_ji[lane])) * (1.0 - other);
    }
}

static void suspect(const Block *b, int i, int j, int count)
{
    const int n = b->n, lanes = b->lanes;
    const World *w = b->world;
    double *trust = PAIR(w->trust, i, j);
    for (int place = 0; place < count; place++) {
        uint32_t lane = b->luck->some[place];
        int offended = PAIR(w->open, i, j)[lane] & (1 - PAIR(w->seen, i, j)[lane])
            & (1 - PAIR(w->withheld, i, j)[lane]);
        int believed = offended & (PAIR(w->charge, i, j)[lane] != CLEARED);
        double hit = b->game->hit[lane], alarm = PAIR(b->game->alarm, i, j)[lane];
        double weight = (1.0 - trust[lane]) * hit + trust[lane] * alarm;
        double guilt = weight > 0.0 ? (1.0 - trust[lane]) * hit / weight : 1.0;
        double lost = b->game->shock[lane] * guilt;
        trust[lane] = trust[lane] * (1.0 - (believed ? lost : 0.0));
    }
}

static void bring_cases(const Block *b, int z)
{
    const int n = b->n, lanes = b->lanes;
    const World *w = b->world;
    int8_t *restrict accused = STATE(w->accused, z);
    const int8_t *restrict member = STATE(w->member, z), *restrict rule = b->game->rule;
    LANES accused[lane] = 0;
    for (int j = 0; j < n; j++) {
        if (j == z)
            continue;
        const int8_t *restrict open = PAIR(w->open, z, j), *restrict withheld = PAIR(w->withheld, z, j);
        const int8_t *restrict action = PAIR(w->action, z, j), *restrict accuses = PAIR(w->accuses, j, z);
        LANES {
            int8_t defected = open[lane] & (1 - withheld[lane]) & (1 - action[lane]), charged = accuses[lane];
            accused[lane] |= rule[lane] == BALANCING ? defected : charged;
        }
    }
    LANES accused[lane] &= (rule[lane] != NONE) & ((rule[lane] != DECENTRALIZED) | (member[lane] != 0));
}

static int is_asked(const Block *b, int k, int z, uint32_t lane)
{
    const int n = b->n, lanes = b->lanes;
    const World *w = b->world;
    return k != z && STATE(w->member, k)[lane] && STATE(b->setting->strategy, k)[lane] < 0
        && PAIR(w->played, k, z)[lane] && !PAIR(w->charge, k, z)[lane];
}

static void exclude(const Block *b, int k, int z, uint32_t lane)
{
    const int n = b->n, lanes = b->lanes;
    const World *w = b->world;
    int32_t rounds = b->game->rounds[lane], left = PAIR(w->left, k, z)[lane];
    if (left > rounds)
        return;
    PAIR(w->left, k, z)[lane] = PAIR(w->left, z, k)[lane] = rounds;
    if (left > 0)
        PAIR(w->extended, k, z)[lane] = 1;
    PAIR(w->extended, z, k)[lane] = PAIR(w->extended, k, z)[lane];
    if (left == 0) {
        PAIR(w->kind, k, z)[lane] = PAIR(w->kind, z, k)[lane] = EXCLUSION;
        PAIR(w->broke, k < z ? k : z, k < z ? z : k)[lane] = EXCLUSION;
        STATE(b->tally->estrangements, EXCLUSION - 1)[lane] += 1;
    }
}

static void count_case(const Block *b, int z, uint32_t lane, double share)
{
    const int n = b->n, lanes = b->lanes;
    int guilty = 0;
    b->tally->invoked[lane] += 1;
    b->tally->response[lane] += share;
    if (share > 0.0) {
        b->tally->sanctioned[lane] += 1;
        for (int j = 0; j < n; j++)
            guilty |= PAIR(b->world->accuses, j, z)[lane] && !PAIR(b->world->action, z, j)[lane];
        b->tally->innocents[lane] += !guilty;
    }
}

/* Which of the cases in luck->some k joins. */
static void answer(const Block *b, int t, int k, int z, int count, int stride)
{
    const int n = b->n, lanes = b->lanes;
    const Luck *luck = b->luck;
    const uint32_t pair = (uint32_t)(k < z ? k : z) << 16 | (k < z ? z : k), *words = luck->words + (k > z) * stride;
    for (int place = 0; place < count; place++)
        luck->chosen[place] = luck->replicate[luck->some[place]];
    fill_words_by_hand(luck->words, luck->keys, luck->chosen, t, SANCTION / 2, pair, count, stride);
    for (int place = 0; place < count; place++) {
        uint32_t lane = luck->some[place];
        if (is_asked(b, k, z, lane))
            PAIR(b->world->joined, k, z)[lane] = unit(words[place]) < PAIR(b->game->join, k, z)[lane];
    }
}

static void hear(const Block *b, int z, uint32_t lane)
{
    const int n = b->n, lanes = b->lanes;
    const World *w = b->world;
    int asked = 0;
    double possible = 0.0, strength = 0.0;
    for (int k = 0; k < n; k++)
        if (is_asked(b, k, z, lane)) {
            double c = STATE(w->capability, k)[lane];
            asked++;
            possible += c;
            strength += PAIR(w->joined, k, z)[lane] ? c : 0.0;
        }
    if (asked == 0) {
        STATE(w->accused, z)[lane] = 0;
        return;
    }
    double share = possible > 0.0 ? strength / possible : 0.0;
    STATE(w->sanction, z)[lane] = share;
    count_case(b, z, lane, share);
    for (int k = 0; k < n; k++)
        if (PAIR(w->joined, k, z)[lane]) {
            STATE(w->dues, k)[lane] += STATE(w->sums, FLAT)[lane];
            exclude(b, k, z, lane);
        }
}

static void sanction(const Block *b, int t, int stride)
{
    const int n = b->n, lanes = b->lanes;
    const World *w = b->world;
    memset(w->dues, 0, (size_t)n * lanes * sizeof *w->dues);
    for (int z = 0; z < n; z++) {
        double *restrict share = STATE(w->sanction, z);
        const int8_t *restrict accused = STATE(w->accused, z);
        for (int k = 0; k < n; k++) {
            int8_t *restrict joined = PAIR(w->joined, k, z);
            LANES joined[lane] = 0;
        }
        LANES share[lane] = -1.0;
        bring_cases(b, z);
        LANES b->luck->marks[lane] = accused[lane];
        int count = list_marked(b->luck, lanes);
        for (int k = 0; count > 0 && k < n; k++)
            if (k != z)
                answer(b, t, k, z, count, stride);
        for (int place = 0; place < count; place++)
            hear(b, z, b->luck->some[place]);
    }
}

static void pay_dues(const Block *b)
{
    const int n = b->n, lanes = b->lanes, m = b->rounds_per_year;
    const double *restrict intrusion = b->game->intrusion;
    for (int i = 0; i < n; i++) {
        double *restrict payoff = STATE(b->world->payoff, i);
        const int8_t *restrict member = STATE(b->world->member, i);
        LANES payoff[lane] -= intrusion[lane] * member[lane];
    }
    for (int i = 0; i < n; i++) {
        double *restrict payoff = STATE(b->world->payoff, i);
        const double *restrict dues = STATE(b->world->dues, i), *restrict share = STATE(b->world->sanction, i);
        int32_t *restrict fine = STATE(b->world->fine, i);
        for (int lane = 0; lane < lanes; lane++) {
            if (fine[lane] > 0) {
                payoff[lane] -= b->setting->severity[lane];
                fine[lane] -= 1;
            }
            if (b->game->rule[lane] == CENTRALIZED && share[lane] > 0.0 && fine[lane] < b->game->rounds[lane])
                fine[lane] = b->game->rounds[lane];
        }
        LANES payoff[lane] = payoff[lane] / m - dues[lane];
    }
}

static void learn_from_sanctions(const Block *b, int t)
{
    const int n = b->n, lanes = b->lanes;
    for (int i = 0; i < n; i++) {
        const int8_t *restrict accused = STATE(b->world->accused, i);
        if (!any_marked(accused, lanes))
            continue;
        for (int lane = 0; lane < lanes; lane++)
            if (accused[lane]) {
                double share = STATE(b->world->sanction, i)[lane], *credibility = b->world->credibility + lane;
                int8_t *member = STATE(b->world->member, i) + lane;
                *credibility += b->setting->credibility_learning[lane] * (share - *credibility);
                if (share > 0.0 && *member)
                    *member = draw(b, lane, t, EXIT, i, i) >= b->setting->exit[lane] * share;
            }
    }
}

static void reconcile(const Block *b, int i, int j)
{
    const int n = b->n, lanes = b->lanes;
    const World *w = b->world;
    int32_t *restrict left = PAIR(w->left, i, j), *restrict other = PAIR(w->left, j, i);
    int8_t *restrict ended = b->luck->marks;
    const int32_t *restrict at_war = PAIR(w->at_war, i, j);
    const int8_t *restrict played = PAIR(w->played, i, j), *restrict open = PAIR(w->open, i, j);
    const int8_t *restrict talks = PAIR(w->talks, i, j), *restrict extended = PAIR(w->extended, i, j);
    LANES {
        int8_t apart = played[lane] & (1 - open[lane]) & (at_war[lane] == 0) & (1 - extended[lane]);
        int32_t before = left[lane], mirrored = other[lane], rounds = talks[lane] ? 0 : before - 1;
        left[lane] = apart ? rounds : before;
        other[lane] = apart ? rounds : mirrored;
        ended[lane] = apart & (rounds == 0);
    }
    for (int place = 0, count = list_marked(b->luck, lanes); place < count; place++) {
        uint32_t lane = b->luck->some[place];
        double agreed = b->setting->agreement_trust[lane];
        double *trust_ij = PAIR(w->trust, i, j) + lane, *trust_ji = PAIR(w->trust, j, i) + lane;
        PAIR(w->kind, i, j)[lane] = PAIR(w->kind, j, i)[lane] = 0;
        *trust_ij = *trust_ij > agreed ? *trust_ij : agreed;
        *trust_ji = *trust_ji > agreed ? *trust_ji : agreed;
    }
}

static void count_round(const Block *b)
{
    const int n = b->n, lanes = b->lanes;
    const Tally *y = b->tally;
    double total[lanes], *restrict welfare = y->welfare, *restrict weight = y->weight;
    double *restrict present = y->present, *restrict credibility = y->credibility;
    const double *restrict discount = b->game->discount;
    memset(total, 0, sizeof total);
    for (int i = 0; i < n; i++) {
        const double *restrict payoff = STATE(b->world->payoff, i);
        LANES total[lane] += payoff[lane];
    }
    LANES {
        welfare[lane] += present[lane] * (total[lane] / n);
        weight[lane] += present[lane];
        present[lane] *= discount[lane];
    }
    LANES credibility[lane] += b->world->credibility[lane];
}

static void count_spread(const Block *b)
{
    const int n = b->n, lanes = b->lanes;
    double mean[lanes], square[lanes], total[lanes];
    memset(total, 0, sizeof total);
    for (int j = 0; j < n; j++) {
        memset(mean, 0, sizeof mean);
        memset(square, 0, sizeof square);
        for (int i = 0; i < n; i++)
            if (i != j)
                LANES mean[lane] += PAIR(b->world->trust, i, j)[lane];
        LANES mean[lane] /= n - 1;
        for (int i = 0; i < n; i++)
            if (i != j)
                LANES {
                    double apart = PAIR(b->world->trust, i, j)[lane] - mean[lane];
                    square[lane] += apart * apart;
                }
        LANES total[lane] += sqrt(square[lane] / (n - 1));
    }
    LANES b->tally->spread[lane] += total[lane] / n;
}

static void count_year(const Block *b)
{
    const int n = b->n, lanes = b->lanes;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++) {
            int8_t *restrict disputed = PAIR(b->tally->disputed, i, j);
            int32_t *restrict disputes = b->tally->disputes;
            LANES {
                disputes[lane] += disputed[lane];
                disputed[lane] = 0;
            }
        }
}

static void deal(const Block *b, int t, int i, int j, int stride)
{
    const int lanes = b->lanes;
    const Luck *luck = b->luck;
    const uint32_t pair = (uint32_t)i << 16 | j;
    tempt(b, i, j);
    tempt(b, j, i);
    fill_words_by_hand(luck->words, luck->keys, luck->replicate, t, INTEND, pair, lanes, stride);
    decide(b, luck->words, i, j);
    decide(b, luck->words + stride, j, i);
    draw_chances(b, i, j, stride);
    act_and_observe(b, i, j);
    fill_words_by_hand(luck->words, luck->keys, luck->replicate, t, WAR, pair, lanes, stride);
    draw_conflict(b, i, j, stride);
    int noticed = notice(b, i, j);
    accuse(b, t, i, j, noticed, stride);
    count_disputes(b, i, j);
    count_restraint(b, i, j);
    count_pair(b, t, i, j);
    count_errors(b, i, j);
    pay(b, i, j);
    learn(b, i, j);
    suspect(b, i, j, noticed);
    suspect(b, j, i, noticed);
}

/* Lanes: a multiple of 8. Rows of luck->words have room for 8 more. */
void play(const World *world, const Game *game, const Setting *setting, const Tally *tally, const Luck *luck,
          int n, int lanes, int rounds, int rounds_per_year)
{
    const Block block = {world, game, setting, tally, luck, n, lanes, rounds_per_year}, *b = &block;
    for (int t = 0; t < rounds; t++) {
        remember(b);
        reckon(b);
        memset(world->payoff, 0, (size_t)n * lanes * sizeof *world->payoff);
        for (int i = 0; i < n; i++)
            for (int j = i + 1; j < n; j++)
                deal(b, t, i, j, lanes + 8);
        sanction(b, t, lanes + 8);
        pay_dues(b);
        for (int i = 0; i < n; i++)
            for (int j = i + 1; j < n; j++)
                reconcile(b, i, j);
        learn_from_sanctions(b, t);
        count_round(b);
        int year_ends = (t + 1) % rounds_per_year == 0;
        if (year_ends)
            count_spread(b);
        if (year_ends || t + 1 == rounds)
            count_year(b);
    }
}
