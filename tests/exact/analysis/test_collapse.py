"""Why regimes end: a world made by hand for each cause, in which nothing else could have ended the regime.

Rounds are years; T, R, P, S = 5, 3, 1, 0. Where not said otherwise an offence is answered for one year and
the discount factor is .5: open dealings are worth 3 / (1 - .5) = 6, and a year without them pays 1 and halves
the rest, so that it costs 6 * .5 - 1 = 2, and half of that today. At full trust the margin is then
-2 + 1 = -1, and what is added to it by norms, or to the temptation, is easily told.
"""

from dataclasses import replace

import numpy as np
import pytest

from regimesim.analysis import collapse
from regimesim.analysis.collapse import (
    CAUSES,
    GROUNDS,
    _gathered,
    causes_of_collapse,
    contributions,
)
from regimesim.analysis.collapse_courses import MomentOfEnd
from regimesim.core.lanes import Lanes
from regimesim.scenario.reading import read_scenario
from regimesim.simulation.lowering import lower
from regimesim.simulation.simulate import simulate

CERTAIN = 52.0


def world(years=30, states=("A", "B"), strategy="prudent", **groups):
    shadow = {"rounds_per_year": 1, "punishment_years": 1, "discount_factor": 0.5, **groups.pop("shadow", {})}
    measure = {"window": 1, **groups.pop("measure", {})}
    tree = {"years": years, "strategy": strategy, "shadow": shadow, "measure": measure, **groups}
    tree["states"] = states if isinstance(states, dict) else {name: {} for name in states}
    return read_scenario(tree, "made")


def causes_in(scenario, runs=1, seed=0):
    return causes_of_collapse(simulate(scenario, runs, seed))


def the_cause(scenario, **more):
    """The cause in a world in which all runs end in the same way."""
    found = causes_in(scenario, **more)
    assert len(found.replicate) and len(found.shares) == 1
    return found, next(iter(found.shares))


def only(found, *causes):
    """Nothing but these causes moved the margin."""
    moved = {cause for cause, part in found.contribution.items() if np.abs(part).max() > 1e-12}
    return moved == set(causes)


def test_memory_faded():
    """-1 + 2.2 n with n = 2^(-(t + 1)/10) falls below 0 in the twelfth year, t = 11; five before, t = 6."""
    found, cause = the_cause(world(norms={"restraint": 2.2, "half_life": 10}))
    assert cause == "memory faded" and only(found, "memory faded")
    then, now = 2.2 * 2**-0.7, 2.2 * 2**-1.2
    assert found.contribution["memory faded"] == pytest.approx([now - then], rel=1e-9)
    np.testing.assert_allclose(found.before, [[-2, 1, 0, then]])
    np.testing.assert_allclose(found.after, [[-2, 1, 0, now]])


LEADERS = [
    {"year": 8, "domestic": {"turnover": CERTAIN}, "norms": {"institutionalization": 0.4}},
    {"year": 9, "domestic": {"turnover": 0.0}},
]


def test_new_leaders():
    """In the ninth year both states have new leaders, who keep two fifths of a norm that does not fade."""
    found, cause = the_cause(world(norms={"restraint": 2.0}, epochs=LEADERS), runs=2)
    assert cause == "new leaders" and only(found, "new leaders")
    assert found.contribution["new leaders"] == pytest.approx([2.0 * (0.4 - 1)] * 2, rel=1e-9)


@pytest.mark.parametrize(("half_life", "cause"), [(20.0, "new leaders"), (2.5, "memory faded")])
def test_new_leaders_are_told_from_fading(half_life, cause):
    """The same leaders, and a norm that fades: over five years by a factor of .84, or of a quarter.

    Putting back what leaders took leaves what has faded, and the other way round. The norm weighs as much as
    is needed to hold until 1908 and not beyond.
    """
    fade, at_8 = 2 ** (-5 / half_life), 2 ** (-8 / half_life)
    found, named = the_cause(
        world(norms={"restraint": 1.01 / at_8, "half_life": half_life}, epochs=LEADERS), runs=2
    )
    assert named == cause and only(found, "new leaders", "memory faded")
    before, after = found.before[0, 3], found.after[0, 3]
    assert after == pytest.approx(before * fade * 0.4, rel=1e-9)
    assert found.contribution["new leaders"][0] == pytest.approx(after - before * fade, rel=1e-9)
    assert found.contribution["memory faded"][0] == pytest.approx(after - before * 0.4, rel=1e-9)


