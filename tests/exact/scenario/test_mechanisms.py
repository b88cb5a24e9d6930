"""Settings that change nothing: what is declared of them, held against what is played."""

import numpy as np
import pytest

from regimesim.scenario.compose import compose, load_scenario, names_typed
from regimesim.scenario.files import scenario_names
from regimesim.scenario.mechanisms import OFF, uses, what_is_missing
from regimesim.scenario.parameters import BUFFER, PARAMETERS, STATE
from regimesim.scenario.remarks import unused
from regimesim.simulation.simulate import simulate
from regimesim.sweeps.chunks import play_points
from regimesim.sweeps.design import points_of, product

NUMBERS = [p for p in PARAMETERS if p.range is not None]

NO_CHARGE = "no third state answers a charge (sanctions.rule=none)"
NOTHING_IN_COMMON = (
    "members have nothing in common (diplomacy.conference and transparency.intrusion_cost are 0, "
    "sanctions.rule is none)"
)
TYPED = {
    "sanctions.severity=3": NO_CHARGE,
    "war.restoration=1": "there is no buffer state",
    "deterrence.prudence=1": "no two states have nuclear arms and a second_strike above 0",
    "diplomacy.mediation=.5": "diplomacy.conference is 0",
    "diplomacy.cleavage=2": "all states have the same ideology",
    "power.weight=.5": "all states are equally strong, and stay so",
    "norms.half_life=9": "norms.restraint is 0",
    "states.A.veto=true": NO_CHARGE,
    "states.A.second_strike=1": "A has no nuclear arms",
    "members={named:[A,B],otherwise:none}": NOTHING_IN_COMMON,
}


@pytest.mark.parametrize("typed", TYPED)
def test_what_is_typed_in_vain_is_said_with_its_reason(typed):
    sentence = f"{typed.partition('=')[0]} changes nothing in anarchy: {TYPED[typed]}"
    assert unused(load_scenario("anarchy", [typed]), names_typed([typed])) == (sentence,)


@pytest.mark.parametrize(
    "typed",
    [
        ["transparency.level=.3"],
        ["war.mutual=0"],
        ["diplomacy.conference=.5", "diplomacy.mediation=.5"],
        ["sanctions.rule=centralized", "sanctions.severity=3", "vetoes={named:[A],otherwise:none}"],
        ["power.volatility=.1", "power.weight=.5"],
        ["states.A.capability=2", "power.weight=.5"],
        ["states.A.ideology=0", "diplomacy.cleavage=2"],
        ["buffers={Z:{between:[[A,B]]}}", "buffers.Z.strength=.9", "geography.buffer_effectiveness=.9"],
        ["states.A={nuclear:true,second_strike:1}", "deterrence.retaliation=20"],
        ["strategy=grim", "choice.tremble=.1"],
        ["years=50", "measure.onset=.8", "payoffs.temptation=6"],
    ],
    ids=" ".join,
)
def test_of_what_is_at_work_nothing_is_said(typed):
    assert unused(load_scenario("anarchy", typed), names_typed(typed)) == ()


def test_settings_with_one_reason_are_said_together():
    typed = ["sanctions={cost:1,quorum:.6}", "war.restoration=1"]
    one, other = unused(load_scenario("anarchy", typed), names_typed(typed))
    assert one.startswith("sanctions.cost and sanctions.quorum change nothing in anarchy: ")
    assert other.startswith("war.restoration changes nothing")


def test_a_mechanism_that_is_turned_off_is_used():
    """It is off, but to turn it off changed something."""
    scenario = load_scenario("concert", ["diplomacy.conference=0"])
    assert not uses(scenario, "diplomacy.conference")
    assert unused(scenario, ["diplomacy.conference", "diplomacy.mediation"]) == (
        "diplomacy.mediation changes nothing in concert: diplomacy.conference is 0",
    )


def test_names_are_found_in_tables_and_beside_them():
    typed = ["+scenario=concert", "states={France:{veto:true,resolve:.2}}", "states.Russia.unrest=0"]
    typed += [
        "trust.initial={default:.5}",
        "affinity.France-Russia=.2",
        "years=50",
        "order=league",
        "~epochs",
    ]
    assert names_typed(typed) == (
        "states.France.veto", "states.France.resolve", "states.Russia.unrest", "trust.initial",
        "affinity.France-Russia",
    )  # fmt: skip


SOME = ("anarchy", "security_council")
EVERY = [pytest.param(n, marks=[] if n in SOME else [pytest.mark.verify]) for n in scenario_names()]


