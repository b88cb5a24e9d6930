"""What must hold in any world, whatever is on: ranges, symmetries, scales, neutral values, horizons."""

import itertools
import random
from dataclasses import replace

import generators
import numpy as np
import pytest
import twins
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import regimesim.simulation.lowering
from regimesim.core.lanes import Lanes
from regimesim.scenario.parameters import BY_NAME, PARAMETERS, STATE
from regimesim.scenario.reading import read_scenario
from regimesim.simulation.columns import SHARES
from regimesim.simulation.lowering import lower
from regimesim.simulation.simulate import measure

SEED = 1945
CERTAIN = 52.0
"""A yearly rate that is a probability of 1, to the last bit, where a round is a year."""


@pytest.fixture(autouse=True, scope="module")
def _automata():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(regimesim.simulation.lowering, "load_strategy", twins.AUTOMATA.__getitem__)
        yield


def tree_of(number, rule, states, neutral):
    """A scenario's tree in which most mechanisms are on; ``neutral``: the share of parameters left alone."""
    rng = random.Random(number)
    names = [f"S{i}" for i in range(states)]
    pairs = [list(pair) for pair in itertools.combinations(names, 2)]
    tree = generators.lively(rule, rng, neutral)
    tree["shadow"]["rounds_per_year"] = m = rng.choice([1, 2, 4])
    strengths = [rng.random() for _ in range(rng.randint(0, 3))]
    buffers = {
        f"B{k}": {"between": rng.sample(pairs, rng.randint(1, min(2, len(pairs)))), "strength": strength}
        for k, strength in enumerate(strengths)
    }
    epoch = {
        "year": 3,
        "transparency": {"level": rng.random()},
        "states": {names[0]: {"member": rng.random() < 0.5}},
    }
    return {
        **tree, "years": 16 / m, "buffers": buffers,
        "states": {name: generators.state(rng) for name in names},
        "affinity": {"default": 0.2, f"{names[0]}-to-{names[-1]}": rng.random()},
        "epochs": [epoch] if rng.random() < 0.5 else [],
    }  # fmt: skip


TREES = st.builds(
    tree_of,
    st.integers(0, 2**32 - 1),
    st.sampled_from(generators.RULES),
    st.integers(2, 5),
    st.sampled_from([0.1, 0.3, 0.6]),
)


def block(tree, replicates=(0, 1, 2), **changes):
    """A block of lanes before its first round."""
    scenario = read_scenario({**tree, **changes}, "any")
    return Lanes(lower(scenario), np.zeros(len(replicates), np.intp), np.array(replicates), SEED)


def to_the_end(lanes):
    lanes.play(lanes.design.rounds)
    return lanes


def same(a, b, besides=()):
    """The bits of world and tally, of every lane."""
    for kind in ("world", "tally"):
        here, there = getattr(a, kind), getattr(b, kind)
        for name in here._fields:
            if name not in (*besides, "sums"):  # room for sums
                assert twins.same_bits(getattr(here, name), getattr(there, name)), name


DECIDED = (
    "played", "open", "withheld", "intend", "action", "seen", "charge", "left", "kind", "at_war", "joined",
    "stance",
)  # fmt: skip
"""What is decided of ordered pairs in a round."""


# ------------------------------------------------------------------------------------------------ ranges


def payoff_bounds(scenario):
    """What a state's payoff of a round cannot leave, from the parameters of a phase alone."""
    low, high = [], []
    others, m = len(scenario.states) - 1, scenario.rounds_per_year
    for phase in scenario.phases:
        p = phase.parameters
        t, r, u, s = (p[f"payoffs.{name}"] for name in ("temptation", "reward", "punishment", "sucker"))
        exposed = max(0.0, 1 + p["geography.offense_advantage"])
        worst = u - (u - s) * exposed * 2
        best = r + (t - r) * exposed * 2 * (1 + p["transparency.target_knowledge"])
        high.append(others * (max(best, r, u, 0.0) + p["deterrence.first_strike_gain"]) / m)
        flows = others * min(worst, r, u, 0.0) - p["transparency.intrusion_cost"] - p["sanctions.severity"]
        dues = others * (p["sanctions.cost"] + 2 * p["war.cost"] + p["deterrence.retaliation"])
        low.append(flows / m - dues)
    return min(low), max(high)


def within(array, low, high):
    return bool((array >= low).all() and (array <= high).all())