def test_buffers_lost():
    """A and B distrust each other and are estranged every other year; from year 8 on they absorb buffers.

    A buffer halves the exposure: to defect pays 4 and not 5, to be exploited .5 and not 0. At full trust the
    margin falls from -1 + 1 + .4 to -2 + 1 + .4; without trust (and future) from -.5 + .4 to -1 + .4. K lies
    between two of three pairs: (1 + .5) / 3 = .5.
    """
    scenario = world(
        states=("A", "B", "C"), norms={"restraint": 0.4}, measure={"onset": 0.6, "collapse": 0.5},
        trust={"initial": {"default": 1.0, "A-B": 0.0}}, diplomacy={"agreement_trust": 0.0},
        geography={"buffer_effectiveness": 0.5},
        buffers={"K": {"between": [["A", "B"], ["A", "C"]], "strength": 1.0},
                 "L": {"between": [["B", "C"]], "strength": 1.0}},
        epochs=[{"year": 8, "geography": {"absorption": CERTAIN}}],
    )  # fmt: skip
    found, cause = the_cause(scenario, runs=3)
    assert cause == "buffers lost" and only(found, "buffers lost")
    assert found.contribution["buffers lost"] == pytest.approx([-0.5] * 3, rel=1e-9)


def test_grievances_grew():
    """A revolution leaves nationalism of .75, and no leader takes anything from the norm: .2 - .75."""
    epochs = [
        {
            "year": 8,
            "domestic": {"revolution": CERTAIN, "spread": 1, "turmoil_years": 0, "nationalism": 0.75},
        },
        {"year": 9, "domestic": {"revolution": 0.0}},
    ]
    found, cause = the_cause(world(norms={"restraint": 1.2}, epochs=epochs), runs=2)
    assert cause == "grievances grew" and only(found, "grievances grew")
    assert found.contribution["grievances grew"] == pytest.approx([-0.75] * 2, rel=1e-9)


NOISY = {"norms": {"restraint": 2.0}, "diplomacy": {"agreement_trust": 0.0}, "years": 200}
"""With the future added, cooperation is worth it in all of these worlds: an accident or an error ends it."""


def test_misperception_by_lost_trust():
    """Only false alarms happen. They cost trust, and with it the future of the relationship."""
    scenario = world(
        **NOISY, transparency={"level": 0.0, "false_alarm_rate": 0.02}, shadow={"discount_factor": 0.8},
        trust={"initial": 0.9, "learning_rate": 0.0, "shock": 0.9},
    )  # fmt: skip
    found, cause = the_cause(scenario, runs=20)
    assert cause == "misperception" and only(found, "trust lost")
    lost = found.contribution["trust lost"]  # nothing in a regime that began without trust
    assert (lost <= 0).all() and (lost < 0).mean() > 0.8
    assert found.standing["misperception"] == pytest.approx(np.ones(len(found.replicate)))


def test_misperception_that_costs_no_trust():
    """The same with nothing that could lower the margin: what is left is who was estranged, and why."""
    scenario = world(**NOISY, transparency={"level": 0.0, "false_alarm_rate": 0.02})
    found, cause = the_cause(scenario, runs=20)
    assert cause == "misperception" and only(found)
    assert found.standing["misperception"] == pytest.approx(np.ones(len(found.replicate)))