@pytest.mark.parametrize("name", EVERY)
def test_what_is_said_to_change_nothing_changes_nothing(name):
    """At the least and at the greatest of its range, where it is not the value that it has."""
    scenario = compose(name, [("years", "30")])
    idle = [p for p in NUMBERS if what_is_missing(scenario, p.name) and p.name not in FIXED]
    before = simulate(scenario, 6, seed=3, workers=1, record=0).columns
    for p in idle:
        column = {p.name: [end for end in p.range if end != scenario[p.name]]}
        played = play_points(points_of(name, [("years", "30")], product([column])), 6, 3, 1)
        for kind in ("regime_years", "peace_years", "disputes", "wars", "cooperation_rate", "welfare"):
            assert (played[kind].reshape(-1, 6) == before[kind]).all(), (p.name, kind)


FIXED = ("trust.initial", "shadow.rounds_per_year")


@pytest.mark.verify
@pytest.mark.parametrize("name", scenario_names())
def test_what_is_not_said_to_changes_something(name):
    """At one end of its range at least; what is at work and yet decides nothing in these runs is named.

    In collective security nobody defects, whatever it would gain.
    """
    hidden = {"bipolar": {"war.restoration"}, "collective_security": {"transparency.target_knowledge"}}
    scenario = compose(name, [("years", "100")])
    free = [p for p in NUMBERS if not what_is_missing(scenario, p.name) and p.name not in FIXED]
    before = simulate(scenario, 24, seed=0, record=0).columns
    still = set()
    for p in free:
        column = {p.name: [end for end in p.range if end != scenario[p.name]]}
        played = play_points(points_of(name, [("years", "100")], product([column])), 24, 0)
        moved = any(
            (played[kind].reshape(-1, 24) != values).any()
            for kind, values in before.items()
            if values.dtype.kind in "fiu" and kind != "replicate" and not np.isnan(values).any()
        )
        still |= set() if moved else {p.name}
    assert still <= hidden.get(name, set())


def test_needs_are_declared_of_settings_that_there_are():
    from regimesim.scenario import mechanisms

    assert set(mechanisms._OF_PARAMETERS) <= {p.name for p in PARAMETERS}
    assert set(mechanisms._OF_GROUPS) <= {p.group for p in PARAMETERS}
    assert set(mechanisms._OF_STATES) <= {p.name for p in STATE}
    assert [p.name for p in BUFFER] == ["strength"]
    assert set(OFF) <= {p.name for p in PARAMETERS}


class TestSweeps:
    def idle(self, tables, scenario="anarchy", settings=()):
        points = points_of(scenario, settings, product(tables))
        return set(points.idle([*points.swept, *(name for name, _ in settings)]))

    def test_of_one_setting(self):
        assert self.idle([{"sanctions.cost": [0.1, 0.5]}]) == {"sanctions.cost"}
        assert self.idle([{"transparency.level": [0.1, 0.5]}]) == set()

    def test_what_is_at_work_at_some_points_is_at_work(self):
        rules = {"sanctions.rule": ["none", "collective"]}
        found = self.idle([rules, {"sanctions.cost": [0.1, 0.5]}, {"sanctions.quorum": [0.4, 0.6]}])
        assert found == {"sanctions.quorum"}
        conferences = {"diplomacy.conference": [0.0, 0.9]}
        assert self.idle([conferences, {"diplomacy.mediation": [0.2, 0.5]}]) == set()

    def test_two_that_need_each_other_are_never_there_together(self):
        """A table of two points: mediation where nobody confers, and conferences without it."""
        table = {"diplomacy.conference": [0.0, 0.9], "diplomacy.mediation": [0.5, 0.0]}
        assert self.idle([table]) == set()
        table = {"periphery.rate": [0.2, 0.0, 0.4], "periphery.insulation": [1.0, 0.5, 1.0]}
        assert self.idle([table], "trade", [("periphery.paradox", "1")]) == {"periphery.paradox"}

    def test_of_several_scenarios(self):
        tables = [{"scenario": ["anarchy", "league"]}, {"sanctions.cost": [0.1, 0.5]}]
        assert self.idle(tables) == set()
        tables = [{"scenario": ["anarchy", "trade"]}, {"sanctions.cost": [0.1, 0.5]}]
        assert self.idle(tables) == {"sanctions.cost"}

    def test_a_setting_that_is_the_same_everywhere(self):
        assert self.idle([{"transparency.level": [0.1, 0.5]}], settings=[("war.restoration", "1")]) == {
            "war.restoration"
        }
