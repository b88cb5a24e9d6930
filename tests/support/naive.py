"""The naive twin of the model: one world, one run, plain Python, slow and obvious.

Written from the rules alone (``docs/model.md``) and from nothing that implements them, to check the compiled
kernel bit for bit. There is one function per numbered step of the rules, and arithmetic stands in the order
in which the formulas do, from left to right. Floats are never added with the built-in ``sum``, which
compensates for rounding.

    history = play(scenario, seed, replicate, automata=None, rounds=None)

C (cooperation) is 1 and D (defection) is 0 throughout.
"""

import importlib.util
import math
import sys

C = 1
D = 0

NONE = 0
MISUNDERSTANDING = 1
BREACH = 2
SANCTIONED = 3

PURSUED = 1
CLEARED = 2

TREMBLE = 0
OBSERVE = 3
INTEND = 2
PUBLISH = 1
WAR = 4
QUARREL = 4
NEGOTIATE = 5
PREVAIL = 6
TURNOVER = 8
SPREAD = 9
WAVE = 10
GROWTH = 11
SANCTION = 12
EXIT = 14
PURSUE = 16
CONFER = 17
INQUIRY = 18
ABSORB = 1000
RESTORE = 2000
JOIN = 3000

MASK = 0xFFFFFFFF
LN2 = 0.6931471805599453
LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10


# ------------------------------------------------------------------------------------------- randomness


def philox(counter, key):
    """Philox4x32-10: four 32-bit words from a counter of four words and a key of two."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        product0 = 0xD2511F53 * c0
        product1 = 0xCD9E8D57 * c2
        hi0, lo0 = product0 >> 32, product0 & MASK
        hi1, lo1 = product1 >> 32, product1 & MASK
        c0, c1, c2, c3 = hi1 ^ c1 ^ k0, lo1, hi0 ^ c3 ^ k1, lo0
        k0 = (k0 + 0x9E3779B9) & MASK
        k1 = (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


def uniform(seed, replicate, t, channel, i, j):
    """The draw with this address, on (0, 1)."""
    key = (seed % 2**32, seed // 2**32)
    counter = (t, channel // 2, min(i, j) * 65536 + max(i, j), replicate)
    word = philox(counter, key)[2 * (channel % 2) + (1 if i > j else 0)]
    return (word + 0.5) / 2**32


# ----------------------------------------------------------------------------------------- small things


def exp(x):
    """e**x, as section 5 has it."""
    x = min(max(x, -700.0), 700.0)
    k = round(x * 1.4426950408889634)
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    series = 1.0 / math.factorial(13)
    for order in range(12, 2, -1):
        series = series * r + 1.0 / math.factorial(order)
    series = ((series * r + 0.5) * r + 1.0) * r + 1.0
    return math.ldexp(series, k)


def ln(x):
    """The natural logarithm, as section 5 has it."""
    m, k = math.frexp(x)
    m, k = 2.0 * m, k - 1
    if m > 1.4142135623730951:
        m, k = 0.5 * m, k + 1
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    series = 1.0 / 21.0
    for odd in range(19, 1, -2):
        series = series * z + 1.0 / odd
    return k * LN2_HIGH + (2.0 * s + (2.0 * s * z * series + k * LN2_LOW))


def to_the_power(x, y):
    """x**y as section 5 has it; 0**y is 0."""
    if x == 0.0:
        return 0.0
    return exp(y * ln(x))


def endless_power(x, rounds):
    """x**rounds, which is 0 where the rounds are infinite (section 4.3)."""
    return 0.0 if rounds == math.inf else to_the_power(x, rounds)


def plain_statistics():
    """The standard library's statistics without its part in C: its normal quantile is AS 241, too."""
    in_c = sys.modules.get("_statistics")
    sys.modules["_statistics"] = None
    try:
        spec = importlib.util.find_spec("statistics")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.modules["_statistics"] = in_c
        if in_c is None:
            del sys.modules["_statistics"]
    module.log = ln
    return module


STATISTICS = plain_statistics()


def quantile(u):
    """The quantile of the standard normal distribution, as section 5 has it."""
    return STATISTICS._normal_dist_inv_cdf(u, 0.0, 1.0)


def add_up(numbers):
    """The sum, added in order (the built-in ``sum`` compensates for rounding)."""
    total = 0.0
    for number in numbers:
        total = total + number
    return total


def table(n, value):
    """A square list of lists."""
    return [[value for _ in range(n)] for _ in range(n)]


def copy(rows):
    """A copy of a list of lists."""
    return [list(row) for row in rows]


# --------------------------------------------------------------------------------------------- the world


class History:
    """What happened: ``rounds``, ``terms``, ``appraised`` (an entry per round) and ``summary`` (a dict)."""

    def __init__(self):
        """Nothing has happened yet."""
        self.rounds = []
        self.terms = []
        self.appraised = []
        self.summary = {}


class World:
    """The state variables of section 2, the settings in force, and the tallies of section 6."""

    def __init__(self, scenario, seed, replicate, automata):
        """The world at the start (section 8)."""
        self.scenario = scenario
        self.seed = seed
        self.replicate = replicate
        self.m = scenario.rounds_per_year
        self.phase_rounds = [math.floor(phase.year * self.m + 0.5) for phase in scenario.phases]
        self.phase = scenario.phases[0]
        states = self.phase.states
        self.n = len(states)

        self.automata = []
        for state in states:
            if state.strategy == "prudent":
                self.automata.append(None)
            else:
                self.automata.append((automata or {})[state.strategy])

        self.capability = [float(state["capability"]) for state in states]
        share_out(self)
        self.revisionism = [float(state["revisionism"]) for state in states]
        self.norm = [float(self.get("norms.initial")) for _ in states]
        self.turmoil = [0 for _ in states]
        self.fine = [0 for _ in states]
        self.member = [bool(state["member"]) for state in states]
        self.prior = scenario.prior
        self.trust = copy(scenario.prior)
        self.stance = table(self.n, 0)
        self.left = table(self.n, 0)
        self.kind = table(self.n, NONE)
        self.at_war = table(self.n, 0)
        self.sovereign = [True for _ in self.phase.buffers]
        self.credibility = float(self.get("sanctions.credibility"))
        self.new_leader = []
        self.revolted = []
        self.wave = False

        self.first_onset = None
        self.first_systemic = None
        self.wars = 0
        self.disputes = set()
        self.estranged = {MISUNDERSTANDING: 0, BREACH: 0, SANCTIONED: 0}
        self.estranged_falsely = 0
        self.estranged_rounds = 0
        self.buffers_lost = 0
        self.revolutions = 0
        self.trust_sum = 0.0
        self.spread_sum = 0.0
        self.credibility_sum = 0.0
        self.error_sum = 0.0
        self.dealings = 0
        self.exploited = 0
        self.false_alarms = 0
        self.misses = 0
        self.willing = 0
        self.pivotal = [0, 0, 0, 0]
        self.restrained = 0
        self.restrained_against_interest = 0
        self.welfare_sum = 0.0
        self.welfare_weight = 0.0
        self.present = 1.0
        self.invoked = 0
        self.joined = 0
        self.joined_on_innocents = 0
        self.response_sum = 0.0

    def get(self, name):
        """A parameter's value in the present phase."""
        return self.phase.parameters[name]

    def setting(self, i, name):
        """A state's setting in the present phase."""
        return self.phase.states[i][name]

    def resolve(self, i):
        """r_i: the state's own resolve, or that of all."""
        own = self.setting(i, "resolve")
        return own if own >= 0.0 else self.get("shadow.resolve")

    def prudent(self, i):
        """Whether a state is prudent, and follows no automaton."""
        return self.automata[i] is None

    def affinity(self, i, j):
        """A_ij."""
        return self.phase.affinity[i][j]

    def draw(self, t, channel, i, j):
        """The draw of this run with this address."""
        return uniform(self.seed, self.replicate, t, channel, i, j)

    def probability(self, rate):
        """What a yearly rate is in a round."""
        return 1.0 - exp(-rate / self.m)

    def duration(self, years):
        """A number of years in rounds, at least 1 unless it is 0."""
        if years * self.m >= 2**30:
            return math.inf
        if years == 0:
            return 0
        return max(1, math.floor(years * self.m + 0.5))

    def punishment(self):
        """L."""
        return self.duration(self.get("shadow.punishment_years"))

    def war_length(self):
        """w of section 2."""
        return self.duration(self.get("war.years"))

    def discount(self):
        """The discount factor of a round."""
        return to_the_power(self.get("shadow.discount_factor"), 1.0 / self.m)

    def learning(self):
        """The learning rate of a round, eta."""
        return 1.0 - to_the_power(1.0 - self.get("trust.learning_rate"), 1.0 / self.m)

    def others(self, i):
        """All states but i, in order."""
        return [j for j in range(self.n) if j != i]

    def ordered_pairs(self):
        """(i, j) with i != j, in the order of i, then j."""
        return [(i, j) for i in range(self.n) for j in range(self.n) if i != j]

    def pairs(self):
        """(i, j) with i < j, in the order (0,1), (0,2), ..., (1,2), ..."""
        return [(i, j) for i in range(self.n) for j in range(i + 1, self.n)]

    def separates(self, k, i, j):
        """Whether buffer k lies between i and j."""
        return (min(i, j), max(i, j)) in self.phase.buffers[k].between

    def buffers_between(self, i, j):
        """The buffers that separate i and j, in order."""
        return [k for k in range(len(self.phase.buffers)) if self.separates(k, i, j)]