def check_ranges(tree):
    lanes = block(tree)
    scenario = read_scenario(tree, "any")
    low, high = payoff_bounds(scenario)
    world, game, n = lanes.world, lanes.game, len(scenario.states)
    off = ~np.eye(n, dtype=bool)
    while lanes.round < lanes.design.rounds:
        lanes.decide()
        assert np.isfinite(lanes.margins()).all()
        for name in ("alarm", "abroad", "war_open", "war_estranged", "buffer", "confer", "join", "ending"):
            found = getattr(game, name)
            between = found[off] if found.ndim == 3 else found[:, np.triu(off)]  # by kind: of pairs i < j
            assert within(between, 0, 1), name
        lanes.carry_out()
        for name in ("norm", "trust", "credibility", "capability"):
            assert within(getattr(world, name), 0, 1), name
        assert np.abs(world.capability.sum(0) - 1).max() < 1e-12
        for name in ("revisionism", "turmoil", "at_war", "left", "fine"):
            assert (getattr(world, name) >= 0).all(), name
        check_relations(world, np.array([s.strategy == "prudent" for s in scenario.phases[0].states]))
        for name in ("intend", "action", "seen", "member", "sovereign"):
            assert np.isin(getattr(world, name), (0, 1)).all(), name
        most = high + (n - 1) * world.revisionism.max() / scenario.rounds_per_year
        assert within(world.payoff, low - 1e-9, most + 1e-9)
    years = lanes.design.rounds / lanes.design.rounds_per_year
    for name, column in measure(lanes).items():
        if name in SHARES:
            assert within(column, 0, 1), name
        if name.endswith("_years"):
            assert within(column, 0, years), name


def check_relations(world, prudent):
    """War and estrangement are mutual, exclude each other and have a kind; a state withholds alone."""
    both = (prudent[:, None] & prudent[None, :])[..., None]
    assert np.array_equal(world.at_war, world.at_war.swapaxes(0, 1))
    assert not ((world.at_war > 0) & (world.left > 0)).any()
    assert np.array_equal((world.left > 0) & both, world.kind > 0)
    assert np.array_equal(world.kind, world.kind.swapaxes(0, 1))
    assert np.array_equal(np.where(both, world.left, 0), np.where(both, world.left, 0).swapaxes(0, 1))
    assert not world.left[~prudent].any()


# ------------------------------------------------------------------------------------------- relabelling


def relabelled(tree, order):
    """The same world with its states listed in another order."""
    names = list(tree["states"])
    return {**tree, "states": {names[i]: tree["states"][names[i]] for i in order}}


def check_margins_of_relabelled(tree, rng):
    """In any state of the world: what each side weighs does not depend on how the states are numbered."""
    order = list(range(len(tree["states"])))
    rng.shuffle(order)
    here, there = block(tree), block(relabelled(tree, order))
    here.play(rng.randrange(here.design.rounds))
    while there.round < here.round:  # its luck is another; only its phase matters
        there.play(there.round + 1)
    for name in ("trust", "at_war", "stance", "left", "kind"):
        getattr(there.world, name)[:] = getattr(here.world, name)[np.ix_(order, order)]
    for name in ("capability", "revisionism", "norm", "turmoil", "member", "fine"):
        getattr(there.world, name)[:] = getattr(here.world, name)[order]
    for name in ("sovereign", "credibility"):
        getattr(there.world, name)[:] = getattr(here.world, name)
    there.game.stale[:] = 2
    here.game.stale[:] = 2
    terms = here.margins()[np.ix_(order, order)]
    np.testing.assert_allclose(there.margins(), terms, rtol=1e-11, atol=1e-11)


