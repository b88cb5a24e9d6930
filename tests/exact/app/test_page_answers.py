"""What the teaching page is told is what the commands, the recording and the stepped model say."""

import io
import json
import math
import shlex

import numpy as np
import pandas as pd
import pytest
import yaml
from serving import serving

import regimesim as rs
from regimesim.analysis.ablation import ablate
from regimesim.analysis.arrangements import without
from regimesim.analysis.pairs import pairs_of
from regimesim.app.controls import FIRST_CONTROLS, control, step
from regimesim.app.setting import read_setting
from regimesim.cli.table import COMMANDS
from regimesim.core.lanes import Lanes
from regimesim.scenario.compose import request
from regimesim.scenario.parameters import BY_NAME, GROUPS, PARAMETERS
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import tree_of
from regimesim.simulation.columns import QUANTITIES
from regimesim.simulation.lowering import lower


@pytest.fixture(scope="module")
def page():
    with serving() as served:
        yield served


def test_every_parameter_has_a_control_with_its_declaration(page):
    status, _, body = page.send("GET", "/api/catalogue")
    assert status == 200
    catalogue = json.loads(body)
    assert [group["name"] for group in catalogue["groups"]] == list(GROUPS)
    controls = {c["name"]: c for group in catalogue["groups"] for c in group["controls"]}
    assert list(controls) == [p.name for p in PARAMETERS]
    assert catalogue["first"] == list(FIRST_CONTROLS) == ["transparency.level", "shadow.discount_factor"]
    level = controls["transparency.level"]
    assert (level["slide"], level["least"], level["most"], level["meaning"]) == (
        [0.0, 1.0], 0, 1, "transparency: how good the monitoring of other states' actions is",
    )  # fmt: skip
    assert controls["sanctions.rule"]["choices"][0] == "none"
    assert controls["norms.half_life"]["infinite"] and controls["norms.half_life"]["default"] == "inf"
    assert controls["payoffs.reward"]["slide"] is None


def test_steps_cut_a_range_into_about_a_hundred():
    for parameter in PARAMETERS:
        if parameter.range is not None and parameter.kind == "real":
            low, high = parameter.range
            assert 30 <= (high - low) / step(high - low) <= 320, parameter.name
    assert control(BY_NAME["shadow.rounds_per_year"], "x")["step"] == 1


@pytest.mark.parametrize(
    ("scenario", "changes"),
    [
        ("concert", {}),
        ("concert", {"transparency.level": 0.3, "norms.half_life": 15}),
        ("league", {"sanctions.exit": 0.5, "states.Germany.revisionism": 0}),
        ("security_council", {"domestic.turnover": 0.2, "trust.initial": 0.6, "years": 40}),
        ("bipolar", {"buffers.Divided_Europe.strength": 0.1, "norms.half_life": math.inf}),
    ],
)
def test_a_setting_gives_what_the_command_line_gives(page, scenario, changes):
    sent = {name: "inf" if value == math.inf else value for name, value in changes.items()}
    found = page.ask("look", scenario=scenario, set=sent, runs=64, seed=3)
    words = [f"{name}={value}" for name, value in changes.items()]
    results = rs.simulate(rs.load_scenario(scenario, words), runs=64, seed=3)
    published = rs.simulate(scenario, runs=64, seed=3, years=changes.get("years"))
    for which, expected in (("present", results), ("published", published)):
        for spell in ("regime", "peace"):
            curve = found["survival"][which][spell]
            np.testing.assert_allclose(curve["years"], expected.curve(spell).years, atol=1e-4)
            np.testing.assert_allclose(curve["survival"], expected.curve(spell).survival, atol=1e-4)
    assert found["answer"]["regime"]["mean"][0] == results.summary("regime").rmst.value
    typed = shlex.split(found["command"])
    assert typed[:4] == ["python", "-m", "regimesim", "run"]
    given = COMMANDS["run"].read(typed[4:])
    assert (given.options["runs"], given.options["seed"]) == (64, 3)
    assert tree_of(request(given.settings).scenario) == tree_of(rs.load_scenario(scenario, words))


def test_the_answer_in_words_follows_the_paired_difference(page):
    same = page.ask("look", scenario="concert", runs=64)["answer"]
    assert not same["changed"] and "than as published" not in same["text"]
    less = page.ask("look", scenario="concert", runs=64, set={"transparency.level": 0.1})["answer"]
    assert less["regime"]["difference"][2] < 0
    assert "years shorter than as published" in less["text"]
    more = page.ask("look", scenario="anarchy", runs=64, set={"transparency.level": 1})["answer"]
    assert more["regime"]["difference"][1] > 0
    assert "years longer than as published" in more["text"]
    nothing = page.ask("look", scenario="concert", runs=64, set={"norms.half_life": 39.99})["answer"]
    assert nothing["changed"] and "no telling difference" in nothing["text"]