class Round:
    """What is worked out within one round and forgotten after it, but for the record."""

    def __init__(self, world):
        """How the pairs stand when step 2 begins."""
        n = world.n
        self.played = table(n, False)
        self.open = table(n, False)
        self.estranged = table(n, False)
        self.withheld = table(n, False)
        for i, j in world.ordered_pairs():
            both_prudent = world.prudent(i) and world.prudent(j)
            self.played[i][j] = world.at_war[i][j] == 0
            self.estranged[i][j] = self.played[i][j] and both_prudent and world.left[i][j] > 0
            self.open[i][j] = self.played[i][j] and not self.estranged[i][j]
            self.withheld[i][j] = self.open[i][j] and world.left[i][j] > 0
        self.trust = copy(world.trust)
        self.look = table(n, None)
        self.bare = table(n, None)
        self.terms = table(n, None)
        self.intend = table(n, None)
        self.action = table(n, None)
        self.seen = table(n, None)
        self.charge = table(n, NONE)
        self.quarrel = table(n, False)
        self.public = table(n, False)
        self.broke = table(n, NONE)
        self.false_breach = table(n, False)
        self.extended = table(n, False)
        self.joined = table(n, False)
        self.response = {}
        self.true_case = {}
        self.fined = []
        self.payoff = [0.0 for _ in range(n)]
        self.went_to_war = []
        self.onsets = 0
        self.systemic = False
        self.cooperating = 0


class Look:
    """What step 2 reckons for i towards j."""


def share_out(world):
    """Divide every capability by the sum."""
    total = add_up(world.capability)
    world.capability = [c / total for c in world.capability]


# --------------------------------------------------------------------------------------------- 1 events


def step_1_events(world, t):
    """Events, in the order of section 3."""
    change_phase(world, t)
    grow(world, t)
    count_turmoil_down(world)
    fade_memory(world)
    fade_grievances(world)
    turn_leaders_over(world, t)
    make_revolutions(world, t)


def change_phase(world, t):
    """Step 1.1: the settings of a phase that begins now replace the former ones."""
    for number in range(1, len(world.phase_rounds)):
        if world.phase_rounds[number] != t:
            continue
        former = world.phase
        world.phase = world.scenario.phases[number]
        rearmed = False
        for i in range(world.n):
            old, new = former.states[i], world.phase.states[i]
            if new["revisionism"] != old["revisionism"]:
                difference = new["revisionism"] - old["revisionism"]
                world.revisionism[i] = max(0.0, world.revisionism[i] + difference)
            if new["member"] != old["member"]:
                world.member[i] = bool(new["member"])
            if new["capability"] != old["capability"]:
                world.capability[i] = world.capability[i] * (new["capability"] / old["capability"])
                rearmed = True
        if rearmed:
            share_out(world)


def grow(world, t):
    """Step 1.2: capabilities grow at the first round of every year but the first."""
    if t == 0 or t % world.m != 0:
        return
    volatility = world.get("power.volatility")
    growth = [world.setting(i, "growth") for i in range(world.n)]
    if volatility == 0.0 and all(g == 0.0 for g in growth):
        return
    for i in range(world.n):
        z = quantile(world.draw(t, GROWTH, i, i))
        world.capability[i] = world.capability[i] * exp(growth[i] + volatility * z)
    share_out(world)


def count_turmoil_down(world):
    """Step 1.3: turmoil counts down and leaves nationalism behind."""
    for i in range(world.n):
        if world.turmoil[i] > 0:
            world.turmoil[i] -= 1
            if world.turmoil[i] == 0:
                world.revisionism[i] = world.revisionism[i] + world.get("domestic.nationalism")


def fade_memory(world):
    """Step 1.3: norms fade, and conferences renew those of members."""
    fading = exp(-LN2 / (world.get("norms.half_life") * world.m))
    socialized = 1.0 - exp(-world.get("diplomacy.conference") * world.get("norms.socialization") / world.m)
    for i in range(world.n):
        world.norm[i] = world.norm[i] * fading
        if world.member[i]:
            world.norm[i] = world.norm[i] + socialized * (1.0 - world.norm[i])


def fade_grievances(world):
    """Step 1.3: fresh grievances fade."""
    fading = 1.0 - exp(-(LN2 / world.get("domestic.grievance_half_life")) / world.m)
    for i in range(world.n):
        world.revisionism[i] = world.revisionism[i] - fading * fresh_grievance(world, i)


def fresh_grievance(world, i):
    """What of the grievance lies above the present setting."""
    return max(0.0, world.revisionism[i] - world.setting(i, "revisionism"))


def turn_leaders_over(world, t):
    """Step 1.4: turnover."""
    world.new_leader = [0 for _ in range(world.n)]
    chance = world.probability(world.get("domestic.turnover"))
    for i in range(world.n):
        if world.draw(t, TURNOVER, i, i) < chance:
            install_leader(world, i)


