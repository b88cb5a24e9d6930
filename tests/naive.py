"""The naive twin of the model: one world, one run, plain Python, slow and obvious.

Written from the rules alone (``docs/model.md``) and from nothing that implements them, to check the compiled
kernel bit for bit. There is one function per numbered step of the rules, and arithmetic stands in the order
in which the formulas do, from left to right. Floats are never added with the built-in ``sum``, which
compensates for rounding.

    history = play(scenario, seed, replicate, automata=None, rounds=None)

C (restraint) is 1 and D (exploitation) is 0 throughout.
"""

import importlib.util
import math
import sys

C = 1
D = 0

TREMBLE = 0
OBSERVE = 1
INTEND = 2
PUBLISH = 3
WAR = 4
NEGOTIATE = 5
PREVAIL = 6
TURNOVER = 8
SPREAD = 9
WAVE = 10
GROWTH = 11
SANCTION = 12
EXIT = 14
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
    """x**y for x > 0, as section 5 has it."""
    return exp(y * ln(x))


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


def logit_choice(advantage, temperature):
    """1 / (1 + exp(-advantage / temperature)); a strict best reply at temperature 0."""
    if temperature == 0.0:
        return 1.0 if advantage >= 0.0 else 0.0
    return 1.0 / (1.0 + exp(-advantage / temperature))


# --------------------------------------------------------------------------------------------- the world


class History:
    """What happened: ``rounds`` and ``terms`` (one entry per round) and ``summary`` (one dict)."""

    def __init__(self):
        """Nothing has happened yet."""
        self.rounds = []
        self.terms = []
        self.summary = {}


class World:
    """The state variables of section 2, the settings in force, and the tallies of section 6."""

    def __init__(self, scenario, seed, replicate, automata):
        """The world at the start."""
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
        self.member = [bool(state["member"]) for state in states]
        self.prior = scenario.prior
        self.trust = copy(scenario.prior)
        self.at_war = table(self.n, 0)
        self.sovereign = [True for _ in self.phase.buffers]
        self.credibility = float(self.get("sanctions.credibility"))
        self.stance = table(self.n, 0)

        self.first_onset = None
        self.first_systemic = None
        self.wars = 0
        self.disputes = set()
        self.buffers_lost = 0
        self.trust_sum = 0.0
        self.credibility_sum = 0.0
        self.error_sum = 0.0
        self.error_count = 0
        self.restrained = 0
        self.restrained_against_interest = 0
        self.welfare_sum = 0.0
        self.welfare_weight = 0.0
        self.present = 1.0
        self.sides = [0 for _ in states]
        self.new_leader = []
        self.revolted = []
        self.exploited = 0
        self.false_alarms = 0
        self.misses = 0
        self.spread_sum = 0.0
        self.revolutions = 0
        self.invoked = 0
        self.joined = 0

    def get(self, name):
        """A parameter's value in the present phase."""
        return self.phase.parameters[name]

    def setting(self, i, name):
        """A state's setting in the present phase."""
        return self.phase.states[i][name]

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
        """A number of years in rounds."""
        return math.floor(years * self.m + 0.5)

    def discount(self):
        """The per-round discount factor."""
        return to_the_power(self.get("shadow.discount_factor"), 1.0 / self.m)

    def others(self, i):
        """All states but i, in order."""
        return [j for j in range(self.n) if j != i]

    def ordered_pairs(self):
        """(i, j) with i != j, in the order of i, then j."""
        return [(i, j) for i in range(self.n) for j in range(self.n) if i != j]

    def pairs(self):
        """(i, j) with i < j, in the order (0,1), (0,2), ..., (1,2), ..."""
        return [(i, j) for i in range(self.n) for j in range(i + 1, self.n)]

    def buffers_between(self, i, j):
        """The buffers that separate i and j, in order."""
        pair = (min(i, j), max(i, j))
        return [k for k, buffer in enumerate(self.phase.buffers) if pair in buffer.between]


