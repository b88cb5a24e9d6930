"""A state is played in Chromium: the same decisions in Python earn the same, with 200 seeds too."""

import re

import numpy as np
import pytest

from regimesim.core.lanes import Lanes
from regimesim.scenario.compose import load_scenario
from regimesim.simulation.lowering import lower

YEARS, CODE = 4, 1816
AUSTRIA, PRUSSIA = 3, 4
MOVES = ["CCCC", "CCCD", "CCCD", "CCCC"]
LINK = f"#state?world=europe_1816&order=concert&states=Austria&years={YEARS}&code={CODE}"


def earned(replicates, decide=None):
    """Earnings of Austria a year in each replicate; ``decide(lanes, year)`` changes its intentions."""
    scenario = load_scenario("concert", [f"years={YEARS}"])
    lanes = Lanes(lower(scenario), np.zeros(len(replicates), np.intp), replicates, CODE)
    total = np.zeros(len(replicates))
    for t in range(lanes.design.rounds):
        lanes.decide()
        if decide is not None:
            decide(lanes, t // 4)
        lanes.carry_out()
        total += lanes.world.payoff[AUSTRIA]
    return total / YEARS


def by_moves(lanes, year):
    others = [k for k in range(5) if k != AUSTRIA]
    for other, letter in zip(others, MOVES[year], strict=True):
        intend, open_ = lanes.world.intend[AUSTRIA, other], lanes.world.open[AUSTRIA, other] > 0
        intend[open_] = letter == "C"


def reckoned(reader):
    reader.press("About the same")
    reader.says("The reckoning")
    return reader.text(".sheet")


def test_a_played_state_earns_what_it_earns_in_python(reader):
    reader.visit(f"{LINK}&moves={'.'.join(MOVES)}")
    text = reckoned(reader)
    mine, many = earned(np.arange(1), by_moves), earned(np.arange(1, 201), by_moves)
    prudent = earned(np.arange(1, 201))
    assert f"Austria earned {mine[0]:.2f} a year" in text
    assert (
        f"your decisions earn {many.mean():.2f} a year on average, a prudent cabinet {prudent.mean():.2f}"
        in text
    )
    assert f"yours are better with {(many > prudent).sum()} of 200" in text
    defecting = earned(np.arange(1, 201), lambda lanes, year: lanes.world.intend[AUSTRIA].__imul__(
        lanes.world.open[AUSTRIA] == 0))  # fmt: skip
    rows = reader.ask(
        "[...document.querySelectorAll('.sheet tr')].map((r) => [...r.cells].map((c) => c.textContent))"
    )
    assert [row[1] for row in rows if row[0].startswith("always defect")] == [f"{defecting.mean():.2f}"]


def test_a_state_is_played_year_by_year_and_its_earnings_stay_closed(reader):
    reader.visit("#state")
    reader.press("Begin")
    for year in range(15):
        assert f"Year {year + 1} of 15" in reader.text(".game")
        assert "earned" not in reader.text(".game")
        if year == 3:
            reader.click("input[name='towards-4'][value=D]")
        reader.press("Decide for Austria")
        reader.until("location.hash.split('moves=')[1]?.split('.').length === arguments[0]", year + 1)
    moves = reader.where().partition("moves=")[2].split(".")
    assert moves == ["CCCC"] * 3 + ["CCCD"] * 12
    reader.says("Before the reckoning")


def test_several_take_turns_at_one_screen(reader):
    reader.visit("#state?states=Austria,Prussia&years=2&code=5")
    for year in range(2):
        reader.says("you are Austria", ".game h2")
        reader.press("Decide for Austria")
        reader.says("you are Prussia", ".game h2")
        reader.press("Decide for Prussia")
        reader.until("(location.hash.match(/[CD]{8}/g) ?? []).length === arguments[0]", year + 1)
    assert "Prussia earned" in reckoned(reader)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("states=Sardinia", "Choose among the states Britain"),
        ("moves=CCC", "The moves of a year are 4 letters"),
        ("years=99", "years must be a whole number from 1 to 40"),
        ("world=constructor", "There is no world “constructor” on this page; there are "),
    ],
)
def test_a_wrong_link_is_a_sentence_and_a_new_game(reader, query, sentence):
    reader.visit(f"#state?{query}")
    assert sentence in reader.text("#notice")
    assert reader.has_button("Begin")


def test_what_is_seen_is_what_the_state_saw(reader):
    """Reports of the fourth year are of what Austria saw, not of what was done."""
    reader.visit(f"{LINK}&moves={'.'.join(MOVES[:3])}")
    scenario = load_scenario("concert", [f"years={YEARS}"])
    lanes = Lanes(lower(scenario), np.zeros(1, np.intp), np.zeros(1, np.intp), CODE)
    saw, dealt = np.zeros(5, int), np.zeros(5, int)
    for t in range(12):
        lanes.decide()
        by_moves(lanes, t // 4)
        lanes.carry_out()
        if t >= 8:
            saw += (lanes.world.open[AUSTRIA, :, 0] > 0) & (lanes.world.seen[AUSTRIA, :, 0] > 0)
            dealt += lanes.world.open[AUSTRIA, :, 0] > 0
    told = reader.ask("[...document.querySelectorAll('.decision')].map((d) => d.textContent)")
    for other, text in zip([k for k in range(5) if k != AUSTRIA], told, strict=True):
        trust = int(re.search(r"Your trust: (\d+) %", text)[1])
        assert trust == pytest.approx(100 * lanes.world.trust[AUSTRIA, other, 0], abs=0.51)
        if dealt[other] and saw[other] == dealt[other]:
            assert "it cooperated" in text or "estranged" in text or "at war" in text
        elif dealt[other]:
            assert (
                f"it defected in {dealt[other] - saw[other]} of {dealt[other]}" in text or "estranged" in text
            )