def install_leader(world, i):
    """State i has a new leader."""
    world.new_leader[i] = 1
    world.norm[i] = world.get("norms.institutionalization") * world.norm[i]
    for j in world.others(i):
        b = world.trust[i][j]
        world.trust[i][j] = b + world.get("domestic.reset") * (world.prior[i][j] - b)


def make_revolutions(world, t):
    """Step 1.4: a wave of revolution."""
    world.revolted = [0 for _ in range(world.n)]
    world.wave = world.draw(t, WAVE, 0, 0) < world.probability(world.get("domestic.revolution"))
    if not world.wave:
        return
    for i in range(world.n):
        if world.draw(t, SPREAD, i, i) < world.get("domestic.spread") * world.setting(i, "unrest"):
            world.revolted[i] = 1
            world.revolutions += 1
            world.turmoil[i] = world.duration(world.get("domestic.turmoil_years"))
            if world.turmoil[i] == 0:
                world.revisionism[i] = world.revisionism[i] + world.get("domestic.nationalism")
            install_leader(world, i)


# ------------------------------------------------------------------------------------------- 2 appraise


def step_2_appraise(world, now):
    """What holds until the next step 2, for every ordered pair (whether it is open or not)."""
    for i, j in world.ordered_pairs():
        now.look[i][j] = effective_game(world, i, j)
        what_is_seen(world, now.look[i][j], i, j)
    for i, j in world.ordered_pairs():
        concession(world, now.look[i][j], now.look[j][i])
    reckon_all(world, now)
    if world.get("sanctions.rule") == "collective":
        protect(world, now)
        reckon_all(world, now)


def reckon_all(world, now):
    """What estrangement costs in every pair, and then who would join a sanction."""
    for i, j in world.ordered_pairs():
        what_estrangement_costs(world, now.look[i][j], i, j)
    for k, z in world.ordered_pairs():
        now.look[k][z].join = chance_to_join(world, now, k, z)


def second_strike(world, i):
    """s_i, which is 0 for a state without nuclear arms."""
    return world.setting(i, "second_strike") if world.setting(i, "nuclear") else 0.0


def buffering(world, i, j):
    """B_ij."""
    product = 1.0
    for k in world.buffers_between(i, j):
        if world.sovereign[k]:
            product = product * (1.0 - world.phase.buffers[k].strength)
    return 1.0 - product


def power(world, i, j):
    """w_ij."""
    c_i, c_j = world.capability[i], world.capability[j]
    weight = world.get("power.weight")
    if c_i == c_j == 0.0:
        return 1.0
    return (1.0 - weight) + weight * 2.0 * c_i / (c_i + c_j)


def conference(world, i, j):
    """K_ij."""
    return world.get("diplomacy.conference") * int(world.member[i]) * int(world.member[j])


def fear_of_war(world, i, j):
    """fear_ij."""
    war_cost, retaliation = world.get("war.cost"), world.get("deterrence.retaliation")
    if war_cost == 0.0:
        return 1.0
    s_i, s_j = second_strike(world, i), second_strike(world, j)
    return (war_cost / (war_cost + retaliation * s_j) + war_cost / (war_cost + retaliation * s_i)) / 2.0


def effective_game(world, i, j):
    """Section 4.1, for i against j, without protection."""
    m = world.m
    temptation, reward = world.get("payoffs.temptation"), world.get("payoffs.reward")
    punishment, sucker = world.get("payoffs.punishment"), world.get("payoffs.sucker")
    tau = world.get("transparency.level")
    s_i, s_j = second_strike(world, i), second_strike(world, j)
    buffered = buffering(world, i, j)
    w_ij, w_ji = power(world, i, j), power(world, j, i)

    exposure = max(0.0, (1.0 + world.get("geography.offense_advantage"))
                   * (1.0 - world.get("geography.buffer_effectiveness") * buffered))  # fmt: skip
    warning = world.get("transparency.early_warning") * (1.0 - (1.0 - tau) * (1.0 - buffered))
    appetite = ((temptation - reward) * exposure * w_ij
                * (1.0 + world.get("transparency.target_knowledge") * (tau * tau * tau))
                + world.revisionism[i])  # fmt: skip
    if world.turmoil[i] > 0:
        appetite = appetite * (1.0 - world.get("domestic.preoccupation"))
    t_ij = reward + appetite
    if world.setting(i, "nuclear"):
        t_ij = t_ij + world.get("deterrence.first_strike_gain") * (1.0 - s_j)
    s_ij = punishment - (punishment - sucker) * exposure * w_ji

    look = Look()
    look.reward = reward
    look.punishment = punishment
    look.gain = (1.0 - warning) * t_ij + warning * punishment
    look.loss = (1.0 - warning) * s_ij + warning * punishment

    look.K = conference(world, i, j)
    look.cost = world.get("war.cost") * w_ji + world.get("deterrence.retaliation") * s_j
    calm = (1.0 - world.get("deterrence.prudence") * (s_i * s_j)) * fear_of_war(world, i, j)
    unilateral, mutual = world.get("war.unilateral"), world.get("war.mutual")
    mediation, escalation = world.get("diplomacy.mediation"), world.get("sanctions.escalation")
    look.h1 = 1.0 - exp(-(unilateral * calm) / m)
    look.hM = 1.0 - exp(-(mutual * calm * (1.0 - mediation * look.K)) / m)
    look.hB = 1.0 - exp(-(mutual * calm) / m)
    look.hS = 1.0 - exp(-(escalation * (mutual * calm)) / m)

    name_outcomes(world, look)
    look.bare_u_cd = look.u_cd
    return look


def name_outcomes(world, look):
    """The four outcomes as i sees them (section 4.1)."""
    m, punishment = world.m, look.punishment
    look.u_dc = look.gain - m * look.h1 * look.cost
    look.u_cd = look.loss - m * look.h1 * look.cost
    look.both = punishment - m * look.h1 * look.cost
    look.u_dd = punishment - m * look.hB * look.cost


def what_is_seen(world, look, i, j):
    """Section 4.2: q, f_ij and g_ij."""
    m, tau = world.m, world.get("transparency.level")
    look.q = 1.0 - to_the_power(world.get("transparency.miss_rate") * (1.0 - tau), 4.0 / m)
    distance = abs(world.setting(i, "ideology") - world.setting(j, "ideology"))
    look.f = 1.0 - exp(-(world.get("transparency.false_alarm_rate") * (1.0 - tau) * (1.0 - look.K)
                         * (1.0 + world.get("diplomacy.cleavage") * distance)) / m)  # fmt: skip
    if world.prudent(i) and world.prudent(j):
        s_i, s_j = second_strike(world, i), second_strike(world, j)
        look.g = (1.0 - exp(-((1.0 - world.get("periphery.insulation")) * world.get("periphery.rate")
                              * (1.0 + world.get("periphery.paradox") * (s_i * s_j))) / m)
                  ) * (1.0 - look.K)  # fmt: skip
    else:
        look.g = 0.0


def stay(world, u, v):
    """The chance that a side does not concede in a round."""
    if u <= v:
        return 1.0
    temperature = world.get("choice.temperature")
    if temperature == 0.0:
        return 0.0
    return to_the_power(1.0 / (1.0 + exp((u - v) / temperature)), 1.0 / world.m)


