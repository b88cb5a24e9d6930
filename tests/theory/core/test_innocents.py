"""Cases against innocents and distrust in play, against the closed forms of theory.

Below full trust the forms are exact: every comparison has to be within what one error rate, FAMILY, allows
for all of a test together (Bonferroni). With third states they are not: what is allowed beyond chance is
stated, and is what ``theory`` tells its readers. Seeds are fixed.
"""

import numpy as np
import pytest
from paired import (
    NOISE,
    WAR,
    believed,
    bound,
    cooperate,
    discount_of,
    lanes_of,
    loss_of_one_defection,
    relationship_of,
    world,
    z_of,
)

from regimesim.analysis.innocents import prospects_of
from regimesim.theory import discount_needed

SHARE, FREQUENCY, LENGTH, VALUE = 0.01, 0.06, 0.05, 0.015
"""Tolerances of the forms against play: of all time, and in parts of themselves."""
LANES = {3: 3_000, 5: 1_500, 12: 300}
SETTLED = 60
"""Rounds after which hardly anything is left of the beginning, when all were open."""


def accusing(states, alarms, **groups):
    """A world of exclusion in which false charges are frequent, and joining costs nothing but dealings."""
    sight = {**NOISE, "false_alarm_rate": alarms, "publicity": 0.6}
    rule = {"rule": "decentralized", "cost": 0.0, "enforcement_value": 8.0, "credibility_learning": 0.0}
    rule |= groups.pop("sanctions", {})
    return world(states, 40, transparency=sight, sanctions=rule, **groups)


INNOCENTS = {
    "three states": accusing(3, 0.2),
    "five states": accusing(5, 0.2),
    "five states, few alarms": accusing(5, 0.05),
    "twelve states, few alarms": accusing(12, 0.05),
    "twelve states": accusing(12, 0.2),
    "inquiry": accusing(5, 0.2, sanctions={"inquiry": 0.5}),
    "leniency": accusing(5, 0.2, shadow={"resolve": 0.4, "punishment_years": 3.0}),
    "war": accusing(5, 0.2, war=WAR, sanctions={"enforcement_value": 40.0, "escalation": 0.7}),
    "conferences": accusing(
        5, 0.2, diplomacy={"conference": 0.4, "renegotiation": 1.0},
        periphery={"rate": 0.4, "insulation": 0.3},
    ),
    "collective": accusing(5, 0.1, sanctions={"rule": "collective", "pledge": 0.5}),
    "toss-up": accusing(5, 0.2, choice={"temperature": 0.6}, sanctions={"enforcement_value": 1.5}),
}  # fmt: skip


def joining(tree):
    """(chance that a third state joins while open with the accused, and while estranged from it)."""
    chances = []
    for left in (0, 1):
        block = lanes_of(tree, 1)
        block.world.left[0, 2] = block.world.left[2, 0] = left
        block.margins()
        chances.append(float(block.game.join[2, 0, 0]))
    return dict(zip(("joining", "renewing"), chances, strict=True))


def watch(tree, lanes):
    """Per lane: shares of pairs and rounds that are open and that break, once settled; the value to S0."""
    block = lanes_of(tree, lanes)
    above = np.triu(np.ones((len(tree["states"]),) * 2, bool), 1)
    open_, broke, value = np.zeros((3, lanes))
    while block.round < block.design.rounds:
        block.decide()
        cooperate(block)
        late, live = block.round >= SETTLED, (block.world.open[above] == 1).mean(axis=0)
        weight = discount_of(block) ** block.round
        block.carry_out()
        value += weight * block.world.payoff[0]
        if late:
            open_ += live
            broke += (block.world.broke[above] > 0).mean(axis=0)
    rounds = block.design.rounds - SETTLED
    return open_ / rounds, broke / rounds, value / (len(tree["states"]) - 1)


def often(names, few):
    """Some of the names in every run, the rest with ``verify``."""
    return [name if name in few else pytest.param(name, marks=pytest.mark.verify) for name in names]