def without_luck(tree):
    """The tree with everything certain or off, and nothing in which the rules give an order to the states."""
    rng = random.Random(repr(tree))

    def either(value):
        return value if rng.random() < 0.5 else 0.0

    chosen = {
        "domestic": {"turnover": either(CERTAIN), "spread": 1.0, "revolution": either(CERTAIN)},
        "diplomacy": {"renegotiation": either(CERTAIN), "conference": either(1.0)},
        "deterrence": {"prudence": 0.0, "retaliation": 0.0},
        "geography": {"absorption": either(CERTAIN), "absorption_gain": 0.0},
        "war": {
            "unilateral": 0.0, "mutual": either(CERTAIN), "contagion": 0.0, "years": 50, "satisfaction": 0.0,
        },
        "choice": {"temperature": 0.0, "tremble": 0.0},
        "transparency": {
            "miss_rate": either(1.0), "level": 0.0, "false_alarm_rate": 0.0, "publicity": either(1.0),
        },
        "periphery": {"rate": either(CERTAIN), "insulation": 0.0, "paradox": 0.0},
        "sanctions": {
            "credibility_learning": 0.0, "exit": 0.0, "inquiry": either(1.0), "escalation": either(1.0),
        },
        "power": {"volatility": 0.0},
        "shadow": {"rounds_per_year": 1, "resolve": either(1.0)},
    }  # fmt: skip
    if chosen["diplomacy"]["conference"]:
        chosen["diplomacy"]["mediation"] = either(1.0)
    states = {
        name: {
            **state, "strategy": "prudent" if state["strategy"] == "hesitant" else state["strategy"],
            "unrest": float(round(state["unrest"])), "resolve": float(round(state.get("resolve", 1.0))),
        }
        for name, state in tree["states"].items()
    }  # fmt: skip
    return {
        **tree, "states": states, "epochs": [],
        **{group: {**tree.get(group, {}), **some} for group, some in chosen.items()},
    }  # fmt: skip


def check_history_of_relabelled(tree, rng):
    """Without luck, and where no rule gives an order to the states, the whole history is relabelled."""
    tree = without_luck(tree)
    order = list(range(len(tree["states"])))
    rng.shuffle(order)
    here, there = block(tree, (0,)), block(relabelled(tree, order), (0,))
    off = ~np.eye(len(order), dtype=bool)
    while here.round < here.design.rounds:
        here.decide()
        there.decide()
        assume(np.abs(here.margins().sum(2)[off]).min() > 1e-9)  # a near tie may fall either way
        here.carry_out()
        there.carry_out()
        for name in (*DECIDED, "accuses"):
            assert np.array_equal(
                getattr(there.world, name), getattr(here.world, name)[np.ix_(order, order)]
            ), name
        for name in ("turmoil", "member", "new_leader", "revolted", "fine"):
            assert np.array_equal(getattr(there.world, name), getattr(here.world, name)[order]), name
        for name in ("capability", "revisionism", "norm", "payoff"):
            pair = getattr(there.world, name), getattr(here.world, name)[order]
            np.testing.assert_allclose(*pair, rtol=1e-11, atol=1e-11, err_msg=name)
        trust = here.world.trust[np.ix_(order, order)]
        np.testing.assert_allclose(there.world.trust, trust, rtol=1e-11, atol=1e-11)
        assert np.array_equal(there.world.sovereign, here.world.sovereign)
    assert measure(here)["wars"] == measure(there)["wars"]


# --------------------------------------------------------------------------------------------- scaling

IN_PAYOFFS = [p.name for p in PARAMETERS if p.unit.startswith("payoff")]
OF_STATES = [p.name for p in STATE if p.unit.startswith("payoff")]


def scaled(tree, factor):
    """The same world with whatever is in units of payoff counted in another unit."""
    scenario = read_scenario(tree, "any")
    phases = [
        replace(
            phase,
            parameters={k: v * factor if k in IN_PAYOFFS else v for k, v in phase.parameters.items()},
            states=tuple(
                replace(s, settings={k: v * factor if k in OF_STATES else v for k, v in s.settings.items()})
                for s in phase.states
            ),
        )
        for phase in scenario.phases
    ]
    return replace(scenario, phases=tuple(phases))


def lanes_of(scenario):
    return Lanes(lower(scenario), np.zeros(2, np.intp), np.arange(2), SEED)