def concession(world, look, other):
    """gamma and the nu of section 4.3; ``other`` is what j reckons towards i."""
    look.gamma = 1.0 - stay(world, look.bare_u_cd, look.u_dd) * stay(world, other.bare_u_cd, other.u_dd)
    talks = 1.0 - exp(-world.get("diplomacy.renegotiation") / world.m)
    look.nu = {
        MISUNDERSTANDING: 1.0 - (1.0 - look.gamma) * (1.0 - look.K * talks),
        BREACH: look.gamma,
        SANCTIONED: 0.0,
    }
    look.h = {MISUNDERSTANDING: look.hM, BREACH: look.hB, SANCTIONED: look.hS}


def resolves(world, i, j):
    """r_i and r_j as i reckons with them: that of an automaton counts as one."""
    return world.resolve(i), world.resolve(j) if world.prudent(j) else 1.0


def an_estrangement(world, look, kind):
    """A_k, B_k and D_k (section 4.3)."""
    delta, length, w, m = world.discount(), world.punishment(), world.war_length(), world.m
    h, nu = look.h[kind], look.nu[kind]
    beta = delta * (1.0 - h) * (1.0 - nu)
    beaten = endless_power(beta, length)
    g = length if beta == 1.0 else (1.0 - beaten) / (1.0 - beta)
    pays = (look.punishment - m * h * look.cost) * g
    back = beaten + (h * to_the_power(delta, w + 1) + delta * (1.0 - h) * nu) * g
    takes = g * (1.0 + h * w) if delta == 1.0 else 1.0 - back
    return pays, back, takes


def what_estrangement_costs(world, look, i, j):
    """Section 4.3: what open dealings are worth to i, and what an estrangement of each kind costs."""
    delta, eta = world.discount(), world.learning()
    r_i, r_j = resolves(world, i, j)
    q, f, g, k, b = look.q, look.f, look.g, look.K, world.trust[i][j]
    a_m_pays, b_m, d_m = an_estrangement(world, look, MISUNDERSTANDING)
    a_b_pays, b_b, d_b = an_estrangement(world, look, BREACH)
    a_s_pays, _, d_s = an_estrangement(world, look, SANCTIONED)

    look.a = 1.0 - (1.0 - r_i * f) * (1.0 - r_j * f) * (1.0 - g)
    look.a_B = (1.0 - k) * (1.0 - (1.0 - r_i * f) * (1.0 - r_j * f))
    look.a_M = look.a - look.a_B
    if delta == 1.0:
        o1 = ((look.reward + (look.a_M * a_m_pays + look.a_B * a_b_pays))
              / (1.0 + (look.a_M * d_m + look.a_B * d_b)))  # fmt: skip
    else:
        o1 = ((look.reward + delta * (look.a_M * a_m_pays + look.a_B * a_b_pays))
              / (1.0 - delta * (1.0 - look.a) - delta * (look.a_M * b_m + look.a_B * b_b)))  # fmt: skip

    feared = delta * r_i * (q - f) * (1.0 - r_j * f) * (1.0 - g) * max(0.0, o1 * d_b - a_b_pays)
    if delta == 1.0:
        value = o1
    else:
        value = o1 - (1.0 - b) * ((look.reward - look.u_cd + feared)
                                  / (1.0 - delta * (1.0 - eta) * (1.0 - look.a)))  # fmt: skip
    look.open_value = value
    look.loss_m = max(0.0, value * d_m - a_m_pays)
    look.loss_b = max(0.0, value * d_b - a_b_pays)
    look.loss_s = max(0.0, value * d_s - a_s_pays)

    look.d_B = r_j * q + (1.0 - r_j * q) * (1.0 - k) * r_i * f
    look.d_M = 1.0 - (1.0 - r_j * q) * (1.0 - r_i * f) * (1.0 - g) - look.d_B


def chance_to_join(world, now, k, z):
    """Pr_k(z) (section 4.5)."""
    rule = world.get("sanctions.rule")
    if not world.prudent(k) or world.at_war[k][z] > 0:
        return 0.0
    if rule == "balancing":
        worth = world.get("sanctions.balance_weight") * (world.n * world.capability[z])
    else:
        if not world.member[k]:
            return 0.0
        worth = (world.get("sanctions.enforcement_value") * world.credibility
                 + world.get("norms.restraint") * world.norm[k]
                 + world.get("sanctions.pledge") * (1 if rule == "collective" else 0))  # fmt: skip
    net = (worth - world.get("sanctions.cost")
           - world.get("sanctions.alliance_weight") * world.affinity(k, z)
           - (1 if now.open[k][z] else 0) * (now.look[k][z].loss_s / world.m))  # fmt: skip
    temperature = world.get("choice.temperature")
    if temperature == 0.0:
        return 1.0 if net >= 0.0 else 0.0
    return 1.0 / (1.0 + exp(-(net / temperature)))


def protection(world, now, i, j):
    """u_ij: how far the victim j is protected against i (rule collective)."""
    total = add_up(now.look[k][i].join * world.capability[k] for k in world.others(i))
    force = max(0.0, total - now.look[j][i].join * world.capability[j])
    c_i = world.capability[i]
    if force == c_i == 0.0:
        return 0.0
    return world.get("transparency.publicity") * (force / (force + c_i))


def protect(world, now):
    """The attack is met (section 4.1)."""
    u = table(world.n, 0.0)
    for i, j in world.ordered_pairs():
        u[i][j] = protection(world, now, i, j)
    for i, j in world.ordered_pairs():
        look = now.look[i][j]
        look.gain = (1.0 - u[i][j]) * look.gain + u[i][j] * look.punishment
        look.loss = (1.0 - u[j][i]) * look.loss + u[j][i] * look.punishment
        name_outcomes(world, look)


# --------------------------------------------------------------------------------------------- 3 decide


def step_3_decide(world, now, t):
    """Each state's terms and its intended action towards each other state with which it is open."""
    for i, j in world.ordered_pairs():
        if not now.open[i][j]:
            continue
        if now.withheld[i][j]:
            now.intend[i][j] = D
        elif world.prudent(i):
            now.terms[i][j] = terms_of_margin(world, now, i, j)
            now.intend[i][j] = intention(world, t, i, j, now.terms[i][j])
        else:
            chance = world.automata[i]["cooperate"][world.stance[i][j]]
            now.intend[i][j] = C if world.draw(t, INTEND, i, j) < chance else D


def terms_of_margin(world, now, i, j):
    """Section 4.3: (now, future, law, norm) of i towards j."""
    look, b, delta, w = now.look[i][j], world.trust[i][j], world.discount(), world.war_length()
    war_takes = w if delta == 1.0 else delta - to_the_power(delta, w + 1)
    v_c = b * look.reward + (1.0 - b) * look.u_cd
    v_d = b * look.u_dc + (1.0 - b) * look.both
    future = (delta * ((1.0 - b * look.h1) * (look.d_M * look.loss_m + look.d_B * look.loss_b)
                       - look.a_M * look.loss_m - look.a_B * look.loss_b)
              + b * look.h1 * war_takes * look.open_value)  # fmt: skip
    law = law_of(world, now, i, j)
    norm = world.get("norms.restraint") * world.norm[i]
    return v_c - v_d, future, law, norm


def margin_of(terms):
    """now + future + law + norm."""
    now_term, future, law, norm = terms
    return now_term + future + law + norm