def test_the_page_is_told_which_sliders_change_nothing(page):
    idle = page.ask("look", scenario="anarchy", runs=8)["idle"]
    assert idle["sanctions.severity"] == "no third state answers a charge (sanctions.rule=none)"
    assert idle["states.A.second_strike"] == "A has no nuclear arms"
    assert not {"transparency.level", "war.cost", "states.A.capability"} & set(idle)
    rule = {"sanctions.rule": "centralized"}
    assert "sanctions.severity" not in page.ask("look", scenario="anarchy", runs=8, set=rule)["idle"]


def test_other_seeds_are_other_luck_for_the_scenario_as_published_too(page):
    for seed in (0, 1, 0):
        found = page.ask("look", scenario="concert", runs=48, seed=seed, set={"transparency.level": 0.3})
        published = rs.simulate("concert", runs=48, seed=seed, record=0).curve("peace")
        np.testing.assert_allclose(
            found["survival"]["published"]["peace"]["years"], published.years, atol=1e-4
        )


def test_to_watch_for_fewer_years_is_no_change_of_the_world(page):
    found = page.ask("look", scenario="league", runs=64, set={"years": 40})
    assert not found["answer"]["changed"] and found["survival"]["horizon"] == 40
    assert found["survival"]["published"] == found["survival"]["present"]


@pytest.mark.parametrize("scenario", ["concert", "league", "security_council", "collective_security"])
def test_sending_back_every_value_changes_nothing(page, scenario):
    first = page.ask("look", scenario=scenario, runs=8)
    values = {name: value for name, value in first["values"].items() if name != "trust.initial"}
    again = page.ask("look", scenario=scenario, runs=8, set=values)
    assert again["values"] == first["values"]
    assert again["survival"] == first["survival"]


def test_a_saved_setting_opens_as_the_same_world(page):
    asked = {
        "set": {"transparency.level": 0.2, "states.France.revisionism": 1},
        "without": ["buffers"],
        "runs": 32,
    }
    text = page.ask("yaml", scenario="concert", **asked)["text"]
    before = page.ask("look", scenario="concert", **asked)
    after = page.ask("look", yaml=text, runs=32)
    assert after["survival"]["present"] == before["survival"]["present"]
    assert after["values"]["transparency.level"] == 0.2
    assert after["command"] == ""


def test_games_and_needed_patience_are_those_of_theory(page):
    found = page.ask("look", scenario="bipolar", runs=8)["pairs"]
    expected = pairs_of(rs.load_scenario("bipolar"))
    assert [pair["game"] for pair in found] == [pair.game for pair in expected]
    needed = expected[0].first.discount_needed
    assert found[0]["sides"][0]["discount_needed"] == (None if needed == math.inf else round(needed, 4))


def test_textbook_patience_is_one_half(page):
    """T, R, P, S = 5, 3, 1, 0 seen clearly and for ever: (T - R) / (T - P) = 1/2 with one round a year."""
    tree = "states: {A: {}, B: {}}\nshadow: {rounds_per_year: 1}\nyears: 10"
    pair = page.ask("look", yaml=tree, runs=2)["pairs"][0]
    assert pair["game"] == "Prisoners' Dilemma"
    side = pair["sides"][0]
    assert (side["u_cc"], side["u_dc"], side["u_cd"], side["u_dd"]) == (3, 5, 0, 1)
    assert side["discount_needed"] == 0.5
    assert "needs a discount factor of 0.50" in side["verdict"] and "which is enough" in side["verdict"]


def test_what_hangs_on_each_arrangement_is_what_ablation_finds(page):
    found = page.ask("without", scenario="concert", runs=48)
    rows = ablate("concert", "each", runs=48).rows
    assert [row["name"] for row in found["rows"]] == [row.removed[0] for row in rows]
    assert [row["regime"] for row in found["rows"]] == [row.regime.text() for row in rows]
    assert "buffers" in [row["name"] for row in found["rows"]]


def test_an_arrangement_that_is_taken_away_is_gone(page):
    bare = page.ask("look", scenario="concert", runs=48, without=["conferences"])
    expected = rs.simulate(without(rs.load_scenario("concert"), "conferences"), runs=48)
    assert bare["answer"]["peace"]["mean"][0] == expected.summary("peace").rmst.value
    assert bare["values"]["diplomacy.conference"] > 0  # the slider stays where it was
    assert "conferences" in bare["present"]