def check_scale(tree, factor):
    """A power of two changes no bit but the scale; another factor no decision that is not a near tie."""
    exact = float(factor).hex().startswith("0x1.0000000000000p")
    here, there = lanes_of(scaled(tree, 1)), lanes_of(scaled(tree, factor))
    strict = tree.get("choice", {}).get("temperature", 0.0) == 0.0
    off = ~np.eye(len(tree["states"]), dtype=bool)
    while here.round < here.design.rounds:
        here.decide()
        there.decide()
        terms, others = here.margins() * factor, there.margins()
        if exact:
            assert np.array_equal(terms, others)
        else:
            np.testing.assert_allclose(others, terms, rtol=1e-9, atol=1e-9 * factor)
            assume(not strict or np.abs(terms.sum(2)[off]).min() > 1e-9 * factor)
        here.carry_out()
        there.carry_out()
        for name in (*DECIDED, "member", "sovereign", "fine"):
            assert np.array_equal(getattr(here.world, name), getattr(there.world, name)), name
        if exact:
            for name in ("trust", "norm", "credibility", "capability", "sanction"):
                assert np.array_equal(getattr(here.world, name), getattr(there.world, name)), name
            for name in ("payoff", "revisionism"):
                assert np.array_equal(getattr(here.world, name) * factor, getattr(there.world, name)), name
    for name, column in measure(here).items():
        if name == "welfare":
            np.testing.assert_allclose(measure(there)[name], column * factor, rtol=1e-9, atol=1e-9 * factor)
        elif exact or column.dtype.kind in "iub":
            assert np.array_equal(measure(there)[name], column, equal_nan=column.dtype.kind == "f"), name


# ------------------------------------------------------------------------------------------------- time

COMPOUND = ("shadow.discount_factor", "trust.learning_rate")
RATES = [p.name for p in PARAMETERS if p.unit == "per year" and p.name not in COMPOUND]
LENGTHS = [p.name for p in PARAMETERS if p.unit == "years"]
FLOWS = [
    "payoffs.temptation", "payoffs.reward", "payoffs.punishment", "payoffs.sucker", "sanctions.severity",
    "transparency.intrusion_cost", "deterrence.first_strike_gain",
]  # fmt: skip


def in_half_years(tree):
    """The same world with half a year for the unit of time: half as many rounds in it, half the flows."""
    scenario = read_scenario(tree, "any")

    def counted(parameters):
        p = dict(parameters)
        for name in (*RATES, *FLOWS):
            p[name] = p[name] / 2
        for name in LENGTHS:
            p[name] = p[name] * 2
        p["shadow.rounds_per_year"] //= 2
        p["shadow.discount_factor"] **= 0.5
        p["trust.learning_rate"] = 1 - (1 - p["trust.learning_rate"]) ** 0.5
        p["transparency.miss_rate"] **= 0.5
        return p

    phases = [
        replace(
            phase, year=phase.year * 2, parameters=counted(phase.parameters),
            states=tuple(
                replace(s, settings={**s.settings, "revisionism": s["revisionism"] / 2}) for s in phase.states
            ),
        )
        for phase in scenario.phases
    ]  # fmt: skip
    return replace(scenario, phases=tuple(phases), years=scenario.years * 2)


def check_clock(tree):
    """What is yearly is nothing but a unit: every round is the same in another one.

    But for what depends on a year by its nature: slips (in a year), misses where something is transparent (of
    a quarter), growth (at the turn of a year), norms and grievances (compared with what is paid once).
    """
    tree = {**tree, "power": {**tree.get("power", {}), "volatility": 0.0}}
    for group, fixed in {
        "shadow": {"rounds_per_year": 4}, "choice": {"temperature": 0.0}, "transparency": {"level": 0.0},
        "norms": {"restraint": 0.0}, "domestic": {"nationalism": 0.0}, "war": {"resentment": 0.0},
    }.items():  # fmt: skip
        tree[group] = {**tree.get(group, {}), **fixed}
    tree["states"] = {name: {**state, "growth": 0} for name, state in tree["states"].items()}
    tree["epochs"] = []
    here, there = lanes_of(read_scenario(tree, "any")), lanes_of(in_half_years(tree))
    assert there.design.rounds == here.design.rounds
    assert there.design.rounds_per_year == here.design.rounds_per_year / 2
    off = ~np.eye(len(tree["states"]), dtype=bool)
    while here.round < here.design.rounds:
        here.decide()
        there.decide()
        terms = here.margins()
        np.testing.assert_allclose(there.margins() * 2, terms, rtol=1e-9, atol=1e-9)
        assume(np.abs(terms.sum(2)[off]).min() > 1e-9)
        here.carry_out()
        there.carry_out()
        for name in (*DECIDED, "member", "sovereign", "fine"):
            assert np.array_equal(getattr(here.world, name), getattr(there.world, name)), name
        for name in ("trust", "credibility", "capability", "norm", "payoff"):
            np.testing.assert_allclose(
                getattr(there.world, name), getattr(here.world, name), rtol=1e-9, atol=1e-9, err_msg=name
            )


# ------------------------------------------------------------------------------------------ neutral values