def intention(world, t, i, j, terms):
    """What a prudent i intends towards j."""
    margin, temperature = margin_of(terms), world.get("choice.temperature")
    best = C if margin >= 0.0 else D
    if temperature == 0.0:
        return best
    slip = 1.0 / (1.0 + exp(-(abs(margin) / temperature)))
    steady = 1.0 - world.draw(t, INTEND, i, j)
    power_of_it = steady
    for _ in range(world.m - 1):
        power_of_it = power_of_it * steady
    return 1 - best if power_of_it > slip else best


def law_of(world, now, i, j):
    """law_ij: the sanction that i expects if it defects towards j (section 4.5)."""
    rule, delta, look = world.get("sanctions.rule"), world.discount(), now.look[i][j]
    if rule == "none":
        return 0.0
    if rule == "balancing":
        return delta * cost_of_exclusion(world, now, i, j)
    if not world.prudent(j):
        return 0.0
    if rule == "centralized":
        x = cost_of_verdict(world, now, i, j)
    elif rule == "decentralized" and not world.member[i]:
        x = 0.0
    else:
        x = cost_of_exclusion(world, now, i, j)
    r_j = world.resolve(j)
    return (delta * r_j * world.get("transparency.publicity")
            * (look.q - look.f * (1.0 - look.K) * (1.0 - world.get("sanctions.inquiry"))) * x)  # fmt: skip


def cost_of_exclusion(world, now, i, j):
    """X_ij of the rules decentralized, collective and balancing."""

    def part(k):
        return now.look[k][i].join * now.look[i][k].loss_s if now.open[i][k] else 0.0

    return max(0.0, add_up(part(k) for k in world.others(i)) - part(j))


def may_be_asked(world, k, i):
    """Whether k votes on a case against i, unless it brings it."""
    return world.prudent(k) and world.member[k] and world.at_war[i][k] == 0


def cost_of_verdict(world, now, i, j):
    """X_ij of the rule centralized."""

    def part(k):
        return now.look[i][k].loss_s if may_be_asked(world, k, i) and now.open[i][k] else 0.0

    delta, length = world.discount(), world.punishment()
    price = length if delta == 1.0 else (1.0 - endless_power(delta, length)) / (1.0 - delta)
    parts = max(0.0, add_up(part(k) for k in world.others(i)) - part(j))
    return chance_to_pass(world, now, i, j) * (parts + world.get("sanctions.severity") * price)


def chance_to_pass(world, now, i, j):
    """pass: the chance that a case of j against i ends with a sanction."""
    c = world.capability
    if vetoed(world, i):
        return 0.0
    if not any(may_be_asked(world, k, i) for k in world.others(i) if k != j):
        return 0.0

    def chance(k):
        return now.look[k][i].join

    v = add_up(chance(k) * c[k] for k in world.others(i)) - chance(j) * c[j]
    v = v + (1 if world.prudent(j) and world.member[j] else 0) * c[j]
    u = add_up(chance(k) * (1.0 - chance(k)) * (c[k] * c[k]) for k in world.others(i))
    u = u - chance(j) * (1.0 - chance(j)) * (c[j] * c[j])
    need = needed(world)
    if u <= 0.0:
        return 1.0 if v >= need else 0.0
    z = (v - need) / math.sqrt(u)
    z = min(max(z, -10.0), 10.0)
    return 1.0 / (1.0 + exp(-(1.5976 * z + 0.070566 * (z * z * z))))


def needed(world):
    """The capability that must vote for a sanction."""
    members = add_up(world.capability[k] for k in range(world.n) if world.member[k])
    return world.get("sanctions.quorum") * members


def vetoed(world, z):
    """Whether a member with a veto is z or holds its hand over it."""
    for k in range(world.n):
        if not (world.member[k] and world.setting(k, "veto")):
            continue
        if k == z or world.affinity(k, z) > world.get("sanctions.veto_affinity"):
            return True
    return False


# ------------------------------------------------------------------------------------------------ 4 act


def step_4_act(world, now, t):
    """An intention is flipped by accident, but for that to withhold."""
    for i, j in world.ordered_pairs():
        if not now.open[i][j]:
            continue
        now.action[i][j] = now.intend[i][j]
        if not now.withheld[i][j] and world.draw(t, TREMBLE, i, j) < world.get("choice.tremble"):
            now.action[i][j] = 1 - now.intend[i][j]


# ----------------------------------------------------------------------------------- 5 observe, accuse


def step_5_observe_and_accuse(world, now, t):
    """Each side sees the other's action in its own way, and may accuse; quarrels abroad."""
    for i, j in world.ordered_pairs():
        if not now.open[i][j]:
            continue
        eye, look = world.draw(t, OBSERVE, i, j), now.look[i][j]
        sees_defection = eye < look.q if now.action[j][i] == D else eye < look.f
        now.seen[i][j] = D if sees_defection else C
        accuses = sees_defection and world.prudent(i) and not now.withheld[i][j]
        if accuses and world.draw(t, PURSUE, i, j) < world.resolve(i):
            now.charge[i][j] = PURSUED
            if now.action[j][i] == C and confers(world, now, t, i, j):
                now.charge[i][j] = CLEARED
    for i, j in world.pairs():
        if now.played[i][j] and world.prudent(i) and world.prudent(j):
            now.quarrel[i][j] = world.draw(t, QUARREL, j, i) < now.look[i][j].g


def confers(world, now, t, i, j):
    """Whether i and j confer on the charges of this round."""
    low, high = min(i, j), max(i, j)
    return world.draw(t, CONFER, low, high) < now.look[low][high].K


# -------------------------------------------------------------------------------- 6 estrange, sanction


def step_6_estrange_and_sanction(world, now, t):
    """Accusations and quarrels estrange; third states answer."""
    for i, j in world.pairs():
        if now.open[i][j] and world.prudent(i) and world.prudent(j):
            estrange_by_accusation(world, now, i, j)
    for i, j in world.ordered_pairs():
        if world.prudent(i) and not world.prudent(j) and now.charge[i][j] != NONE:
            world.left[i][j] = world.punishment()
    make_public(world, now, t)
    for z in range(world.n):
        if is_case(world, now, z):
            try_case(world, now, t, z)


def estrange_by_accusation(world, now, i, j):
    """An open pair of prudent states becomes estranged by a charge or a quarrel."""
    charges = (now.charge[i][j], now.charge[j][i])
    if PURSUED in charges:
        kind = BREACH
    elif CLEARED in charges or now.quarrel[i][j]:
        kind = MISUNDERSTANDING
    else:
        return
    estrange(world, now, i, j, kind)
    true = [a for a, b in ((i, j), (j, i)) if now.charge[a][b] != NONE and now.action[b][a] == D]
    now.false_breach[i][j] = kind == BREACH and not true


def estrange(world, now, i, j, kind):
    """A pair of prudent states, not estranged till now, is estranged from the next round on."""
    length = world.punishment()
    if length == 0:
        return
    for a, b in ((i, j), (j, i)):
        world.left[a][b] = length
        world.kind[a][b] = kind
        now.broke[a][b] = kind