def test_trust_lost_by_defections_that_happened():
    """Accidents, and no false alarm: each destroys nine tenths of the trust of the other, who is sure of it.

    Cooperation gives way by the accident itself, before which nothing was wrong; what lasts is the distrust.
    """
    scenario = world(
        **NOISY, choice={"tremble": 0.02}, trust={"shock": 0.9, "learning_rate": 0.0},
        shadow={"discount_factor": 0.8, "punishment_years": 2}, measure={"window": 3, "onset": 1.0},
    )  # fmt: skip
    found = causes_in(scenario, runs=20)
    lost = found.contribution["trust lost"] < 0  # not in a regime that began without trust
    assert only(found, "trust lost") and lost.mean() > 0.8
    assert found.cause.tolist() == np.where(lost, "trust lost", "chance").tolist()


def test_chance():
    """Accidents that cost no trust lower nothing."""
    found, cause = the_cause(world(**NOISY, choice={"tremble": 0.02}), runs=20)
    assert cause == "chance" and only(found)
    share = found.standing["breach"] + found.standing["not estranged"]
    assert share == pytest.approx(np.ones(len(found.replicate)))


def test_quarrels_abroad():
    found, cause = the_cause(world(**NOISY, periphery={"rate": 0.02, "insulation": 0.0}), runs=20)
    assert cause == "quarrels abroad" and only(found)


def test_power_shifted():
    """Where power decides all, A's temptation is 2 * 2 c_A / (c_A + c_B); A grows by e^.02 a year, so that in
    year t it is 4 / (1 + e^-.02t). B's falls by as much, but the margin of the two is that of A.

    -4 / (1 + e^-.02t) + 1 + 1.2 is below 0 when e^-.02t < 4 / 2.2 - 1: from t = 11 on; five before, t = 6.
    """
    states = {"A": {"growth": 0.02}, "B": {}}
    scenario = world(states=states, norms={"restraint": 1.2}, power={"weight": 1.0})
    found, cause = the_cause(scenario)
    assert cause == "power shifted" and only(found, "power shifted")
    tempted = [4 / (1 + np.exp(-0.02 * t)) for t in (6, 11)]
    assert np.exp(-0.02 * 11) < 4 / 2.2 - 1 < np.exp(-0.02 * 10)
    assert found.contribution["power shifted"] == pytest.approx([tempted[0] - tempted[1]], rel=1e-9)


def test_new_conditions():
    """The temptation rises by 1.5 in 1908."""
    epochs = [{"year": 8, "payoffs": {"temptation": 6.5}}]
    found, cause = the_cause(world(norms={"restraint": 1.2}, payoffs={"game": "any"}, epochs=epochs))
    assert cause == "new conditions" and only(found, "new conditions")
    assert found.contribution["new conditions"] == pytest.approx([-1.5], rel=1e-9)


# ---- enforcement: two moments of a world of three, made by hand ----


def moments(**sanctions):
    """The same moment twice: law is 1 for all.

    A third state excludes an offender if 8 credibility >= 1 + 2, which it is at .5; to be excluded costs 2, a
    year later.
    """
    sanctions = {
        "rule": "decentralized",
        "enforcement_value": 8.0,
        "cost": 1.0,
        "credibility": 0.5,
        **sanctions,
    }
    design, one = lower(world(states=("A", "B", "C"), sanctions=sanctions)), np.zeros(1, np.intp)
    lanes = Lanes(design, one, one, 0)
    before, after = MomentOfEnd.of(lanes), MomentOfEnd.of(lanes)
    np.testing.assert_allclose(before.terms()[0, 1, :, 0], [-2, 1, 1, 0])
    return before, after


def cause_of(before, after, standing=(1, 0, 0, 0, 0, 0)):
    found = contributions(before, after, after.world.norm.copy())
    ground = np.array([standing], np.int64)
    return found, _gathered(np.zeros(1, np.int64), found | {"ground": ground}).cause[0]


