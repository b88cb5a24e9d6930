"""Trust, and the end of estrangements (model.md 4.7)."""

from __future__ import annotations

from regimesim.core.compiler import inlined, kernel, lanewise, scalar
from regimesim.core.game import ALL, EACH, list_marked
from regimesim.core.perception import CLEARED


@kernel
def learn(world, game, setting, tally, i, j):
    """Step 9 for a pair i < j where cooperation was seen: trust rises; and what was believed is counted."""
    if setting.one:
        _learn_at(world, game, tally, i, j, ALL)
    else:
        _learn_at(world, game, tally, i, j, EACH)


@inlined
def _learn_at(world, game, tally, i, j, each):
    _learn(
        world.trust[i, j],
        world.trust[j, i],
        tally.trust,
        tally.error,
        world.open[i, j],
        world.action[i, j],
        world.action[j, i],
        world.seen[i, j],
        world.seen[j, i],
        world.withheld[i, j],
        world.withheld[j, i],
        game.learning,
        each,
    )


@lanewise
def _learn(
    trust_ij, trust_ji, trust, error, open_, action_ij, action_ji,
    seen_ij, seen_ji, withheld_ij, withheld_ji, learning, each,
):  # fmt: skip
    for lane in range(trust_ij.shape[0]):
        own, other, live, pace = trust_ij[lane], trust_ji[lane], open_[lane], learning[lane * each]
        trust[lane] = (trust[lane] + own) + other
        surprise = live * abs(own - action_ji[lane])
        error[lane] = (error[lane] + surprise) + live * abs(other - action_ij[lane])
        trust_ij[lane] = own + pace * (live & seen_ij[lane] & (1 - withheld_ij[lane])) * (1.0 - own)
        trust_ji[lane] = other + pace * (live & seen_ji[lane] & (1 - withheld_ji[lane])) * (1.0 - other)


@kernel
def suspect(world, game, luck, i, j, count):
    """Step 9 for i where it saw a defection (lanes ``luck.some``): trust falls with what it believes."""
    trust, seen, open_, withheld = world.trust[i, j], world.seen[i, j], world.open[i, j], world.withheld[i, j]
    charge, shock, hit, alarm = world.charge[i, j], game.shock, game.hit, game.alarm[i, j]
    for place in range(count):
        lane = luck.some[place]
        believed = open_[lane] & (1 - seen[lane]) & (1 - withheld[lane]) & (charge[lane] != CLEARED)
        trust[lane] = shaken(trust[lane], shock[lane], hit[lane], alarm[lane], believed)


@kernel
def suspect_everywhere(world, game, i, j):
    """The same in every lane, where no charge can have been cleared: cheaper if errors are frequent."""
    _suspect_everywhere(
        world.trust[i, j],
        world.seen[i, j],
        world.open[i, j],
        world.withheld[i, j],
        game.shock,
        game.hit,
        game.alarm[i, j],
    )


@lanewise
def _suspect_everywhere(trust, seen, open_, withheld, shock, hit, alarm):
    for lane in range(trust.shape[0]):
        believed = open_[lane] & (1 - seen[lane]) & (1 - withheld[lane])
        trust[lane] = shaken(trust[lane], shock[lane], hit[lane], alarm[lane], believed)


@kernel
def suspect_plainly(world, game, i, j):
    """The same where nobody errs about what it sees: who is seen to defect is guilty."""
    _suspect_plainly(world.trust[i, j], world.seen[i, j], world.open[i, j], world.withheld[i, j], game.shock)


@lanewise
def _suspect_plainly(trust, seen, open_, withheld, shock):
    for lane in range(trust.shape[0]):
        trust[lane] *= 1.0 - shock[lane] * (open_[lane] & (1 - seen[lane]) & (1 - withheld[lane]))


@scalar
def shaken(trust, shock, hit, alarm, believed):
    """Trust after what is believed to be a defection, and unchanged, to the bit, where nothing is."""
    lost = shock * guilt_of(trust, hit, alarm)
    return trust * (1.0 - (lost if believed else 0.0))


@scalar
def guilt_of(trust, hit, alarm):
    """The chance that a state that was seen to defect did so, by Bayes's rule."""
    weight = (1.0 - trust) * hit + trust * alarm
    return (1.0 - trust) * hit / weight if weight > 0.0 else 1.0


@kernel
def reconcile(world, setting, luck, i, j):
    """Step 9: estrangements of a pair i < j run out or are ended early; withholding runs out."""
    left, ended = world.left[i, j], luck.marks
    _count_down(
        left,
        world.left[j, i],
        ended,
        world.played[i, j],
        world.open[i, j],
        world.at_war[i, j],
        world.talks[i, j],
        world.extended[i, j],
    )
    for place in range(list_marked(luck)):
        lane = luck.some[place]
        world.kind[i, j, lane] = world.kind[j, i, lane] = 0
        agreed = setting.parameters[setting.row[lane]].diplomacy.agreement_trust
        world.trust[i, j, lane] = max(world.trust[i, j, lane], agreed)
        world.trust[j, i, lane] = max(world.trust[j, i, lane], agreed)


@lanewise
def _count_down(left, other, ended, played, open_, at_war, talks, extended):
    for lane in range(left.shape[0]):
        apart = played[lane] & (1 - open_[lane]) & (at_war[lane] == 0) & (1 - extended[lane])
        before, mirrored = left[lane], other[lane]
        rounds = before - 1
        rounds = 0 if talks[lane] else rounds
        left[lane] = rounds if apart else before
        other[lane] = rounds if apart else mirrored
        ended[lane] = apart & (rounds == 0)


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