class Round:
    """What is worked out within one round and forgotten after it, but for the record."""

    def __init__(self, world):
        """An empty round: which pairs play is known from the start."""
        n = world.n
        self.played = table(n, False)
        for i, j in world.ordered_pairs():
            self.played[i][j] = world.at_war[i][j] == 0
        self.game = table(n, None)
        self.terms = table(n, None)
        self.trust = None
        self.chance = table(n, None)
        self.intend = table(n, None)
        self.action = table(n, None)
        self.seen = table(n, None)
        self.public = table(n, False)
        self.accused = []
        self.response = {}
        self.undone = table(n, False)
        self.loss = [0.0 for _ in range(n)]
        self.payoff = [0.0 for _ in range(n)]
        self.cooperating = 0


class Game:
    """The effective game that i plays against j, and what goes with it."""


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
    turn_leaders_over(world, t)
    make_revolutions(world, t)


def change_phase(world, t):
    """Step 1.1: the settings of a phase that begins now replace the former ones."""
    for number in range(1, len(world.phase_rounds)):
        if world.phase_rounds[number] != t:
            continue
        former = world.phase
        world.phase = world.scenario.phases[number]
        for i in range(world.n):
            old, new = former.states[i], world.phase.states[i]
            if new["revisionism"] != old["revisionism"]:
                difference = new["revisionism"] - old["revisionism"]
                world.revisionism[i] = max(0.0, world.revisionism[i] + difference)
            if new["member"] != old["member"]:
                world.member[i] = bool(new["member"])


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
    """Step 1.4: norms fade, and conferences renew those of members."""
    fading = exp(-LN2 / (world.get("norms.half_life") * world.m))
    socialized = 1.0 - exp(-world.get("diplomacy.conference") * world.get("norms.socialization") / world.m)
    for i in range(world.n):
        world.norm[i] = world.norm[i] * fading
        if world.member[i]:
            world.norm[i] = world.norm[i] + socialized * (1.0 - world.norm[i])


def turn_leaders_over(world, t):
    """Step 1.5: turnover."""
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
    """Step 1.6: a wave of revolution."""
    world.revolted = [0 for _ in range(world.n)]
    if not world.draw(t, WAVE, 0, 0) < world.probability(world.get("domestic.revolution")):
        return
    for i in range(world.n):
        if world.draw(t, SPREAD, i, i) < world.get("domestic.spread"):
            world.turmoil[i] = world.duration(world.get("domestic.turmoil_years"))
            world.revolted[i] = 1
            world.revolutions += 1
            install_leader(world, i)
            if world.turmoil[i] == 0:
                world.revisionism[i] = world.revisionism[i] + world.get("domestic.nationalism")


# ------------------------------------------------------------------------------------------- 2 appraise


def step_2_appraise(world, now):
    """The effective game of every ordered pair (at war or not: a war's cost may be asked for)."""
    for i, j in world.ordered_pairs():
        now.game[i][j] = effective_game(world, i, j)


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


def hit(world):
    """q."""
    return 1.0 - world.get("transparency.miss_rate") * (1.0 - world.get("transparency.level"))


def alarm(world, i, j):
    """f_ij, spill included: i takes restraint of j for exploitation."""
    tau = world.get("transparency.level")
    distance = abs(world.setting(i, "ideology") - world.setting(j, "ideology"))
    f = (world.get("transparency.false_alarm_rate") * (1.0 - tau) * (1.0 - conference(world, i, j))
         * (1.0 + world.get("diplomacy.cleavage") * distance))  # fmt: skip
    f = min(1.0, max(0.0, f))
    s_i, s_j = second_strike(world, i), second_strike(world, j)
    abroad = 1.0 + world.get("periphery.paradox") * (s_i * s_j)
    g = (1.0 - world.get("periphery.insulation")) * (
        1.0 - exp(-world.get("periphery.rate") * abroad / world.m)
    )
    return 1.0 - (1.0 - f) * (1.0 - g)


