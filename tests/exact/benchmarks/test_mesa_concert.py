"""The Mesa model that the simulator is measured against plays the rules: facts worked out by hand."""

import pytest

from regimesim.scenario.reading import read_scenario

ROUNDS, STATES, PAIRS = 12, 4, 6
COLD = 1e-9
"""A temperature at which nobody slips."""


@pytest.fixture
def play():
    """A builder of runs in a world without noise, with one round a year."""
    from benchmarks.concert import play_mesa

    def played(**groups):
        neutral = {
            "shadow": {"rounds_per_year": 1, "discount_factor": 0.6, "punishment_years": 1000},
            "payoffs": {"temptation": 5, "reward": 3, "punishment": 1, "sucker": 0},
            "trust": {"initial": 1.0, "learning_rate": 0.5},
            "choice": {"temperature": COLD},
        }
        tree = {"years": ROUNDS, "states": {f"S{k}": {} for k in range(STATES)}}
        tree |= {name: neutral.get(name, {}) | groups.get(name, {}) for name in neutral | groups}
        return play_mesa(read_scenario(tree, "by hand"), 0)

    return played


@pytest.mark.parametrize(("patience", "expected"), [(0.51, 1.0), (0.49, 0.0)])
def test_patience_decides_at_a_half(play, patience, expected):
    """Full trust and endless punishment: cooperation pays from (T - R) / (T - P) = 2/4 on."""
    model = play(shadow={"discount_factor": patience, "punishment_years": 1000})
    assert model.measures()["cooperation_rate"] == expected


def test_a_certain_quarrel_abroad_estranges_for_its_length(play):
    """One round of cooperation, then three of estrangement, and so on: rounds 0, 4 and 8 of twelve."""
    model = play(
        shadow={"punishment_years": 3},
        periphery={"rate": 52, "insulation": 0},
        norms={"initial": 1, "restraint": 100},
    )
    assert model.cooperating == [PAIRS, 0, 0, 0] * 3
    assert model.measures()["estrangements_misunderstanding"] == 3 * PAIRS


def test_a_certain_war_lasts_as_long_as_it_is_said_to(play):
    """Defection in the first round, war for three, peace for one round, which defection ends again."""
    model = play(shadow={"discount_factor": 0.1}, war={"unilateral": 52, "years": 3})
    assert model.cooperating == [0] * ROUNDS
    assert model.measures()["wars"] == 3 * PAIRS


def test_a_breach_that_is_seen_estranges_at_once(play):
    """Nobody is patient, everything is seen: one breach a pair, and no second within the punishment."""
    model = play(shadow={"discount_factor": 0.1})
    assert model.measures()["estrangements_breach"] == PAIRS


def test_accusers_are_not_asked(play):
    """All defect on all, and all see it: everybody is an accuser of everybody, so nobody is left to ask."""
    model = play(
        shadow={"discount_factor": 0.1},
        sanctions={"rule": "decentralized", "enforcement_value": 5, "credibility": 1},
        transparency={"publicity": 1.0},
    )
    assert model.measures()["sanctions_invoked"] == 0 and model.measures()["estrangements_sanction"] == 0


def test_what_is_kept_changes_nothing(play):
    """A run with games kept from round to round is the run without: the same random numbers."""
    from benchmarks.concert import play_mesa
    from regimesim.scenario.compose import load_scenario

    concert = load_scenario("concert", ("years=60",))
    assert play_mesa(concert, 3).measures() == play_mesa(concert, 3, keep=True).measures()