def make_public(world, now, t):
    """Which charges make a case."""
    rule = world.get("sanctions.rule")
    if rule in ("none", "balancing"):
        return
    for j, z in world.ordered_pairs():
        if now.charge[j][z] != PURSUED or (rule == "decentralized" and not world.member[z]):
            continue
        if world.draw(t, PUBLISH, j, z) < world.get("transparency.publicity"):
            true = now.action[z][j] == D
            now.public[j][z] = true or world.draw(t, INQUIRY, j, z) >= world.get("sanctions.inquiry")


def defected(now, z, j):
    """Whether z defected towards j, which withholding is not."""
    return now.action[z][j] == D and not now.withheld[z][j]


def is_case(world, now, z):
    """Whether there is something to bring a case against z for."""
    if world.get("sanctions.rule") == "balancing":
        return any(defected(now, z, j) for j in world.others(z))
    return any(now.public[j][z] for j in world.others(z))


def is_accuser(world, now, j, z):
    """Whether j is an accuser of z."""
    if world.get("sanctions.rule") == "balancing":
        return defected(now, z, j)
    return now.charge[j][z] != NONE


def try_case(world, now, t, z):
    """The case against z: who is asked, who joins, and what comes of it."""
    rule = world.get("sanctions.rule")
    asked = [
        k
        for k in world.others(z)
        if world.prudent(k)
        and (rule == "balancing" or world.member[k])
        and not is_accuser(world, now, k, z)
        and now.played[k][z]
    ]
    if not asked:
        return
    joiners = [k for k in asked if world.draw(t, SANCTION, k, z) < now.look[k][z].join]
    if rule == "centralized":
        passes = vote_passes(world, now, joiners, z)
        joiners = asked if passes else []
        now.response[z] = 1.0 if passes else 0.0
        if passes:
            now.fined.append(z)
    else:
        able = add_up(world.capability[k] for k in asked)
        willing = add_up(world.capability[k] for k in joiners)
        now.response[z] = 0.0 if able == 0.0 else willing / able
    now.true_case[z] = rule == "balancing" or any(
        now.public[j][z] and now.action[z][j] == D for j in world.others(z)
    )
    for k in joiners:
        now.joined[k][z] = True
        exclude(world, now, k, z)


def vote_passes(world, now, willing, z):
    """Whether a centralized sanction of z passes."""
    if vetoed(world, z):
        return False
    for_it = [
        k for k in world.others(z) if k in willing or (world.member[k] and is_accuser(world, now, k, z))
    ]
    return add_up(world.capability[k] for k in for_it) >= needed(world)


def exclude(world, now, k, z):
    """The joiner k and z are estranged by a sanction; from an automaton, k withholds."""
    length = world.punishment()
    if world.prudent(z):
        if world.left[k][z] == 0:
            estrange(world, now, k, z, SANCTIONED)
        elif world.left[k][z] <= length:
            for a, b in ((k, z), (z, k)):
                world.left[a][b] = length
                now.extended[a][b] = True
    elif world.left[k][z] <= length:
        world.left[k][z] = length
        now.extended[k][z] = True


# ------------------------------------------------------------------------------------------------ 7 pay


def step_7_pay(world, now):
    """What was done is paid (the price of wars that begin follows in step 8); fines count down."""
    for i in range(world.n):
        payoff = 0.0
        for j in world.others(i):
            payoff = payoff + flow_from(now, i, j)
        if world.member[i]:
            tau = world.get("transparency.level")
            payoff = payoff - world.get("transparency.intrusion_cost") * (tau * tau)
        if world.fine[i] > 0:
            payoff = payoff - world.get("sanctions.severity")
        payoff = payoff / world.m
        costs = add_up(world.get("sanctions.cost") for z in range(world.n) if now.joined[i][z])
        now.payoff[i] = payoff - costs
    for i in range(world.n):
        if world.fine[i] > 0:
            world.fine[i] = world.fine[i] - 1
    for z in now.fined:
        world.fine[z] = max(world.fine[z], world.punishment())


def flow_from(now, i, j):
    """What flows to i from its dealings with j."""
    look = now.look[i][j]
    if not now.played[i][j]:
        return 0.0
    if now.estranged[i][j]:
        return look.punishment
    own, other = now.action[i][j], now.action[j][i]
    if own == C and other == C:
        return look.reward
    if own == C and other == D:
        return look.loss
    if own == D and other == C:
        return look.gain
    return look.punishment


# ------------------------------------------------------------------------------------------- 8 escalate


def step_8_escalate(world, now, t):
    """Wars end and begin; buffers are absorbed."""
    settle_wars(world, t)
    begin_wars(world, now, t)
    absorb_buffers(world, now, t)


def settle_wars(world, t):
    """Step 8.1: wars that were on count down, and end."""
    for i, j in world.pairs():
        if world.at_war[i][j] > 0:
            world.at_war[i][j] -= 1
            world.at_war[j][i] -= 1
            if world.at_war[i][j] == 0:
                settle(world, t, i, j)


def share_of(world, i, j):
    """c_i / (c_i + c_j), and 1/2 where both are 0."""
    c_i, c_j = world.capability[i], world.capability[j]
    return 0.5 if c_i == c_j == 0.0 else c_i / (c_i + c_j)


def settle(world, t, i, j):
    """The war between i and j (i < j) is settled."""
    if world.draw(t, PREVAIL, i, j) < share_of(world, i, j):
        winner, loser = i, j
    else:
        winner, loser = j, i
    if world.get("war.capability_loss") != 0.0:
        x = world.get("war.capability_loss") * world.capability[loser]
        world.capability[loser] = world.capability[loser] - x
        world.capability[winner] = world.capability[winner] + x / 2.0
        share_out(world)
    satisfy(world, winner)
    world.revisionism[loser] = world.revisionism[loser] + world.get("war.resentment")
    world.trust[i][j] = world.get("war.settlement_trust")
    world.trust[j][i] = world.get("war.settlement_trust")
    world.norm[i] = 1.0
    world.norm[j] = 1.0
    for k in world.buffers_between(i, j):
        if not world.sovereign[k] and world.draw(t, RESTORE + k, i, j) < world.get("war.restoration"):
            world.sovereign[k] = True


def satisfy(world, i):
    """A winner's fresh grievance falls."""
    relief = world.get("war.satisfaction") * fresh_grievance(world, i)
    world.revisionism[i] = world.revisionism[i] - relief


def begin_wars(world, now, t):
    """Step 8.2: estrangement and defection turn to war, and others join."""
    for i, j in world.pairs():
        if not now.played[i][j] or world.at_war[i][j] > 0:
            continue
        if now.estranged[i][j]:
            chance = now.look[i][j].h[world.kind[i][j]]
        elif now.action[i][j] == D or now.action[j][i] == D:
            chance = now.look[i][j].h1
        else:
            continue
        if world.draw(t, WAR, i, j) < chance:
            begin_war(world, now, t, i, j)
    now.systemic = now.onsets > 0 and has_systemic_war(world)


def begin_war(world, now, t, i, j):
    """A war begins between i and j (i < j), and others join it."""
    now.onsets += 1
    go_to_war(world, now, i, j)
    for k in range(world.n):
        if k in (i, j):
            continue
        for first, other in ((i, j), (j, i)):
            if is_estranged(world, k, first) and is_open(world, k, other):
                if world.draw(t, JOIN + k, i, j) < world.get("war.contagion"):
                    go_to_war(world, now, min(k, first), max(k, first))
                break


