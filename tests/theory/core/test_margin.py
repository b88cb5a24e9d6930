"""The margin is what it says: one defection on the same seeds costs, discounted, a round's share of it.

In pairs of runs that differ by one forced defection of S0 on S1 in the first round the payoff that S0 loses,
times m, is held against the margin that it had: within three standard errors, at fixed seeds (chance of one
false alarm in eighteen worlds: 1 in 20; the seeds have none).
"""

import numpy as np
import pytest
from markov import Chain
from paired import (
    ENFORCED,
    NOISE,
    WAR,
    WORLDS,
    believed,
    bound,
    cooperate,
    lanes_of,
    loss_of_one_defection,
    relationship_of,
    world,
    z_of,
)

LANES = {2: 16_000, 3: 8_000, 5: 6_000, 12: 1_500}


@pytest.mark.parametrize("name", WORLDS)
def test_one_defection_costs_the_margin(name):
    tree = WORLDS[name]
    slips = tree.get("choice", {}).get("temperature", 0.0) > 0.0
    lost, margin, loyal = loss_of_one_defection(
        tree, LANES[len(tree["states"])], cooperate if slips else None
    )
    assert loyal or slips, "in this world somebody would not cooperate"
    assert margin > 0
    assert abs(z_of(lost, margin)) < 3, (lost.mean(), margin)


@pytest.mark.parametrize(
    "name", ["clean", "noise", "mediation", *(f"exclusion, {n} states" for n in ("three", "five", "twelve"))]
)
def test_the_margin_is_the_loss_of_theory_where_no_case_meets_an_innocent(name):
    """The cost of exclusion is in the margin as its law, and in the loss as what others take."""
    tree = WORLDS[name]
    pair = relationship_of(tree)
    terms = lanes_of(tree, 1).margins()[0, 1, :, 0]
    assert pair.margin == pytest.approx(terms[0] + terms[1], rel=1e-9)
    assert pair.loss == pytest.approx(terms.sum(), rel=1e-9)


@pytest.mark.parametrize("name", [name for name, tree in WORLDS.items() if len(tree["states"]) == 2])
def test_the_margin_of_the_kernel_is_that_of_the_chain(name):
    """The same numbers by linear equations, where the two sides are alike."""
    tree = WORLDS[name]
    if name in ("war and power", "two resolves"):
        pytest.skip("the sides differ")
    assert lanes_of(tree, 1).margins()[0, 1].sum() == pytest.approx(
        Chain(relationship_of(tree)).margin(), rel=1e-7
    )


def test_the_comparison_tells_a_tenth():
    """A margin that were a tenth larger would be refused in nearly every world."""
    told = 0
    for name in ("noise", "mediation", "quarrels", "exclusion, five states"):
        tree = WORLDS[name]
        lost, margin, _ = loss_of_one_defection(tree, LANES[len(tree["states"])])
        told += abs(z_of(lost, 1.1 * margin)) > 3
    assert told >= 3


@pytest.mark.parametrize("resolve", [1.0, 0.35])
@pytest.mark.parametrize("trust", [0.95, 0.9, 0.8])
@pytest.mark.parametrize("extra", [{}, {"transparency": NOISE}, {"transparency": NOISE, "war": WAR}])
def test_distrust_is_reckoned_to_first_order(trust, resolve, extra):
    """Against a partner that plays as it is expected to, the margin is not exact below full trust. It counts
    the own answer to a defection only in the value of open dealings: where the other defects as well, the
    pair would often break anyway, by the own charge, so that the own defection changes less. That overrates
    the loss by (1 - b) r_i q times the cost of a breach at most; all else that it leaves out is smaller.
    """
    tree = world(
        trust={"initial": trust}, shadow={"resolve": resolve},
        **{"diplomacy": {"agreement_trust": 0.0}, **extra},
    )  # fmt: skip
    if "war" in extra:
        tree["war"] = {**tree["war"], "settlement_trust": trust}
    lost, margin, _ = loss_of_one_defection(tree, 12_000, believed)
    pair = relationship_of(tree, trust=trust)
    assert pair.margin == pytest.approx(margin, rel=1e-9)
    assert abs(z_of(lost, pair.loss)) < bound(18)
    due = (1 - trust) * resolve * pair.hit * pair.cost("breach") * pair.rounds_per_year
    error = lost.std(ddof=1) / np.sqrt(len(lost))
    assert -due - 3 * error < lost.mean() - margin < 0.25 * due + 3 * error


@pytest.mark.parametrize(
    ("alarms", "inquiry", "most"), [(0.05, 0.0, 0.16), (0.2, 0.0, 0.5), (0.2, 0.9, 0.16), (0.2, 1.0, 0.1)]
)
def test_sanctions_on_innocents_make_the_margin_an_upper_bound(alarms, inquiry, most):
    """Under a rule that answers false charges too the margin overrates the loss: open dealings are
    interrupted by cases against innocents, which lengthen estrangements as well, and a third state that is
    estranged anyway is counted among those who join. By how much, at five states."""
    tree = world(
        5, transparency={**NOISE, "false_alarm_rate": alarms, "publicity": 0.6},
        sanctions={"rule": "decentralized", **ENFORCED, "inquiry": inquiry},
    )  # fmt: skip
    lost, margin, _ = loss_of_one_defection(tree, 5_000)
    error = lost.std(ddof=1) / np.sqrt(len(lost))
    assert (1 - most) * margin - 3 * error < lost.mean() < margin + 3 * error
