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
    assert (
        with_["share that ends in cooperation"]["lower"] > without["share that ends in cooperation"]["upper"]
    )
    assert with_["share that ends in cooperation"]["lower"] > 0.5
    forgiven = with_["winners' cooperation after defection"]
    assert forgiven["lower"] > 0.25 and forgiven["upper"] < 1 / 3 + 0.05
    for part in answer("generosity")["win-stay lose-shift"].values():
        if abs(part["R"] - part["resists where R is above"]) > 0.1:
            resists = part["among its kind"] > part["an exploiter from it"]
            assert resists == (part["R"] > part["resists where R is above"])


def test_boyd_and_richerson_and_axelrod():
    """1992: retribution lets cooperation be, and by a fine anything else as well; 1986: without a reason to
    punish it unravels."""
    found = answer("punishment")
    assert found["no sanctions"]["cooperation"]["value"] < 0.01
    assert found["sanctions"]["more cooperation"]["lower"] > 0.5
    by_publicity = [part["cooperation"]["value"] for part in found["by publicity"].values()]
    assert by_publicity == sorted(by_publicity)
    starts = found["by credibility at the start, dear sanctions"]
    assert len(starts["resting points"]) == 3
    assert starts["common against rare"]["more cooperation"]["lower"] > 0
    assert found["what makes states punish"]["credibility lost without it"]["lower"] > 0.5
    assert found["what makes states punish"]["a worth against nothing"]["more cooperation"]["lower"] > 0.4
    assert found["by number of states"]["12 against 3"]["more cooperation"]["lower"] > 0.5
    harmful = found["a rule that harms all who keep it"]
    assert harmful["exclusion"]["cooperation"]["value"] < 0.01
    assert harmful["a fine"]["more cooperation"]["lower"] > 0.5
    assert harmful["a fine"]["payoff gained by it"]["upper"] < -1


def test_cusack_and_stoll():
    """1994: the system lasts longer, here a little and if all practise; that practitioners outlast the
    others is not found."""
    found = answer("collective-security")
    for rule in ("decentralized", "collective"):
        assert found[rule]["6 of 6 practise"]["more than if nobody practises"]["lower"] > 0
        for practising in (2, 3, 4):
            first = found[rule][f"{practising} of 6 practise"]["years until a state's first war"]
            assert first["which is"] == "open"
        assert found[rule]["3 of 6 practise"]["payoff per year"]["difference"]["upper"] < 0
    assert found["no rule, the same three set apart"]["payoff per year"]["which is"] == "open"


def test_green_and_porter():
    """1984: durations are 1/a whatever the punishment, shares 1/(1 + aK), and noise asks for more of it."""
    found = answer("green-porter")
    for alarm in (0.02, 0.05, 0.1, 0.2):
        lasted = found["rounds until the first breakdown"][f"alarm {alarm:g}"]["prudent states"]["mean"]
        assert lasted["lower"] - 1 < 1 / alarm < lasted["upper"] + 1
        for length in (1, 3, 8):
            part = found["share of rounds in cooperation"][f"alarm {alarm:g}"][f"punished for {length}"]
            assert part["found"]["value"] == pytest.approx(1 / (1 + alarm * length), abs=0.01)
    assert found["the constraint is that of one deviation"] is True
    for parts in found["shortest punishment that deters"].values():
        lengths = [part["rounds"] for part in parts.values()]
        assert lengths == sorted(lengths)
        assert all(part["worth"] > part["worth with two rounds more"] for part in parts.values())