def is_estranged(world, i, j):
    """Whether a pair is estranged at this moment."""
    return world.prudent(i) and world.prudent(j) and world.left[i][j] > 0


def is_open(world, i, j):
    """Whether a pair is open at this moment."""
    return world.at_war[i][j] == 0 and not is_estranged(world, i, j)


def go_to_war(world, now, a, b):
    """a and b are at war from the next round on; both pay, and what was between them ends."""
    now.went_to_war.append((a, b))
    now.payoff[a] = now.payoff[a] - now.look[a][b].cost
    now.payoff[b] = now.payoff[b] - now.look[b][a].cost
    for one, other in ((a, b), (b, a)):
        world.at_war[one][other] = world.war_length()
        world.left[one][other] = 0
        world.kind[one][other] = NONE


def has_systemic_war(world):
    """Whether at least three states, and half of all, are connected by pairs at war."""
    for start in range(world.n):
        connected = {start}
        waiting = [start]
        while waiting:
            i = waiting.pop()
            for j in world.others(i):
                if world.at_war[i][j] > 0 and j not in connected:
                    connected.add(j)
                    waiting.append(j)
        if len(connected) >= 3 and 2 * len(connected) >= world.n:
            return True
    return False


def absorb_buffers(world, now, t):
    """Step 8.3: a buffer between estranged states may be absorbed."""
    p = world.probability(world.get("geography.absorption"))
    gain = world.get("geography.absorption_gain")
    for k in range(len(world.phase.buffers)):
        for i, j in world.pairs():
            still = now.estranged[i][j] and is_estranged(world, i, j)
            if not (world.separates(k, i, j) and still and world.sovereign[k]):
                continue
            u = world.draw(t, ABSORB + k, i, j)
            if u < p * share_of(world, i, j):
                winner = i
            elif u < p:
                winner = j
            else:
                continue
            world.sovereign[k] = False
            world.buffers_lost += 1
            satisfy(world, winner)
            if gain != 0.0:
                world.capability[winner] = world.capability[winner] + gain
                share_out(world)


# ------------------------------------------------------------------------------- 9 reconcile and learn


def step_9_reconcile_and_learn(world, now, t):
    """Estrangements end; trust, automata, credibility, membership."""
    reconcile(world, now, t)
    stop_withholding(world, now)
    learn_trust(world, now)
    move_automata(world, now)
    learn_credibility(world, now, t)


def reconcile(world, now, t):
    """Estrangements run out or are ended early."""
    for i, j in world.pairs():
        if not now.estranged[i][j] or not is_estranged(world, i, j) or now.extended[i][j]:
            continue
        if world.draw(t, NEGOTIATE, i, j) < now.look[i][j].nu[world.kind[i][j]]:
            left = 0
        else:
            left = world.left[i][j] - 1
        for a, b in ((i, j), (j, i)):
            world.left[a][b] = left
            if left == 0:
                world.kind[a][b] = NONE
                world.trust[a][b] = max(world.trust[a][b], world.get("diplomacy.agreement_trust"))


def stop_withholding(world, now):
    """Withholding counts down."""
    for i, j in world.ordered_pairs():
        if now.withheld[i][j] and world.left[i][j] > 0 and not now.extended[i][j]:
            world.left[i][j] = world.left[i][j] - 1


def learn_trust(world, now):
    """Trust rises with what was seen and falls with what was believed to be guilt."""
    eta, shock = world.learning(), world.get("trust.shock")
    for i, j in world.ordered_pairs():
        if not now.open[i][j] or now.withheld[i][j]:
            continue
        b, q, f = world.trust[i][j], now.look[i][j].q, now.look[i][j].f
        if now.seen[i][j] == C:
            world.trust[i][j] = b + eta * (1.0 - b)
        elif now.charge[i][j] != CLEARED:
            below = (1.0 - b) * q + b * f
            guilt = 1.0 if below == 0.0 else (1.0 - b) * q / below
            world.trust[i][j] = b * (1.0 - shock * guilt)


def move_automata(world, now):
    """Automata go to their next state by (own action, seen action)."""
    for i, j in world.ordered_pairs():
        if now.played[i][j] and not world.prudent(i):
            following = world.automata[i]["next"][world.stance[i][j]]
            world.stance[i][j] = following[now.action[i][j]][now.seen[i][j]]


def learn_credibility(world, now, t):
    """Credibility follows what enforcement did; a sanctioned member may leave."""
    for z in sorted(now.response):
        response = now.response[z]
        learning = world.get("sanctions.credibility_learning")
        world.credibility = world.credibility + learning * (response - world.credibility)
        leaving = world.get("sanctions.exit") * response
        if response > 0.0 and world.member[z] and world.draw(t, EXIT, z, z) < leaving:
            world.member[z] = False


# -------------------------------------------------------------------------------------------- 10 record


APPRAISED = (
    "gain", "loss", "u_dc", "u_cd", "u_dd", "both", "h1", "hM", "hB", "hS", "q", "f", "g", "K", "cost",
    "join", "open_value", "loss_m", "loss_b", "loss_s", "a", "a_B", "d_M", "d_B", "gamma", "nu",
)  # fmt: skip
"""What of step 2 is kept."""


def step_10_record(world, now, t, history):
    """Write the round down and add to the tallies."""
    for i, j in world.pairs():
        if now.open[i][j] and now.action[i][j] == C and now.action[j][i] == C:
            now.cooperating += 1
    tally_pairs(world, now, t)
    tally_dealings(world, now)
    tally_the_rest(world, now, t)
    history.terms.append(now.terms)
    history.appraised.append(
        [
            [None if look is None else {name: getattr(look, name) for name in APPRAISED} for look in row]
            for row in now.look
        ]
    )
    history.rounds.append(
        {
            "capability": list(world.capability),
            "revisionism": list(world.revisionism),
            "norm": list(world.norm),
            "turmoil": list(world.turmoil),
            "member": list(world.member),
            "fine": list(world.fine),
            "trust": copy(world.trust),
            "at_war": copy(world.at_war),
            "left": copy(world.left),
            "kind": copy(world.kind),
            "sovereign": list(world.sovereign),
            "credibility": world.credibility,
            "payoff": now.payoff,
            "stance": copy(world.stance),
            "played": now.played,
            "open": now.open,
            "withheld": now.withheld,
            "intend": now.intend,
            "action": now.action,
            "seen": now.seen,
            "charge": now.charge,
            "public": now.public,
            "broke": now.broke,
            "joined": now.joined,
            "response": now.response,
            "new_leader": world.new_leader,
            "revolted": world.revolted,
            "wave": world.wave,
            "cooperating": now.cooperating,
            "systemic": now.systemic,
        }
    )


def tally_pairs(world, now, t):
    """Estrangements, disputes and wars of this round."""
    year = t // world.m
    for i, j in world.pairs():
        broke = now.broke[i][j]
        if broke != NONE:
            world.estranged[broke] += 1
        if broke == BREACH and now.false_breach[i][j]:
            world.estranged_falsely += 1
        if now.estranged[i][j]:
            world.estranged_rounds += 1
        if broke in (MISUNDERSTANDING, BREACH) or (now.estranged[i][j] and now.quarrel[i][j]):
            world.disputes.add((i, j, year))
    for i, j in now.went_to_war:
        world.disputes.add((i, j, year))
    world.wars += now.onsets
    if now.onsets > 0 and world.first_onset is None:
        world.first_onset = t
    if now.systemic and world.first_systemic is None:
        world.first_systemic = t