def test_a_range_is_a_row_of_simulations(page):
    found = page.ask("sweep", scenario="concert", runs=32, parameter="transparency.level")
    assert [point["value"] for point in found["points"]] == [round(0.1 * k, 6) for k in range(11)]
    for point in (found["points"][0], found["points"][7]):
        changed = rs.load_scenario("concert", [f"transparency.level={point['value']}"])
        assert point["regime"][0] == rs.simulate(changed, runs=32).summary("regime").rmst.value


def test_a_range_leaves_out_values_that_make_no_game(page):
    status, found = page.post("sweep", {"scenario": "concert", "parameter": "payoffs.reward"})
    assert status == 400 and "payoffs.reward has no range" in found["error"]


def test_the_map_shows_what_the_recording_kept(page):
    results = rs.simulate("concert", runs=8, seed=5)
    found = page.ask("film", scenario="concert", seed=5, replicate=6)
    series = dict(zip(QUANTITIES, results.yearly[:, :, 6], strict=True))
    frames = found["frames"]
    assert len(frames) == 100
    off = ~np.eye(5, dtype=bool)
    np.testing.assert_allclose([np.array(f["trust"])[off].mean() for f in frames], series["trust"], atol=1e-3)
    np.testing.assert_allclose([f["cooperation"] for f in frames], series["cooperation"], atol=1e-3)
    np.testing.assert_allclose([np.mean(f["standing"]) for f in frames], series["buffers"], atol=1e-6)
    begun = {e.year for e in results.events.query("replicate == 6 and kind == 'war'").itertuples()}
    shown = {found["start"] + k for k, f in enumerate(frames) if f["war"]}
    assert {math.floor(year) for year in begun} <= shown
    assert [entry["frame"] for entry in found["entries"]] == sorted(e["frame"] for e in found["entries"])


def test_the_film_keeps_to_the_horizon_of_a_broken_year(page):
    tree = "states: {A: {}, B: {}}\nshadow: {rounds_per_year: 4}\nyears: 2.5"
    assert len(page.ask("film", yaml=tree)["frames"]) == 3