def effective_game(world, i, j):
    """Section 4.1, for i against j."""
    temptation, reward = world.get("payoffs.temptation"), world.get("payoffs.reward")
    punishment, sucker = world.get("payoffs.punishment"), world.get("payoffs.sucker")
    tau = world.get("transparency.level")
    s_i, s_j = second_strike(world, i), second_strike(world, j)
    nuclear_i, nuclear_j = int(world.setting(i, "nuclear")), int(world.setting(j, "nuclear"))
    turmoil_i = 1 if world.turmoil[i] > 0 else 0
    b_ij = buffering(world, i, j)
    w_ij, w_ji = power(world, i, j), power(world, j, i)

    exposure = max(0.0, (1.0 + world.get("geography.offense_advantage"))
                   * (1.0 - world.get("geography.buffer_effectiveness") * b_ij))  # fmt: skip
    warning = world.get("transparency.early_warning") * (1.0 - (1.0 - tau) * (1.0 - b_ij))
    gain = ((temptation - reward) * exposure * w_ij * (1.0 + world.get("transparency.target_knowledge") * tau)
            + world.revisionism[i])  # fmt: skip
    t_ij = (reward + gain * (1.0 - world.get("domestic.preoccupation") * turmoil_i)
            + world.get("deterrence.first_strike_gain") * nuclear_i * (1.0 - s_j))  # fmt: skip
    s_ij = punishment - (punishment - sucker) * exposure * w_ji

    game = Game()
    game.reward = reward
    game.punishment = punishment
    game.temptation = (1.0 - warning) * t_ij + warning * punishment
    game.sucker = (1.0 - warning) * s_ij + warning * punishment

    calm = ((1.0 - world.get("deterrence.prudence") * s_i * s_j)
            * (1.0 - world.get("diplomacy.mediation") * conference(world, i, j)))  # fmt: skip
    game.e1 = (1.0 - exp(-world.get("war.unilateral") / world.m)) * calm
    game.e2 = (1.0 - exp(-world.get("war.mutual") / world.m)) * calm
    game.cost = world.get("war.cost") * w_ji + world.get("deterrence.retaliation") * s_j * nuclear_j

    game.u_cc = reward
    game.u_dc = game.temptation - game.e1 * game.cost
    game.u_cd = game.sucker - game.e1 * game.cost
    game.u_dd = punishment - game.e2 * game.cost
    game.hit = hit(world)
    game.alarm = alarm(world, i, j)
    return game


# --------------------------------------------------------------------------------------------- 3 decide


def step_3_decide(world, now, t):
    """Each state's terms and its intended action towards each other state."""
    now.trust = copy(world.trust)
    for i, j in world.ordered_pairs():
        if not now.played[i][j]:
            continue
        terms = terms_of_margin(world, now, i, j)
        now.terms[i][j] = terms
        if world.automata[i] is None:
            now_term, future, law, norm = terms
            margin = now_term + future + law + norm
            chance = logit_choice(margin, world.get("choice.temperature"))
        else:
            chance = world.automata[i]["cooperate"][world.stance[i][j]]
        now.chance[i][j] = chance
        now.intend[i][j] = C if world.draw(t, INTEND, i, j) < chance else D


def terms_of_margin(world, now, i, j):
    """Section 4.3: (v_C - v_D, future, law, norm) of i towards j."""
    game = now.game[i][j]
    b = world.trust[i][j]
    q, f = now.game[j][i].hit, now.game[j][i].alarm
    v_c = b * game.u_cc + (1.0 - b) * game.u_cd
    v_d = b * game.u_dc + (1.0 - b) * game.u_dd
    future = patience(world, q, f) * max(0.0, v_c - game.u_dd)
    law = law_of(world, i, q)
    norm = world.get("norms.restraint") * world.norm[i]
    return v_c - v_d, future, law, norm


def patience(world, q, f):
    """What staying in the relationship is worth, per unit of the stake."""
    delta, k = world.discount(), world.get("shadow.punishment_rounds")
    if delta == 1.0:
        return (q - f) * (k / (1.0 + f * k))
    d = 0.0 if k == math.inf else to_the_power(delta, k)
    return delta * (q - f) * (1.0 - d) / (1.0 - delta * (1.0 - f) - f * d * delta)


def expected_joiners(world):
    """J."""
    return 1.0 + world.credibility * (world.n - 2)


