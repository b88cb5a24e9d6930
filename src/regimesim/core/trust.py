"""Trust, and the end of estrangements (model.md 4.7)."""

from __future__ import annotations

from regimesim.core.compiler import kernel, scalar
from regimesim.core.game import any_marked
from regimesim.core.perception import CLEARED


@kernel
def learn(world, game, setting, i, j):
    """Step 9: i's trust in j rises with seen cooperation, and falls with what it believes of a defection."""
    trust, seen, charge = world.trust[i, j], world.seen[i, j], world.charge[i, j]
    open_, withheld, learning = world.open[i, j], world.withheld[i, j], game.learning
    suspects = world.suspects
    for lane in range(trust.shape[0]):
        pace = learning[lane] * (open_[lane] & seen[lane] & (1 - withheld[lane]))
        trust[lane] += pace * (1.0 - trust[lane])
    for lane in range(trust.shape[0]):
        suspects[lane] = open_[lane] & (1 - seen[lane]) & (1 - withheld[lane]) & (charge[lane] != CLEARED)
    if any_marked(suspects):
        for lane in range(trust.shape[0]):
            if suspects[lane]:
                shock = setting.parameters[setting.row[lane]].trust.shock
                guilt = guilt_of(trust[lane], game.hit[lane], game.alarm[i, j, lane])
                trust[lane] = trust[lane] * (1.0 - shock * guilt)


@scalar
def guilt_of(trust, hit, alarm):
    """The chance that a state that was seen to defect did so, by Bayes's rule."""
    weight = (1.0 - trust) * hit + trust * alarm
    return (1.0 - trust) * hit / weight if weight > 0.0 else 1.0


@kernel
def reconcile(world, setting, i, j):
    """Step 9: estrangements of a pair i < j run out or are ended early; withholding runs out."""
    left, other, kind = world.left[i, j], world.left[j, i], world.kind[i, j]
    played, open_, at_war = world.played[i, j], world.open[i, j], world.at_war[i, j]
    talks, extended, ended = world.talks[i, j], world.extended[i, j], world.suspects
    for lane in range(left.shape[0]):
        apart = played[lane] & (1 - open_[lane]) & (at_war[lane] == 0) & (1 - extended[lane])
        rounds = left[lane] - 1
        rounds = 0 if talks[lane] else rounds
        left[lane] = rounds if apart else left[lane]
        other[lane] = rounds if apart else other[lane]
        ended[lane] = apart & (rounds == 0)
    if any_marked(ended):
        for lane in range(left.shape[0]):
            if ended[lane]:
                kind[lane] = world.kind[j, i, lane] = 0
                agreed = setting.parameters[setting.row[lane]].diplomacy.agreement_trust
                world.trust[i, j, lane] = max(world.trust[i, j, lane], agreed)
                world.trust[j, i, lane] = max(world.trust[j, i, lane], agreed)


@kernel
def relent(world, i, j):
    """Step 9: withholding of i from an automaton j runs out."""
    left, withheld, at_war, extended = (
        world.left[i, j],
        world.withheld[i, j],
        world.at_war[i, j],
        world.extended[i, j],
    )
    for lane in range(left.shape[0]):
        left[lane] -= withheld[lane] & (at_war[lane] == 0) & (1 - extended[lane])
