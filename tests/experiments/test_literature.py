"""What was published, held against the recorded answers of ``experiments/literature``."""

from itertools import pairwise

import pytest

from regimesim.analysis.experiments import experiments, leaves
from regimesim.scenario.strategies import load_strategy
from regimesim.theory import chains


def answer(name):
    return experiments()[f"literature/{name}"].expected


@pytest.mark.parametrize("name", ["round-robin", "generosity", "green-porter"])
def test_play_agrees_with_theory_wherever_they_are_held_together(name):
    held = [part for place, part in leaves(answer(name)) if "agree" in place.rpartition(".")[2]]
    assert held and all(held)


def test_wu_and_axelrod():
    """1995: generosity first among the unadapted, contrition after selection, Pavlov not robust. That tit for
    tat wins is not among it."""
    slips = answer("round-robin")["with slips"]
    assert slips["ranking"][0] == "generous_tit_for_tat"
    for remedy in ("contrite_tit_for_tat", "generous_tit_for_tat", "generous_tit_for_tat(0.1)"):
        assert slips["more than tit for tat"][remedy]["lower"] > 0, remedy
    left = slips["left after selection among"]
    for field in ("the remedies and three unconditional ones", "the library without punish_2 and punish_3"):
        assert list(left[field]) == ["contrite_tit_for_tat"]
    against = slips["against always_defect"]
    assert against["win_stay_lose_shift"] < 0.6 * against["contrite_tit_for_tat"]
    assert list(left["the whole library"]) == ["punish_3"]  # neither can invade the other
    contrite, punisher = load_strategy("contrite_tit_for_tat"), load_strategy("punish(3)")
    each = chains.stationary(contrite, punisher, (5, 3, 1, 0), tremble=0.01).payoff
    assert max(each) < min(slips["against its twin"][name] for name in ("contrite_tit_for_tat", "punish_3"))
    # the mean of all four payoffs (Molander 1985)
    assert slips["against its twin"]["tit_for_tat"] == pytest.approx(2.25)


@pytest.mark.parametrize(
    ("game", "optimum"),
    [("Axelrod's", 1 / 3), ("a poor reward", 1 / 2), ("that of the security scenarios", 2 / 5)],
)
def test_molander(game, optimum):
    """The limit of the safe generosity, by hand from the payoffs; approached in proportion to slips."""
    part = answer("generosity")["optimum"][game]
    assert part["formula"] == pytest.approx(optimum)
    away = [optimum - found for found in part["most generosity that is safe, by slips"].values()]
    assert all(later < 0.2 * sooner for sooner, later in pairwise(away[:3]))
    assert abs(away[-1]) < 5e-5
    earned = part["earned among themselves at 0, .1 .. 1"]
    assert earned == sorted(earned)
    assert part["in play"]["below"]["gain from exploiting"]["upper"] < 0
    assert part["in play"]["above"]["gain from exploiting"]["lower"] > 0


def test_nowak_and_sigmund():
    """1992: with a near tit for tat in it, a population settles on forgiving one in three; 1993: Pavlov."""
    with_, without = (
        answer("generosity")["selection"][case] for case in ("with a near tit for tat", "without")
    )
    assert with_["share that ends in restraint"]["lower"] > without["share that ends in restraint"]["upper"]
    assert with_["share that ends in restraint"]["lower"] > 0.5
    forgiven = with_["winners' restraint after exploitation"]
    assert forgiven["lower"] > 0.25 and forgiven["upper"] < 1 / 3 + 0.05
    for part in answer("generosity")["win-stay lose-shift"].values():
        if abs(part["R"] - part["resists where R is above"]) > 0.1:
            resists = part["among its kind"] > part["an exploiter from it"]
            assert resists == (part["R"] > part["resists where R is above"])


def test_boyd_and_richerson_and_axelrod():
    """1992: retribution lets cooperation be, if it is common, and anything else as well; 1986: without a
    reason to punish it unravels."""
    found = answer("punishment")
    assert found["no sanctions"]["cooperation"]["upper"] < 0.01
    assert found["sanctions"]["more cooperation"]["lower"] > 0.9
    by_severity = [part["cooperation"]["value"] for part in found["by severity"].values()]
    assert by_severity == sorted(by_severity)
    starts = found["by credibility at the start, dear sanctions"]
    low, middle, high = starts["resting points"]
    for start in ("0.05", "0.1", "0.2", "0.5", "0.9"):
        end = starts[start]["credibility"]
        rest = low if float(start) < middle else high
        assert end["value"] == pytest.approx(rest, abs=0.03), start
    assert found["what makes states punish"]["credibility lost without it"]["lower"] > 0.5
    assert found["what makes states punish"]["a worth against nothing"]["more cooperation"]["lower"] > 0.4
    harmful = found["a rule that harms all who keep it"]
    assert harmful["more cooperation"]["lower"] > 0.9 and harmful["payoff gained by it"]["upper"] < -1


def test_cusack_and_stoll():
    """1994: the system lasts longer; practitioners outlast the others, in our model only where the rule binds
    them alone."""
    found = answer("collective-security")
    for rule in ("decentralized", "collective"):
        for practising in (2, 3, 4, 6):
            gain = found[rule][f"{practising} of 6 practise"]["more than if nobody practises"]
            assert gain["lower"] > 0
    for practising in (2, 3, 4):
        alone, all_ = (found[rule][f"{practising} of 6 practise"] for rule in ("decentralized", "collective"))
        assert alone["years until a state's first war"]["difference"]["lower"] > 0
        around = all_["years until a state's first war"]["difference"]
        assert around["lower"] < 1 and around["upper"] < 5
    kept = "share that keeps half of its capability"
    assert found["decentralized"]["3 of 6 practise"][kept]["difference"]["lower"] > 0
    assert abs(found["collective"]["3 of 6 practise"][kept]["difference"]["value"]) < 0.05


def test_green_and_porter():
    """1984: durations are 1/a whatever the punishment, shares 1/(1 + aK), and noise asks for more of it."""
    found = answer("green-porter")
    for alarm in (0.02, 0.05, 0.1, 0.2):
        lasted = found["rounds until the first breakdown"][f"alarm {alarm:g}"]["one signal for both"]["mean"]
        assert lasted["lower"] - 1 < 1 / alarm < lasted["upper"] + 1
        for length in (1, 3, 8):
            part = found["share of rounds in cooperation"][f"alarm {alarm:g}"][f"punished for {length}"]
            assert part["found"]["value"] == pytest.approx(1 / (1 + alarm * length), abs=0.01)
    assert found["the constraint is that of one deviation"] is True
    for parts in found["shortest punishment that deters"].values():
        lengths = [part["rounds"] for part in parts.values()]
        assert lengths == sorted(lengths)
        assert all(part["worth"] > part["worth with two rounds more"] for part in parts.values())