def law_of(world, i, q):
    """The expected sanction of i."""
    rule = world.get("sanctions.rule")
    severity = world.get("sanctions.severity")
    if rule == "balancing":
        mean = add_up(world.affinity(k, i) for k in world.others(i)) / (world.n - 1)
        net = (world.get("sanctions.balance_weight") * (world.n * world.capability[i] - 1.0)
               - world.get("sanctions.cost") / expected_joiners(world)
               - world.get("sanctions.alliance_weight") * mean)  # fmt: skip
        return severity * logit_choice(net, world.get("choice.temperature"))
    if rule == "none":
        under = 0
    elif rule == "decentralized":
        under = int(world.member[i])
    else:
        under = 1
    return q * world.get("transparency.publicity") * severity * world.credibility * under


# ------------------------------------------------------------------------------------------------ 4 act


def step_4_act(world, now, t):
    """An intention is flipped by accident."""
    for i, j in world.ordered_pairs():
        if now.played[i][j]:
            flipped = world.draw(t, TREMBLE, i, j) < world.get("choice.tremble")
            now.action[i][j] = 1 - now.intend[i][j] if flipped else now.intend[i][j]


# -------------------------------------------------------------------------------------------- 5 observe


def step_5_observe(world, now, t):
    """Each side sees the other's action; some accusations become public."""
    for i, j in world.ordered_pairs():
        if not now.played[i][j]:
            continue
        if world.get("transparency.public_signal"):
            eye = world.draw(t, OBSERVE, min(i, j), max(i, j))
        else:
            eye = world.draw(t, OBSERVE, i, j)
        if now.action[j][i] == D:
            sees_exploitation = eye < now.game[i][j].hit
        else:
            sees_exploitation = eye < now.game[i][j].alarm
        now.seen[i][j] = D if sees_exploitation else C
        if sees_exploitation:
            now.public[i][j] = world.draw(t, PUBLISH, i, j) < world.get("transparency.publicity")


# ------------------------------------------------------------------------------------------- 6 sanction


def step_6_sanction(world, now, t):
    """Third parties respond: M_i of every accused i, what is undone, and what everybody loses."""
    now.accused = accused_of(world, now)
    for i in now.accused:
        joiners, now.response[i] = respond(world, t, i)
        if world.get("sanctions.rule") == "collective":
            for j in world.others(i):
                now.undone[i][j] = is_victim(now, i, j) and is_undone(world, joiners, i, j)
        now.loss[i] = now.loss[i] + world.get("sanctions.severity") * now.response[i]
        for k in joiners:
            now.loss[k] = now.loss[k] + world.get("sanctions.cost") / len(joiners)


def accused_of(world, now):
    """The accused, in the order of the states."""
    rule = world.get("sanctions.rule")
    accused = []
    for i in range(world.n):
        exploited = any(now.action[i][j] == D for j in world.others(i))
        denounced = any(now.public[j][i] for j in world.others(i))
        if rule == "none":
            answerable = False
        elif rule == "balancing":
            answerable = exploited
        elif rule == "decentralized":
            answerable = denounced and world.member[i]
        else:
            answerable = denounced
        if answerable:
            accused.append(i)
    return accused


def respond(world, t, i):
    """Who joins against i, and M_i."""
    rule = world.get("sanctions.rule")
    if rule == "balancing":
        able = world.others(i)
    else:
        able = [k for k in world.others(i) if world.member[k]]
    if not able:
        return [], 0.0
    willing = [k for k in able if world.draw(t, SANCTION, k, i) < chance_to_join(world, k, i)]
    if rule == "centralized":
        if vote_passes(world, willing, i):
            return able, 1.0
        return [], 0.0
    joined = add_up(world.capability[k] for k in willing)
    could = add_up(world.capability[k] for k in able)
    return willing, joined / could