def tally_dealings(world, now):
    """What is counted over ordered pairs."""
    for i, j in world.ordered_pairs():
        world.trust_sum = world.trust_sum + now.trust[i][j]
        if not now.open[i][j]:
            continue
        own, other, seen = now.action[i][j], now.action[j][i], now.seen[i][j]
        world.dealings += 1
        world.error_sum = world.error_sum + abs(now.trust[i][j] - other)
        world.exploited += own == D
        world.false_alarms += other == C and seen == D
        world.misses += other == D and seen == C
        terms = now.terms[i][j]
        if terms is None:
            continue
        margin = margin_of(terms)
        if margin >= 0.0:
            world.willing += 1
            for number, term in enumerate(terms):
                world.pivotal[number] += margin - term < 0.0
        if own == C:
            world.restrained += 1
            world.restrained_against_interest += terms[0] < 0.0


def tally_the_rest(world, now, t):
    """Credibility, cases, the spread of trust, welfare."""
    world.credibility_sum = world.credibility_sum + world.credibility
    for z in sorted(now.response):
        world.invoked += 1
        world.response_sum = world.response_sum + now.response[z]
        if now.response[z] > 0.0:
            world.joined += 1
            world.joined_on_innocents += not now.true_case[z]
    if (t + 1) % world.m == 0:
        world.spread_sum = world.spread_sum + spread_of_trust(world)
    world.welfare_sum = world.welfare_sum + world.present * (add_up(now.payoff) / world.n)
    world.welfare_weight = world.welfare_weight + world.present
    world.present = world.present * world.discount()


# --------------------------------------------------------------------------------------------- measures


def spread_of_trust(world):
    """How far observers differ: the standard deviation of b_ij over i, averaged over j."""
    total = 0.0
    for j in range(world.n):
        observers = world.others(j)
        mean = add_up(world.trust[i][j] for i in observers) / len(observers)
        squares = add_up((world.trust[i][j] - mean) * (world.trust[i][j] - mean) for i in observers)
        total = total + math.sqrt(squares / len(observers))
    return total / world.n


def regime_spells(world, cooperating, high, low):
    """Spells of the regime, as (round of onset, round of collapse or None), in order."""
    total = len(cooperating)
    pairs = world.n * (world.n - 1) // 2
    w = max(1, math.floor(world.scenario["measure.window"] * world.m + 0.5))
    enough = high * (w * pairs)
    too_few = low * (w * pairs)
    spells = []
    earliest = w
    while True:
        onset = None
        for t in range(earliest, total):
            if sum(cooperating[t - w : t]) >= enough:
                onset = t
                break
        if onset is None:
            return spells
        collapse = None
        for t in range(onset, total - w + 1):
            if sum(cooperating[t : t + w]) < too_few:
                collapse = t
                break
        spells.append((onset, collapse))
        if collapse is None:
            return spells
        earliest = collapse + w


def share(count, total):
    """Shares of nothing are 0."""
    return count / total if total else 0.0


def summarize(world, history):
    """Section 6: the measures of the whole run."""
    rounds = len(history.rounds)
    pairs = world.n * (world.n - 1) // 2
    cooperating = [r["cooperating"] for r in history.rounds]
    summary = {}
    thresholds = {
        "regime": (world.scenario["measure.onset"], world.scenario["measure.collapse"]),
        "regime_loose": (0.75, 0.5),
        "regime_strict": (0.95, 0.85),
    }
    for name, (high, low) in thresholds.items():
        spells = regime_spells(world, cooperating, high, low)
        onset, collapse = spells[0] if spells else (None, None)
        end = rounds if collapse is None else collapse
        summary[f"{name}_years"] = 0 if onset is None else (end - onset) / world.m
        summary[f"{name}_ended"] = onset is None or collapse is not None
        if name == "regime":
            summary["regime_onset"] = None if onset is None else onset / world.m
            summary["regime_spells"] = len(spells)
    for name, first in (("peace", world.first_onset), ("systemic", world.first_systemic)):
        summary[f"{name}_years"] = (rounds if first is None else first) / world.m
        summary[f"{name}_ended"] = first is not None
    summary["cooperation_rate"] = sum(cooperating) / (rounds * pairs)
    summary["cooperative_years"] = sum(cooperating) / (pairs * world.m)
    summary["disputes"] = len(world.disputes)
    summary["wars"] = world.wars
    summary["estrangements_misunderstanding"] = world.estranged[MISUNDERSTANDING]
    summary["estrangements_breach"] = world.estranged[BREACH]
    summary["estrangements_sanction"] = world.estranged[SANCTIONED]
    summary["estrangements_false"] = world.estranged_falsely
    summary["estranged_share"] = world.estranged_rounds / (rounds * pairs)
    summary["welfare"] = world.m * (world.welfare_sum / world.welfare_weight)
    summary["trust"] = world.trust_sum / (rounds * world.n * (world.n - 1))
    summary["expectation_error"] = share(world.error_sum, world.dealings)
    summary["credibility"] = world.credibility_sum / rounds
    summary["trust_spread"] = world.spread_sum / max(1, rounds // world.m)
    for name, count in zip(("now", "future", "law", "norm"), world.pivotal, strict=True):
        summary[f"pivotal_{name}"] = share(count, world.willing)
    summary["restraint_against_interest"] = share(world.restrained_against_interest, world.restrained)
    summary["exploitation_rate"] = share(world.exploited, world.dealings)
    summary["false_alarm_share"] = share(world.false_alarms, world.dealings)
    summary["miss_share"] = share(world.misses, world.dealings)
    summary["buffers_lost"] = world.buffers_lost
    summary["revolutions"] = world.revolutions
    summary["sanctions_invoked"] = world.invoked
    summary["sanctions_joined"] = world.joined
    summary["sanctions_on_innocents"] = world.joined_on_innocents
    summary["sanctions_response"] = share(world.response_sum, world.invoked)
    return summary


# ----------------------------------------------------------------------------------------------- the run


def play(scenario, seed, replicate, automata=None, rounds=None):
    """Play one run of a scenario from its start and return its :class:`History`.

    ``automata`` maps the name of every strategy but ``prudent`` to ``{"cooperate": [...], "next": next}``
    with ``next[state][own][seen]``. ``rounds`` shortens or lengthens the horizon.
    """
    world = World(scenario, seed, replicate, automata)
    history = History()
    for t in range(scenario.rounds if rounds is None else rounds):
        step_1_events(world, t)
        now = Round(world)
        step_2_appraise(world, now)
        step_3_decide(world, now, t)
        step_4_act(world, now, t)
        step_5_observe_and_accuse(world, now, t)
        step_6_estrange_and_sanction(world, now, t)
        step_7_pay(world, now)
        step_8_escalate(world, now, t)
        step_9_reconcile_and_learn(world, now, t)
        step_10_record(world, now, t, history)
    history.summary = summarize(world, history)
    return history
