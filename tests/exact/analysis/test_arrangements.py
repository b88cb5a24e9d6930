"""Arrangements taken away: what changes, what must not, and Shapley's arithmetic by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

from regimesim.analysis.ablation import Worlds, ablate, changes_of, coalitions, shapley, shapley_values
from regimesim.analysis.arrangements import (
    ARRANGEMENTS,
    BASE_LEVEL,
    INSTITUTIONS,
    PUNITIVE,
    arrangements_of,
    without,
)
from regimesim.scenario.compose import load_scenario
from regimesim.scenario.files import scenario_names
from regimesim.scenario.messages import InputError
from regimesim.scenario.reading import read_scenario
from regimesim.simulation.simulate import simulate
from regimesim.stats.estimates import mean_of

RUNS, YEARS = 24, 25


def world(**groups):
    """Three states in a world of their own."""
    strategy = groups.pop("strategy", "prudent")
    tree = {"years": YEARS, "strategy": strategy, "states": {"A": {}, "B": {}, "C": {}}, **groups}
    return read_scenario(tree, "made")


def same_runs(one, other):
    assert one.columns.keys() == other.columns.keys()
    for name in one.columns:
        np.testing.assert_array_equal(one.columns[name], other.columns[name], err_msg=name)


class TestArrangements:
    def test_the_concert_without_everything_is_a_world_written_down(self):
        """Bit for bit the world whose file has none of it."""
        concert = load_scenario("concert")
        absent = [
            "diplomacy.conference=0", "diplomacy.mediation=0", "diplomacy.renegotiation=0",
            "norms.restraint=0", "sanctions.rule=none",
            "periphery.insulation=0", f"war.resentment={PUNITIVE[0]}",
            f"war.settlement_trust={PUNITIVE[1]}", *(f"buffers.{b}.strength=0" for b in concert.buffers),
        ]  # fmt: skip
        bare, written = without(concert, "everything"), load_scenario("concert", absent)
        assert bare == written
        same_runs(simulate(bare, RUNS, years=YEARS), simulate(written, RUNS, years=YEARS))

    @pytest.mark.parametrize("name", scenario_names())
    def test_power_is_never_touched(self, name):
        scenario = load_scenario(name)
        bare = without(scenario, "institutions")
        assert bare.prior == scenario.prior
        kept = (
            "payoffs",
            "shadow",
            "geography",
            "deterrence",
            "domestic",
            "periphery",
            "war",
            "power",
            "choice",
        )
        for before, after in zip(scenario.phases, bare.phases, strict=True):
            assert (before.states, before.buffers, before.affinity) == (
                after.states,
                after.buffers,
                after.affinity,
            )
            for key, value in before.parameters.items():
                if key.partition(".")[0] in kept:
                    assert after.parameters[key] == value, key
            assert after.parameters["sanctions.rule"] in ("none", "balancing")
            assert after.parameters["transparency.level"] <= BASE_LEVEL

    @pytest.mark.parametrize("name", ARRANGEMENTS)
    def test_what_is_gone_is_not_there(self, name):
        for scenario in map(load_scenario, scenario_names()):
            gone = ARRANGEMENTS[name].removed(scenario)
            assert not ARRANGEMENTS[name].present(gone)
            assert ARRANGEMENTS[name].removed(gone) == gone

    def test_what_scenarios_have(self):
        assert arrangements_of(load_scenario("anarchy")) == ("settlement",)
        assert arrangements_of(load_scenario("trade")) == ()
        assert arrangements_of(load_scenario("concert")) == (
            "conferences", "negotiation", "norms", "sanctions", "buffers", "insulation", "settlement",
        )  # fmt: skip
        assert arrangements_of(load_scenario("collective_security")) == (
            "sanctions", "settlement",
        )  # fmt: skip

    def test_balancing_is_power_and_no_institution(self):
        waltz = load_scenario("balance_waltz")
        assert without(waltz, "institutions")["sanctions.rule"] == "balancing"
        assert without(waltz, "balancing")["sanctions.rule"] == "none"

    def test_every_phase_is_changed(self):
        bipolar = without(load_scenario("bipolar"), "conferences", "buffers")
        assert len(bipolar.phases) > 5
        for phase in bipolar.phases:
            assert phase.parameters["diplomacy.conference"] == 0
            assert {buffer.strength for buffer in phase.buffers} == {0.0}

    def test_the_base_of_sight_is_that_of_anarchy_and_nobody_is_made_to_see_more(self):
        assert load_scenario("anarchy")["transparency.level"] == BASE_LEVEL
        dark = world(transparency={"level": 0.3, "miss_rate": 0.5})
        assert arrangements_of(dark) == ()
        assert without(dark, "transparency")["transparency.level"] == 0.3

    def test_an_unknown_arrangement_is_refused_in_a_sentence(self):
        with pytest.raises(InputError, match=r"no arrangement 'norm'\. Did you mean 'norms'"):
            without(load_scenario("anarchy"), "norm")
        with pytest.raises(InputError, match="no arrangement 'eech'"):
            ablate("anarchy", "eech", runs=1, years=1)


class TestAblation:
    def test_what_has_no_occasion_makes_no_difference(self):
        """Nobody ever exploits, so there is nothing to negotiate about."""
        friends = world(strategy="always_cooperate", diplomacy={"renegotiation": 1.0, "conference": 0.5})
        (row,) = ablate(friends, "negotiation", RUNS).rows
        assert (row.regime.value, row.peace.value) == (0, 0)
        assert row.regime.lower < 0 < row.regime.upper, "24 runs may have missed something"
        assert row.narrowed == 1.0

    def test_a_settlement_comes_too_late_for_peace(self):
        (row,) = ablate("concert", "settlement", RUNS, years=YEARS).rows
        assert row.peace.value == 0

    def test_what_is_absent_is_left_out_and_said_so(self):
        found = ablate("anarchy", "institutions", RUNS, years=YEARS)
        assert found.absent == tuple(name for name in ARRANGEMENTS if name != "settlement")
        (row,) = found.rows
        assert (row.regime.text(), row.removed) == ("0", ()) or row.regime.lower == row.regime.upper == 0
        assert "Not in this scenario: conferences" in str(found)

    def test_removing_institutions_is_the_difference_of_two_simulations(self):
        scenario = load_scenario("concert")
        (row,) = ablate(scenario, "institutions", RUNS, seed=5, years=YEARS).rows
        full, twin = (
            simulate(s, RUNS, seed=5, years=YEARS).columns["peace_years"]
            for s in (scenario, without(scenario, *INSTITUTIONS))
        )
        gaps = full - twin
        assert row.peace.value == pytest.approx(gaps.mean())
        assert row.peace.standard_error == pytest.approx(gaps.std() / math.sqrt(RUNS))

    def test_changes_of_every_kind(self):
        present = ("norms", "buffers")
        assert changes_of(present, "each") == [
            ("without norms", ("norms",), ()),
            ("without buffers", ("buffers",), ()),
        ]
        assert changes_of(present, "only") == [
            ("norms alone", ("buffers",), present),
            ("buffers alone", ("norms",), present),
        ]
        assert changes_of(present, "institutions") == [("without institutions", ("norms",), ())]
        assert changes_of(present, "sanctions") == [("without sanctions", (), ())]
        assert len(changes_of(present, "full")) == 6

    def test_worlds_are_played_once(self):
        worlds = Worlds("concert", 8, years=2)
        done = []
        worlds.progress = done.append
        ablate(worlds, "full")
        ablate(worlds, "each")
        assert sum(done) == 8 * (1 + 2 + 7 + 7), "as it is, two groups, each and all but each"

    def test_pairing_narrows_where_little_changes(self):
        (row,) = ablate("concert", "negotiation", 200).rows
        assert row.narrowed > 2

    def test_a_horizon_beyond_the_years_is_refused(self):
        with pytest.raises(InputError, match=r"horizon must lie in \(0, 10\]"):
            ablate("anarchy", runs=1, years=10, horizon=20)


class TestShapley:
    @staticmethod
    def values(worth, players):
        game = {s: np.asarray(worth(s), np.float64) for s in coalitions(players)}
        return {name: float(value) for name, value in shapley_values(game, players).items()}

    def test_gloves_by_hand(self):
        """Two left gloves and a right one: a pair is worth 1. In 4 of 6 orders the right one completes it."""
        found = self.values(lambda s: "right" in s and len(s) > 1, ["left", "other left", "right"])
        assert found == pytest.approx({"left": 1 / 6, "other left": 1 / 6, "right": 2 / 3})

    def test_three_players_by_hand(self):
        """v(a)=6, v(b)=12, v(c)=18, v(ab)=24, v(ac)=30, v(bc)=42, v(abc)=60.

        a adds 6, 12 after b, 12 after c, 18 last: (2*6 + 12 + 12 + 2*18) / 6 = 12. b: (24+18+24+60)/6 = 21.
        c: (36+24+30+72)/6 = 27."""
        worth = {"": 0, "a": 6, "b": 12, "c": 18, "ab": 24, "ac": 30, "bc": 42, "abc": 60}
        found = self.values(lambda s: worth["".join(sorted(s))], ["a", "b", "c"])
        assert found == pytest.approx({"a": 12, "b": 21, "c": 27})

    def test_null_and_symmetric_players(self):
        found = self.values(lambda s: len(s - {"null"}) ** 2, ["one", "null", "two"])
        assert found == {"one": 2.0, "null": 0.0, "two": 2.0}

    def test_a_worth_of_nothing_is_counted_out(self):
        assert self.values(lambda s: 5 + len(s), ["one", "two"]) == {"one": 1.0, "two": 1.0}
        assert self.values(lambda s: 5, []) == {}

    def test_entry_by_entry(self):
        game = {s: np.array([len(s), 3.0 * ("a" in s)]) for s in coalitions(["a", "b"])}
        values = shapley_values(game, ["a", "b"])
        np.testing.assert_array_equal(values["a"], [1, 3])
        np.testing.assert_array_equal(values["b"], [1, 0])

    @pytest.mark.parametrize("spell", ["regime", "peace"])
    def test_shares_add_up_and_null_arrangements_have_none(self, spell):
        concert = load_scenario("concert", ["transparency.level=0.3"])
        worlds = Worlds(concert, RUNS, years=YEARS)
        found = shapley(worlds, spell=spell)
        assert sum(share.value for share in found.years.values()) == pytest.approx(
            found.total.value, abs=1e-9
        )
        (row,) = ablate(worlds, "everything").rows
        assert found.total.value == pytest.approx(getattr(row, spell).value)
        if spell == "peace":
            assert found.years["settlement"].value == 0

    def test_shares_and_their_intervals_by_hand(self):
        """Nothing ends unseen before the horizon, so that a run is worth min(T, horizon) in each world.

        What an arrangement adds in a run, alone and beside the other, is averaged; 1.96 standard errors on
        either side.
        """
        a, b = "conferences", "insulation"
        quarrels = world(
            diplomacy={"conference": 0.5}, periphery={"rate": 0.4, "insulation": 0.5},
            war={"mutual": 0.3, "cost": 1}, shadow={"punishment_years": 1},
        )  # fmt: skip
        worlds = Worlds(quarrels, RUNS, years=YEARS)
        found = shapley(worlds, spell="peace", among=[a, b])

        def years(*removed):
            return np.minimum(worlds.results(list(removed)).columns["peace_years"], YEARS)

        both, alone_a, alone_b, none = years(), years(b), years(a), years(a, b)
        of_a = (alone_a - none + both - alone_b) / 2
        of_b = (alone_b - none + both - alone_a) / 2
        for name, values in ((a, of_a), (b, of_b)):
            share, reach = found.years[name], 1.959964 * values.std() / math.sqrt(RUNS)
            assert reach > 0
            assert share.value == pytest.approx(values.mean())
            assert share.lower == pytest.approx(values.mean() - reach)
            assert share.upper == pytest.approx(values.mean() + reach)
        reach = 1.959964 * (both - none).std() / math.sqrt(RUNS)
        assert found.total.value == pytest.approx((both - none).mean())
        assert (found.total.lower, found.total.upper) == pytest.approx(
            (found.total.value - reach, found.total.value + reach)
        )

    def test_one_arrangement_does_it_all(self):
        worlds = Worlds("anarchy", RUNS, years=YEARS)
        found = shapley(worlds)
        (row,) = ablate(worlds, "settlement").rows
        assert found.years["settlement"].value == found.total.value == pytest.approx(row.regime.value)

    def test_no_arrangement_at_all(self):
        found = shapley("trade", 4, years=5)
        assert (found.years, found.total.value) == ({}, 0.0)
        assert "together" in str(found)

    def test_among_some_the_rest_is_kept(self):
        worlds = Worlds("concert", 8, years=5)
        found = shapley(worlds, among=["norms", "buffers"])
        assert list(found.years) == ["norms", "buffers"]
        assert found.kept == ("conferences", "negotiation", "sanctions", "insulation", "settlement")
        with pytest.raises(InputError, match="no arrangement in this scenario 'balancing'"):
            shapley(worlds, among=["balancing"])

    def test_too_many_are_refused(self):
        with pytest.raises(InputError, match=r"7 arrangements make 2\*\*7 worlds; at most 3"):
            shapley("concert", 1, years=1, most=3)


def test_a_mean_without_spread_claims_no_certainty():
    found = mean_of(np.full(40, 3.0), 100)
    assert (found.value, found.standard_error) == (3.0, 0.0)
    assert found.lower < 3 < found.upper
    assert mean_of(np.zeros(1), 10).lower < -9


DEGENERATE = {
    "all stand": world(strategy="always_cooperate", diplomacy={"conference": 0.5}, norms={"restraint": 1}),
    "none forms": world(strategy="always_defect", diplomacy={"conference": 0.5}, war={"unilateral": 0.5}),
}


@pytest.mark.parametrize("runs", [1, 3])
@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_worlds(name, runs):
    """Warnings are errors, here as everywhere."""
    worlds = Worlds(DEGENERATE[name], runs)
    assert "conferences" in worlds.present
    found, shares = ablate(worlds, "full"), shapley(worlds)
    numbers = found.frame().drop(columns=["change", "removed"]).to_numpy(dtype=float)
    assert np.isfinite(numbers).all()
    assert np.isfinite(shares.frame()[["years", "lower", "upper"]].to_numpy()).all()
    assert "nan" not in (str(found) + str(shares)).lower()


def test_a_scenario_renamed_is_still_the_same_world():
    concert = load_scenario("concert")
    assert without(replace(concert, name="mine"), "norms").name == "mine"