def chance_to_join(world, k, i):
    """Pr(k joins against i)."""
    rule = world.get("sanctions.rule")
    cost, j = world.get("sanctions.cost"), expected_joiners(world)
    if rule == "balancing":
        net = (world.get("sanctions.balance_weight") * (world.n * world.capability[i] - 1.0)
               - cost / j
               - world.get("sanctions.alliance_weight") * world.affinity(k, i))  # fmt: skip
    else:
        collective = 1 if rule == "collective" else 0
        net = (world.get("sanctions.enforcement_value") * world.credibility
               + world.get("sanctions.pledge") * collective
               + world.get("norms.restraint") * world.norm[k]
               - cost / j
               - world.get("sanctions.alliance_weight") * world.affinity(k, i))  # fmt: skip
    return logit_choice(net, world.get("choice.temperature"))


def vote_passes(world, votes, i):
    """Whether a centralized sanction of i is adopted."""
    for k in range(world.n):
        may_object = world.member[k] and world.setting(k, "veto")
        if may_object and k == i:
            return False
        if may_object and world.affinity(k, i) > world.get("sanctions.veto_affinity"):
            return False
    in_favour = add_up(world.capability[k] for k in votes)
    of_members = add_up(world.capability[k] for k in range(world.n) if world.member[k])
    return in_favour >= world.get("sanctions.quorum") * of_members


def is_victim(now, i, j):
    """Whether i exploited j, j restrained itself towards i, and j's accusation became public."""
    return now.action[i][j] == D and now.action[j][i] == C and now.public[j][i]


def is_undone(world, joiners, i, j):
    """Whether the joiners and the victim j together are stronger than i."""
    strength = add_up(world.capability[k] for k in joiners if k != j) + world.capability[j]
    return strength > world.capability[i]


# ------------------------------------------------------------------------------------------------ 7 pay


def step_7_pay(world, now):
    """What happened is paid (the price of wars that begin follows in step 8)."""
    for i in range(world.n):
        payoff = 0.0
        for j in world.others(i):
            if now.played[i][j]:
                payoff = payoff + gain_from(now, i, j)
        if world.member[i]:
            tau = world.get("transparency.level")
            payoff = payoff - world.get("transparency.intrusion_cost") * (tau * tau)
        now.payoff[i] = payoff - now.loss[i]


def gain_from(now, i, j):
    """What i gets from its dealings with j."""
    game = now.game[i][j]
    own, other = now.action[i][j], now.action[j][i]
    if own == C and other == C:
        return game.reward
    if own == C and other == D:
        return game.sucker
    if own == D and other == D:
        return game.punishment
    return game.punishment if now.undone[i][j] else game.temptation


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


def settle(world, t, i, j):
    """The war between i and j (i < j) is settled."""
    c_i, c_j = world.capability[i], world.capability[j]
    if world.draw(t, PREVAIL, i, j) < (0.5 if c_i == c_j == 0.0 else c_i / (c_i + c_j)):
        winner, loser = i, j
    else:
        winner, loser = j, i
    if world.get("war.capability_loss") != 0.0:
        x = world.get("war.capability_loss") * world.capability[loser]
        world.capability[loser] = world.capability[loser] - x
        world.capability[winner] = world.capability[winner] + x / 2.0
        share_out(world)
    world.revisionism[loser] = world.revisionism[loser] + world.get("war.resentment")
    world.trust[i][j] = world.get("war.settlement_trust")
    world.trust[j][i] = world.get("war.settlement_trust")
    world.norm[i] = 1.0
    world.norm[j] = 1.0
    for k in world.buffers_between(i, j):
        if not world.sovereign[k] and world.draw(t, RESTORE + k, i, j) < world.get("war.restoration"):
            world.sovereign[k] = True


def begin_wars(world, now, t):
    """Step 8.2: exploitation turns to war, and others join."""
    for i, j in world.pairs():
        if not now.played[i][j] or world.at_war[i][j] > 0:
            continue
        exploiters = (now.action[i][j] == D) + (now.action[j][i] == D)
        if exploiters == 0:
            continue
        chance = now.game[i][j].e1 if exploiters == 1 else now.game[i][j].e2
        if world.draw(t, WAR, i, j) < chance:
            begin_war(world, now, t, i, j)