def test_enforcement_failed():
    before, after = moments()
    after.world.credibility[:] = 0.1
    found, cause = cause_of(before, after)
    assert cause == "enforcement failed"
    assert found["enforcement failed"] == pytest.approx([-1.0])


@pytest.mark.parametrize(("kind", "name"), [(1, "misunderstanding"), (2, "breach"), (3, "sanction")])
def test_estrangement_in_force(kind, name):
    """A and C are estranged. So C cannot cut itself off from A for what A does to B, nor A from C for what C
    does to B: in two of three pairs one side has 1 less to fear."""
    before, after = moments()
    for i, j in ((0, 2), (2, 0)):
        after.world.left[i, j], after.world.kind[i, j] = 1, kind
    found, cause = cause_of(before, after)
    assert cause == f"estrangement in force ({name})"
    assert found["estrangement in force"] == pytest.approx([-2 / 3])


def test_a_war_in_force():
    before, after = moments()
    after.world.at_war[0, 2] = after.world.at_war[2, 0] = 3
    assert cause_of(before, after)[1] == "estrangement in force (war)"


# open, false charges, quarrels, true charges, sanctions, war
@pytest.mark.parametrize(
    ("standing", "cause"),
    [
        ((1, 0, 0, 0, 0, 0), "chance"),
        ((0, 0, 0, 5, 0, 0), "chance"),
        ((0, 2, 1, 0, 1, 0), "misperception"),
        ((0, 1, 2, 0, 1, 0), "quarrels abroad"),
        ((0, 1, 0, 0, 3, 9), "sanctions"),  # wars aside
        ((2, 2, 0, 1, 0, 0), "chance"),  # most of it by their own choice
        ((1, 2, 0, 1, 0, 0), "misperception"),  # half of it not
        ((0, 0, 0, 0, 0, 4), "chance"),
    ],
)
def test_where_nothing_lowered_the_margin(standing, cause):
    assert len(standing) == len(GROUNDS)
    assert cause_of(*moments(), standing)[1] == cause


@pytest.mark.parametrize(("size", "few"), [(512, 1), (4, 1), (1, 1)])
def test_causes_do_not_depend_on_the_blocks_they_are_looked_for_in(size, few, monkeypatch):
    results = simulate("concert", 24, 3, years=60)
    together = causes_of_collapse(results)
    monkeypatch.setattr(collapse, "lanes_for", lambda design: size)
    monkeypatch.setattr(collapse, "few_lanes", lambda design: few)
    apart = causes_of_collapse(replace(results, gave_way=None))  # as where they come from the disk
    assert len(together.replicate) > 15 and together.cause.tolist() == apart.cause.tolist()
    for one, other in ((together.contribution, apart.contribution), (together.standing, apart.standing)):
        assert {name: values.tolist() for name, values in one.items()} == {
            name: values.tolist() for name, values in other.items()
        }


def test_moments_of_different_phases_side_by_side():
    """Each lane is weighed by the settings of its own phase, norms and payoffs too."""
    epochs = [{"year": 2, "norms": {"restraint": 3.0}, "payoffs": {"reward": 3.5}}]
    lanes = Lanes(lower(world(years=9, epochs=epochs)), np.zeros(2, np.intp), np.arange(2), 0)
    lanes.play(2)
    early = MomentOfEnd.of(lanes)
    both = MomentOfEnd.of(lanes)
    lanes.play(12)
    late, second = MomentOfEnd.of(lanes), np.array([1])
    both.keep(lanes, second, second)
    both.hold(late.setting, second, second)
    assert not np.allclose(early.terms(), late.terms())
    np.testing.assert_array_equal(both.terms()[..., 0], early.terms()[..., 0])
    np.testing.assert_array_equal(both.terms()[..., 1], late.terms()[..., 1])


def test_no_collapse_has_no_cause():
    found = causes_in(world(norms={"restraint": 3.0}), runs=3)
    assert len(found.replicate) == 0 and found.shares == {}
    assert set(found.contribution) == set(CAUSES) and set(found.standing) == set(GROUNDS)