NEUTRAL = {
    "conferences": (
        {"diplomacy.conference": 0.0},
        ("diplomacy.mediation", "diplomacy.renegotiation", "norms.socialization"),
    ),
    "false alarms": (
        {"transparency.false_alarm_rate": 0.0}, ("diplomacy.cleavage", "sanctions.inquiry", "ideology"),
    ),
    "transparency": (
        {"transparency.miss_rate": 0.0, "transparency.false_alarm_rate": 0.0,
         "transparency.early_warning": 0.0, "transparency.target_knowledge": 0.0,
         "transparency.intrusion_cost": 0.0},
        ("transparency.level", "diplomacy.cleavage"),
    ),
    "sanctions": (
        {"sanctions.rule": "none"},
        ("sanctions.severity", "sanctions.cost", "sanctions.enforcement_value", "sanctions.pledge",
         "sanctions.alliance_weight", "sanctions.balance_weight", "sanctions.quorum",
         "sanctions.veto_affinity", "sanctions.credibility_learning", "sanctions.exit", "sanctions.inquiry",
         "sanctions.escalation", "transparency.publicity", "veto"),
    ),
    "votes": (
        {"sanctions.rule": "decentralized"},
        ("sanctions.quorum", "sanctions.veto_affinity", "sanctions.balance_weight", "sanctions.pledge",
         "sanctions.severity", "veto"),
    ),
    "charges in public": (
        {"sanctions.rule": "balancing"},
        ("sanctions.enforcement_value", "sanctions.pledge", "sanctions.quorum", "sanctions.veto_affinity",
         "sanctions.severity", "sanctions.inquiry", "transparency.publicity", "veto"),
    ),
    "norms": (
        {"norms.restraint": 0.0},
        ("norms.initial", "norms.half_life", "norms.socialization", "norms.institutionalization"),
    ),
    "buffers": (
        {"buffers": {}},
        ("geography.buffer_effectiveness", "geography.absorption", "geography.absorption_gain",
         "war.restoration"),
    ),
    "absorption": ({"geography.absorption": 0.0}, ("geography.absorption_gain", "war.restoration")),
    "nuclear arms": (
        {"nuclear": False},
        ("deterrence.retaliation", "deterrence.first_strike_gain", "deterrence.prudence", "periphery.paradox",
         "second_strike"),
    ),
    "deterrence": (
        {"deterrence.retaliation": 0.0, "deterrence.first_strike_gain": 0.0, "deterrence.prudence": 0.0,
         "periphery.paradox": 0.0},
        ("nuclear", "second_strike"),
    ),
    "home fronts": (
        {"domestic.turnover": 0.0, "domestic.revolution": 0.0},
        ("domestic.reset", "domestic.spread", "domestic.turmoil_years", "domestic.preoccupation",
         "domestic.nationalism", "norms.institutionalization", "unrest"),
    ),
    "revolutions": (
        {"domestic.revolution": 0.0},
        ("domestic.spread", "domestic.turmoil_years", "domestic.preoccupation", "domestic.nationalism",
         "unrest"),
    ),
    "fresh grievances": (
        {"domestic.nationalism": 0.0, "war.resentment": 0.0},
        ("domestic.grievance_half_life", "war.satisfaction"),
    ),
    "quarrels abroad": ({"periphery.rate": 0.0}, ("periphery.insulation", "periphery.paradox")),
    "insulation": ({"periphery.insulation": 1.0}, ("periphery.rate", "periphery.paradox")),
    "war": (
        {"war.unilateral": 0.0, "war.mutual": 0.0},
        ("war.cost", "war.years", "war.capability_loss", "war.resentment", "war.settlement_trust",
         "war.restoration", "war.contagion", "deterrence.retaliation", "deterrence.prudence",
         "diplomacy.mediation", "sanctions.escalation"),
    ),
    "membership": (
        {"sanctions.rule": "none", "diplomacy.conference": 0.0, "transparency.intrusion_cost": 0.0},
        ("member",),
    ),
}  # fmt: skip
"""A mechanism, what switches it off, and what then makes no difference."""

UNUSED = {"norms": ("norm",), "membership": ("member",)}
"""What still differs, though nothing hangs on it."""


def with_settings(tree, changes):
    """The tree with parameters by full name, settings of all states by a bare one, and whole sections."""
    tree = {**tree, "epochs": []}
    for name, new in changes.items():
        if name in BY_NAME:
            group, _, key = name.partition(".")
            tree[group] = {**tree.get(group, {}), key: new}
        elif name in tree:
            tree[name] = new
        else:
            states = tree["states"].items()
            tree["states"] = {
                state: {**some, name: new[state] if isinstance(new, dict) else new} for state, some in states
            }
    return tree