def begin_war(world, now, t, i, j):
    """A war begins between i and j (i < j)."""
    side = {i: "i", j: "j"}
    for k in range(world.n):
        if k in (i, j):
            continue
        if world.draw(t, JOIN + k, i, j) < world.get("war.contagion"):
            if world.affinity(k, i) > world.affinity(k, j):
                side[k] = "i"
            elif world.affinity(k, j) > world.affinity(k, i):
                side[k] = "j"
    if world.get("war.contagion") > 0.0:
        world.sides = [{"i": 1, "j": 2}.get(side.get(k), 0) for k in range(world.n)]
    length = max(1, world.duration(world.get("war.years")))
    for a, b in world.pairs():
        if a in side and b in side and side[a] != side[b] and world.at_war[a][b] == 0:
            world.at_war[a][b] = length
            world.at_war[b][a] = length
            now.payoff[a] = now.payoff[a] - now.game[a][b].cost
            now.payoff[b] = now.payoff[b] - now.game[b][a].cost
    world.wars += 1
    if world.first_onset is None:
        world.first_onset = t
    if 2 * len(side) >= world.n and world.first_systemic is None:
        world.first_systemic = t


def absorb_buffers(world, now, t):
    """Step 8.3: exploitation across a buffer may absorb it."""
    chance = world.probability(world.get("geography.absorption"))
    gain = world.get("geography.absorption_gain")
    for i, j in world.ordered_pairs():
        if not now.played[i][j] or now.action[i][j] != D:
            continue
        for k in world.buffers_between(i, j):
            if world.sovereign[k] and world.draw(t, ABSORB + k, i, j) < chance:
                world.sovereign[k] = False
                world.buffers_lost += 1
                if gain != 0.0:
                    world.capability[i] = world.capability[i] + gain
                    share_out(world)


# ---------------------------------------------------------------------------------------------- 9 learn


def step_9_learn(world, now, t):
    """Trust, negotiation, automata, credibility, membership."""
    learn_trust(world, now)
    negotiate(world, now, t)
    move_automata(world, now)
    learn_credibility(world, now, t)


def learn_trust(world, now):
    """Trust moves to what was seen."""
    for i, j in world.ordered_pairs():
        if now.played[i][j]:
            b = world.trust[i][j]
            world.trust[i][j] = b + world.get("trust.learning_rate") * (now.seen[i][j] - b)


def negotiate(world, now, t):
    """A pair in mutual exploitation, not at war now, may come to an agreement."""
    chance = world.probability(world.get("diplomacy.renegotiation"))
    for i, j in world.pairs():
        if not now.played[i][j] or world.at_war[i][j] > 0:
            continue
        both = now.action[i][j] == D and now.action[j][i] == D
        if both and world.draw(t, NEGOTIATE, i, j) < chance:
            world.trust[i][j] = world.get("diplomacy.agreement_trust")
            world.trust[j][i] = world.get("diplomacy.agreement_trust")


def move_automata(world, now):
    """Automata go to their next state by (own action, seen action)."""
    for i, j in world.ordered_pairs():
        if now.played[i][j] and world.automata[i] is not None:
            following = world.automata[i]["next"][world.stance[i][j]]
            world.stance[i][j] = following[now.action[i][j]][now.seen[i][j]]


def learn_credibility(world, now, t):
    """Credibility follows what enforcement did; a sanctioned member may leave."""
    for i in now.accused:
        response = now.response[i]
        learning = world.get("sanctions.credibility_learning")
        world.credibility = world.credibility + learning * (response - world.credibility)
        if response > 0.0 and world.draw(t, EXIT, i, i) < world.get("sanctions.exit") * response:
            world.member[i] = False


# -------------------------------------------------------------------------------------------- 10 record