def mover(moves, position):
    """A state of the Mesa model that does as it is told."""

    class Told(rs.State):
        def intend(self, other):
            word = moves[self.model.round // self.model.case.rounds_per_year]
            return word[other.position - (other.position > position)]

    return Told


@pytest.mark.parametrize("seed", [0, 9])
def test_a_played_game_is_the_stepped_model_with_these_decisions(page, seed):
    scenario, luck, years = "concert", 4, 6
    rng = np.random.default_rng(seed)
    moves = ["".join(rng.choice(["C", "D"], 4)) for _ in range(years)]
    asked = {
        "set": {"transparency.level": 0.15},
        "seed": seed,
        "state": "Austria",
        "length": years,
        "replicate": luck,
    }
    case = rs.load_scenario(scenario, ["transparency.level=0.15"])
    told = rs.RegimeModel(case, seed=seed, replicate=luck, agents={"Austria": mover(moves, 3)})
    free = rs.RegimeModel(case, seed=seed, replicate=luck)
    earned, other = 0.0, 0.0
    for year in range(years):
        saw = dict.fromkeys(case.states, 0)
        for _ in range(4):
            told.step()
            free.step()
            earned += told.states[3].payoff
            other += free.states[3].payoff
            for name in case.states:
                if name != "Austria":
                    saw[name] += told.states[3].saw(name) is True
        found = page.ask("play", scenario=scenario, moves=moves[: year + 1], **asked)
        for towards in found["years"][year]["towards"]:
            assert towards["saw"] == saw[towards["other"]]
            assert towards["trust"] == pytest.approx(told.states[3].trust_in(towards["other"]), abs=1e-3)
    assert found["over"]
    assert found["reckoning"]["you"]["payoff"] == pytest.approx(earned / 6, abs=1e-3)
    assert found["reckoning"]["prudent"]["payoff"] == pytest.approx(other / 6, abs=1e-3)
    fought = told.lanes.tally.war_round[0]
    assert found["reckoning"]["you"]["peace"]["held"] == (fought < 0)


def test_cooperation_with_textbook_partners_earns_the_reward(page):
    """Three states that see everything and cooperate: 3 a year from each of two partners."""
    tree = "states: {A: {}, B: {}, C: {}}\ntransparency: {level: 1}\nyears: 20"
    found = page.ask("play", yaml=tree, state="B", length=5, moves=["CC"] * 5)
    assert found["reckoning"]["you"]["payoff"] == found["reckoning"]["prudent"]["payoff"] == 6.0
    assert found["reckoning"]["many"]["better"] == 0


def test_defection_against_textbook_partners_pays_once(page):
    """Both accuse the player after the first of twenty rounds and are estranged from it for good: 5 from each
    of two partners in one round, then 1 in nineteen: (2 * 5 + 19 * 2 * 1) / 20 a year."""
    tree = "states: {A: {}, B: {}, C: {}}\ntransparency: {level: 1}\nyears: 20"
    greedy = page.ask("play", yaml=tree, state="B", length=5, moves=["DD"] * 5)
    reckoning = greedy["reckoning"]
    assert reckoning["you"]["payoff"] == 2.4 and reckoning["prudent"]["payoff"] == 6.0
    assert [one["dealings"] for one in reckoning["eyes"]] == [1, 1]
    assert greedy["known"]["estranged"] == [[0, 1], [1, 2]]
    first, *later = (year["towards"][0] for year in greedy["years"])
    assert (first["dealt"], first["estranged"]) == (1, 3)
    assert all((one["dealt"], one["estranged"], one["war"]) == (0, 4, False) for one in later)
    assert greedy["years"][0]["events"] == [
        "A and B are estranged (a breach).", "B and C are estranged (a breach).",
    ]  # fmt: skip


def test_before_the_end_nothing_is_told_that_the_state_cannot_know(page):
    blind = {"transparency.level": 0.1, "transparency.false_alarm_rate": 20}
    asked = {"scenario": "concert", "set": blind, "state": "Austria", "length": 9}
    found = page.ask("play", moves=["CDCC"] * 8, **asked)
    assert found["reckoning"] is None and not found["over"]
    assert set(found["known"]) == {"capability", "trust", "war", "estranged", "standing", "turmoil"}
    assert len(found["known"]["trust"]) == 5  # its own, not a table of everybody's
    assert {key for year in found["years"] for one in year["towards"] for key in one} == {
        "other", "chose", "dealt", "did", "saw", "war", "estranged", "trust",
    }  # fmt: skip
    over = page.ask("play", moves=["CDCC"] * 9, **asked)
    missed = [one["missed"] + one["false_alarms"] for one in over["reckoning"]["eyes"]]
    assert sum(missed) > 0  # at this level of sight the eyes do err, and only the reckoning says so


def test_the_player_decides_prudently_where_nobody_decides_for_it(page):
    tree = "states: {A: {strategy: always_defect}, B: {}}\nyears: 20"
    asked = {"yaml": tree, "state": "A", "length": 2}
    assert page.ask("play", moves=["C", "C"], **asked)["reckoning"]["prudent"]["payoff"] == 3.0
    assert read_scenario({"states": {"A": {}, "B": {}}}, "x").phases[0].states[0].strategy == "prudent"


def test_the_advice_is_what_prudent_states_do(page):
    """The chance that is told beside a decision is the share of many replicates in which it is made."""
    tree = {
        "states": {"A": {}, "B": {}, "C": {"revisionism": 0.8}}, "years": 20,
        "payoffs": {"temptation": 4.5}, "shadow": {"rounds_per_year": 2, "punishment_years": 0.5},
        "choice": {"temperature": 0.7}, "trust": {"initial": 0.9},
    }  # fmt: skip
    many = 20_000
    lanes = Lanes(lower(read_scenario(tree, "many")), np.zeros(many, np.intp), np.arange(many), 3)
    lanes.decide()
    shares = set()
    for position, name in enumerate("ABC"):
        found = page.ask("play", yaml=yaml.safe_dump(tree), state=name, length=5, moves=[])
        for told in found["advice"]:
            share = float(lanes.world.intend[position, "ABC".index(told["other"])].mean())
            assert abs(told["chance"] - share) < 0.0005 + 4.5 * math.sqrt(share * (1 - share) / many)
            assert told["margin"] == pytest.approx(
                sum(told[term] for term in ("now", "future", "law", "norm")), abs=0.003
            )
            shares.add(round(told["chance"], 2))
    assert min(shares) < 0.5 < max(shares)  # C is tempted


def test_the_data_are_a_row_per_run(page):
    text = page.ask("csv", scenario="concert", runs=16, seed=2)["text"]
    frame = pd.read_csv(io.StringIO(text))
    expected = rs.simulate("concert", runs=16, seed=2, record=0).runs
    assert list(frame.columns) == list(expected.columns)
    np.testing.assert_allclose(frame["peace_years"], expected["peace_years"])


def test_a_strategy_in_a_file_of_the_host_stays_its_own(tmp_path):
    """A scenario that the server was started with may name a file; a question about another may not."""
    states = {"A": {"strategy": str(tmp_path / "own.yaml")}, "B": {}}
    trees = {"mine": {"states": states}, "other": {"states": {"A": {}, "B": {}}}}
    assert read_setting({"scenario": "mine"}, trees).present.phases[0].states[0].strategy.endswith("own.yaml")
    with pytest.raises(rs.InputError, match="no strategy"):
        read_setting({"scenario": "other", "set": {"states.A.strategy": states["A"]["strategy"]}}, trees)