@pytest.mark.parametrize("name", often(INNOCENTS, ("three states", "war", "toss-up")))
def test_pairs_among_others_are_as_often_apart_and_for_as_long(name):
    """Share of time, frequency, length and value; the kernel's own chances of joining are taken as given."""
    tree = INNOCENTS[name]
    chances = joining(tree)
    assert (chances["joining"] == 1.0) == (name != "toss-up")
    pair, limit = relationship_of(tree, **chances), bound(4 * len(INNOCENTS))
    open_, broke, value = watch(tree, LANES[len(tree["states"])])
    assert abs(open_.mean() - pair.cooperation_share) < SHARE + limit * error_of(open_)
    due = 1 / (pair.years_between * 4)
    frequency = broke.mean() / open_.mean()
    assert abs(frequency / due - 1) < FREQUENCY + limit * error_of(broke - frequency * open_) / broke.mean()
    length, length_due = (1 - open_.mean()) / broke.mean(), (1 / pair.cooperation_share - 1) / due
    slack = limit * error_of(1 - open_ - length * broke) / (1 - open_.mean())
    assert abs(length / length_due - 1) < LENGTH + slack
    assert abs(value.mean() / pair.value - 1) < VALUE + limit * error_of(value) / pair.value


def error_of(samples):
    return samples.std(ddof=1) / np.sqrt(len(samples))


def test_without_the_others_a_pair_would_look_far_better():
    """Two alone are open far more of the time: the comparison above is not of small numbers."""
    for name in ("five states", "twelve states"):
        tree = INNOCENTS[name]
        alone = relationship_of(tree, joining=0.0).cooperation_share
        assert alone > relationship_of(tree).cooperation_share + 15 * SHARE


@pytest.mark.parametrize("name", ["three states", "five states", "war", "collective", "toss-up"])
def test_the_command_tells_the_same_of_like_states(name):
    """The appraisal of a scenario, from the kernel's arrays, and the closed form of a pair."""
    tree = INNOCENTS[name]
    pair = relationship_of(tree, **joining(tree))
    block = lanes_of(tree, 1)
    block.margins()
    found = prospects_of(block)
    off = ~np.eye(len(tree["states"]), dtype=bool)
    assert found.share[off] == pytest.approx(pair.cooperation_share, rel=1e-6)
    assert found.years_between[off] == pytest.approx(pair.years_between, rel=1e-6)
    assert found.years_of_breach[off] == pytest.approx(pair.years_of("breach"), rel=1e-6)


@pytest.mark.parametrize("rule", ["none", "balancing"])
def test_where_nobody_answers_a_false_charge_a_pair_is_alone(rule):
    tree = accusing(5, 0.2, sanctions={"rule": rule})
    block = lanes_of(tree, 1)
    block.margins()
    found = prospects_of(block)
    assert (found.by_others == 0).all()
    assert found.share[0, 1] == pytest.approx(relationship_of(tree, joining=0.0).cooperation_share, rel=1e-9)


def test_a_vote_that_is_sure_to_pass_is_as_if_each_joined():
    tree = accusing(5, 0.2, sanctions={"rule": "centralized", "severity": 1.0})
    block = lanes_of(tree, 1)
    block.margins()
    share = prospects_of(block).share[0, 1]
    assert share == pytest.approx(relationship_of(tree, joining=1.0).cooperation_share, rel=1e-6)
    open_, _, _ = watch(tree, 800)
    assert abs(open_.mean() - share) < SHARE + 4 * error_of(open_)


# ------------------------------------------------------------------------- what one defection costs


@pytest.mark.parametrize(
    "name",
    often([n for n in INNOCENTS if n not in ("collective", "toss-up")], ("five states", "conferences")),
)
def test_the_loss_is_what_one_defection_costs_among_innocents(name):
    """A world in which all cooperate but for mishaps. Protection and slips are left aside."""
    tree = INNOCENTS[name]
    pair = relationship_of(tree)
    lost, margin, loyal = loss_of_one_defection(tree, LANES[len(tree["states"])])
    assert loyal
    slack = 0.03 * pair.loss
    assert abs(lost.mean() - pair.loss) < slack + 3 * error_of(lost), (lost.mean(), pair.loss, margin)
    assert pair.loss < margin