def check_neutral(tree, mechanism, number):
    off, rest = NEUTRAL[mechanism]
    rng = random.Random(number)
    default = {p.name: p.default for p in (*PARAMETERS, *STATE)}
    drawn = {
        name: generators.often(BY_NAME[name], rng)
        if name in BY_NAME
        else {state: generators.state(rng)[name] for state in tree["states"]}
        for name in rest
    }
    here = block(with_settings(tree, {**{name: default[name] for name in rest}, **off}))
    there = block(with_settings(tree, {**drawn, **off}))
    same(to_the_end(here), to_the_end(there), UNUSED.get(mechanism, ()))


# ---------------------------------------------------------------------------------------------- horizons


def check_horizon(tree, share):
    """What comes later does not change what came before, and shows in no measure of it."""
    longer = block(tree, years=tree["years"] * 2)
    shorter = block(tree)
    while longer.round < shorter.design.rounds * share:
        longer.play(longer.round + 1)
    shorter.play(longer.round)
    same(shorter, longer, ("cooperating",))
    to_the_end(shorter)
    longer.play(shorter.design.rounds)
    same(shorter, longer, ("cooperating",))
    assert np.array_equal(shorter.tally.cooperating, longer.tally.cooperating[: shorter.round])
    here, there = measure(shorter), measure(longer)
    for name in here:
        assert twins.same_bits(here[name], there[name]), name
    to_the_end(longer)
    assert np.array_equal(shorter.tally.cooperating, longer.tally.cooperating[: shorter.round])


def check_company(tree, rng):
    """A replicate alone, among others, and in another order."""
    replicates = [rng.randrange(2**32) for _ in range(5)]
    order = list(range(5))
    rng.shuffle(order)
    together = to_the_end(block(tree, replicates))
    turned = to_the_end(block(tree, [replicates[k] for k in order]))
    alone = to_the_end(block(tree, [replicates[3]]))
    for kind in ("world", "tally"):
        for name, array in getattr(together, kind)._asdict().items():
            lanes = 0 if name == "reach" else -1
            assert twins.same_bits(np.take(array, order, lanes), getattr(getattr(turned, kind), name)), name
            assert twins.same_bits(np.take(array, [3], lanes), getattr(getattr(alone, kind), name)), name


# ------------------------------------------------------------------------------------------------- tests

RANDOM = st.integers(0, 2**32 - 1).map(random.Random)
FACTORS = st.sampled_from([2.0**-20, 0.25, 2.0, 1024.0, 0.7, 3.0, 1e-3, 1e4])
CHECKS = {
    "payoffs, probabilities, shares and beliefs stay in range": (check_ranges, ()),
    "margins do not depend on how states are numbered": (check_margins_of_relabelled, (RANDOM,)),
    "histories without luck are relabelled": (check_history_of_relabelled, (RANDOM,)),
    "the unit of payoffs does not matter": (check_scale, (FACTORS,)),
    "the unit of time does not matter": (check_clock, ()),
    "a longer horizon extends the path": (check_horizon, (st.floats(0.0, 1.0),)),
    "a replicate does not depend on its company": (check_company, (RANDOM,)),
}
OFTEN_ENOUGH = [
    pytest.param(120, id="few"),
    pytest.param(1000, id="many", marks=pytest.mark.verify),
]


def hold(check, examples, *arguments):
    """The check over random worlds."""

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.tuples(TREES, *arguments))
    def holds(drawn):
        check(*drawn)

    holds()


@pytest.mark.parametrize("examples", OFTEN_ENOUGH)
@pytest.mark.parametrize("what", CHECKS)
def test_in_any_world(what, examples):
    check, arguments = CHECKS[what]
    hold(check, examples, *arguments)


@pytest.mark.parametrize(
    "examples", [pytest.param(25, id="few"), pytest.param(300, id="many", marks=pytest.mark.verify)]
)
@pytest.mark.parametrize("mechanism", NEUTRAL)
def test_a_mechanism_that_is_off_changes_no_bit(mechanism, examples):
    hold(lambda tree, number: check_neutral(tree, mechanism, number), examples, st.integers(0, 2**32 - 1))