def step_10_record(world, now, t, history):
    """Write the round down and add to the tallies."""
    now.cooperating = 0
    for i, j in world.pairs():
        if now.played[i][j] and now.action[i][j] == C and now.action[j][i] == C:
            now.cooperating += 1
    tally(world, now, t)
    history.terms.append(now.terms)
    history.rounds.append(
        {
            "capability": list(world.capability),
            "revisionism": list(world.revisionism),
            "norm": list(world.norm),
            "turmoil": list(world.turmoil),
            "member": list(world.member),
            "trust": copy(world.trust),
            "at_war": copy(world.at_war),
            "sovereign": list(world.sovereign),
            "credibility": world.credibility,
            "stance": copy(world.stance),
            "intend": now.intend,
            "action": now.action,
            "seen": now.seen,
            "payoff": now.payoff,
            "cooperating": now.cooperating,
            "accused": now.accused,
            "response": now.response,
            "undone": now.undone,
            "public": now.public,
            "game": now.game,
            "chance": now.chance,
            "sides": list(world.sides),
            "new_leader": world.new_leader,
            "revolted": world.revolted,
            "terms": now.terms,
            "temperature": world.get("choice.temperature"),
            "tremble": world.get("choice.tremble"),
            "public_signal": world.get("transparency.public_signal"),
            "played": now.played,
        }
    )


def tally(world, now, t):
    """Add this round to the measures that are gathered as the run goes."""
    for i, j in world.ordered_pairs():
        world.trust_sum = world.trust_sum + now.trust[i][j]
        if not now.played[i][j]:
            continue
        world.error_sum = world.error_sum + abs(now.trust[i][j] - now.action[j][i])
        world.error_count += 1
        if now.action[i][j] == D and now.seen[j][i] == D:
            world.disputes.add((min(i, j), max(i, j), t // world.m))
        world.exploited += now.action[i][j] == D
        world.false_alarms += now.action[j][i] == C and now.seen[i][j] == D
        world.misses += now.action[j][i] == D and now.seen[i][j] == C
        if world.automata[i] is None and now.action[i][j] == C:
            world.restrained += 1
            if now.terms[i][j][0] < 0.0:
                world.restrained_against_interest += 1
    world.credibility_sum = world.credibility_sum + world.credibility
    world.invoked += len(now.accused)
    world.joined += len([i for i in now.accused if now.response[i] > 0.0])
    if (t + 1) % world.m == 0:
        world.spread_sum = world.spread_sum + spread_of_trust(world)
    world.welfare_sum = world.welfare_sum + world.present * (add_up(now.payoff) / world.n)
    world.welfare_weight = world.welfare_weight + world.present
    world.present = world.present * world.discount()


def spread_of_trust(world):
    """How far observers differ: the standard deviation of b_ij over i, averaged over j."""
    total = 0.0
    for j in range(world.n):
        observers = world.others(j)
        mean = add_up(world.trust[i][j] for i in observers) / len(observers)
        squares = add_up((world.trust[i][j] - mean) * (world.trust[i][j] - mean) for i in observers)
        total = total + math.sqrt(squares / len(observers))
    return total / world.n


# --------------------------------------------------------------------------------------------- measures


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
    summary["disputes"] = len(world.disputes)
    summary["wars"] = world.wars
    summary["welfare"] = world.welfare_sum / world.welfare_weight
    summary["trust"] = world.trust_sum / (rounds * world.n * (world.n - 1))
    summary["credibility"] = world.credibility_sum / rounds
    dealt = world.error_count
    summary["expectation_error"] = world.error_sum / dealt if dealt else 0.0
    against = world.restrained_against_interest / world.restrained if world.restrained else 0.0
    summary["restraint_against_interest"] = against
    summary["exploitation_rate"] = world.exploited / dealt if dealt else 0.0
    summary["false_alarm_share"] = world.false_alarms / dealt if dealt else 0.0
    summary["miss_share"] = world.misses / dealt if dealt else 0.0
    summary["trust_spread"] = world.spread_sum / max(1, rounds // world.m)
    summary["buffers_lost"] = world.buffers_lost
    summary["revolutions"] = world.revolutions
    summary["sanctions_invoked"] = world.invoked
    summary["sanctions_joined"] = world.joined
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
        step_5_observe(world, now, t)
        step_6_sanction(world, now, t)
        step_7_pay(world, now)
        step_8_escalate(world, now, t)
        step_9_learn(world, now, t)
        step_10_record(world, now, t, history)
    history.summary = summarize(world, history)
    return history