def doubtful(trust, resolve=1.0, agreement=0.0, **extra):
    """Two states below full trust; a war sets trust back to where it was."""
    diplomacy = {**extra.pop("diplomacy", {}), "agreement_trust": agreement}
    war = {**extra.pop("war", {}), "settlement_trust": trust}
    return world(trust={"initial": trust}, shadow={"resolve": resolve}, diplomacy=diplomacy, war=war, **extra)


DOUBTS = {
    "distrust": doubtful(0.8),
    "half trust": doubtful(0.5, transparency=NOISE),
    "noise": doubtful(0.8, transparency=NOISE),
    "leniency": doubtful(0.8, 0.35, transparency=NOISE),
    "war": doubtful(0.8, transparency=NOISE, war=WAR),
    "agreements": doubtful(
        0.6, 0.7, 0.9, transparency=NOISE, war=WAR,
        diplomacy={"conference": 0.5, "mediation": 0.5, "renegotiation": 1.0},
        periphery={"rate": 0.4, "insulation": 0.3},
    ),
    "no learning": doubtful(0.7, transparency=NOISE) | {
        "trust": {"initial": 0.7, "shock": 0.0, "learning_rate": 0.0}
    },
    "twelve dealings a year": doubtful(0.7, transparency=NOISE, war=WAR) | {
        "shadow": {"rounds_per_year": 12, "discount_factor": 0.75, "punishment_years": 1.0}
    },
}  # fmt: skip


def doubting(tree):
    given = {"trust": tree["trust"]["initial"], "agreement_trust": tree["diplomacy"]["agreement_trust"]}
    return relationship_of(tree, **given)


@pytest.mark.parametrize("name", often(DOUBTS, ("distrust", "war", "agreements", "no learning")))
def test_below_full_trust_value_and_loss_are_exact(name):
    """Against a partner that cooperates as often as is expected of it."""
    tree = DOUBTS[name]
    pair, limit = doubting(tree), bound(2 * len(DOUBTS))
    lost, margin, _, paid = loss_of_one_defection(tree, 8_000, believed, payoff=True)
    assert abs(z_of(lost, pair.loss)) < limit
    assert abs(z_of(paid, pair.value)) < limit
    assert pair.margin == pytest.approx(margin, rel=1e-9)


@pytest.mark.parametrize("name", ["noise", "war", "agreements"])
def test_the_exact_loss_is_told_from_the_margin(name):
    """The margin, which is of first order in distrust, would be refused."""
    tree = DOUBTS[name]
    lost, margin, _ = loss_of_one_defection(tree, 8_000, believed)
    assert abs(z_of(lost, margin)) > 3.5


@pytest.mark.verify
@pytest.mark.parametrize(
    ("tree", "given", "choose"),
    [
        (DOUBTS["noise"], {"trust": 0.8}, believed),
        (DOUBTS["war"], {"trust": 0.8}, believed),
        (INNOCENTS["three states"], {}, cooperate),
        (INNOCENTS["leniency"], {}, cooperate),
    ],
)
def test_at_the_critical_discount_factor_a_defection_neither_pays_nor_costs(tree, given, choose):
    needed = discount_needed(relationship_of(tree, **given))
    assert 0.05 < needed < 0.99
    scores = []
    for factor in (needed, 0.5 * (1 + needed)):
        changed = {**tree, "shadow": {**tree["shadow"], "discount_factor": factor}}
        lost, *_ = loss_of_one_defection(changed, 4_000, choose)
        scores.append(lost.mean() / error_of(lost))
    assert abs(scores[0]) < 3 < scores[1], (needed, scores)
