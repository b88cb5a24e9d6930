"""Acts, what is seen of them, accusations and estrangements (model.md 3, steps 4 to 6).

What chance does to every pair in every round is drawn, and compared, in loops over all lanes; it comes to
bits and bytes. Accusations and quarrels are rare: what comes of them goes lane by lane.
"""

from __future__ import annotations

from regimesim.core.compiler import kernel, lanewise, scalar
from regimesim.core.draws import INQUIRY, PUBLISH, PURSUE, TREMBLE, draw, fill_some, mark_below, unit
from regimesim.core.estrangement import BREACH, MISUNDERSTANDING
from regimesim.core.game import BALANCING, NONE, chances_of, list_marked

STANDS, CLEARED = 1, 2
"""What becomes of a charge."""


@kernel
def mark(world, setting, i, j, prudent):
    """Mark what a pair i < j can be in this round, and who withholds."""
    at_war = world.at_war[i, j]
    _mark_peace(at_war, world.played[i, j], world.played[j, i])
    if prudent:
        _mark_estranged(
            at_war,
            world.left[i, j],
            world.left[j, i],
            setting.strategy[i],
            setting.strategy[j],
            world.open[i, j],
            world.open[j, i],
            world.withheld[i, j],
            world.withheld[j, i],
        )
    else:
        _mark_peace(at_war, world.open[i, j], world.open[j, i])


@lanewise
def _mark_peace(at_war, marks, mirrored):
    for lane in range(at_war.shape[0]):
        marks[lane] = mirrored[lane] = at_war[lane] == 0


@lanewise
def _mark_estranged(at_war, left, other, strategy, strategy_j, open_, open_j, withheld, withheld_j):
    for lane in range(left.shape[0]):
        mixed = (strategy[lane] >= 0) | (strategy_j[lane] >= 0)
        peace = at_war[lane] == 0
        live_i, live_j = peace & (mixed | (left[lane] <= 0)), peace & (mixed | (other[lane] <= 0))
        open_[lane], open_j[lane] = live_i, live_j
        withheld[lane], withheld_j[lane] = live_i & (left[lane] > 0), live_j & (other[lane] > 0)


@kernel
def forget_charges(world):
    """Clear what was charged in the last round."""
    world.charge[:] = 0
    world.accuses[:] = 0
    world.extended[:] = 0


@kernel
def draw_chances(luck, game, i, j):
    """Draw what a pair i < j sees (``luck.words``: INTEND, OBSERVE); overwrites ``luck.chances``."""
    chances, words, certain = luck.chances, luck.words, game.certain[i, j]
    hit, alarm = game.hit_limit, game.alarm_limit[i, j]
    for lane in range(chances.shape[0]):
        mine, theirs = words[2, lane], words[3, lane]
        chances[lane] = certain[lane] | chances_of(
            False, False, mine < alarm[lane], mine < hit[lane], theirs < alarm[lane], theirs < hit[lane]
        )


@kernel
def be_certain(luck, game, i, j):
    """The same where nobody errs about what it sees."""
    chances, certain = luck.chances, game.certain[i, j]
    for lane in range(chances.shape[0]):
        chances[lane] = certain[lane]


@kernel
def draw_trembles(luck, game, t, i, j):
    """Accidents of a pair i < j; adds to ``luck.chances``, and may overwrite ``luck.words``."""
    mark_below(luck, t, TREMBLE, i, j, game.tremble_limit, luck.chances)


@kernel
def act_in_plain_sight(world, luck, i, j):
    """Both actions of a pair i < j, which both see as they are."""
    chances, intend_ij, intend_ji = luck.chances, world.intend[i, j], world.intend[j, i]
    action_ij, action_ji = world.action[i, j], world.action[j, i]
    seen_ij, seen_ji = world.seen[i, j], world.seen[j, i]
    open_, withheld_ij, withheld_ji = world.open[i, j], world.withheld[i, j], world.withheld[j, i]
    for lane in range(chances.shape[0]):
        bits, live = chances[lane], open_[lane]
        own = acted(intend_ij[lane], bits, live, withheld_ij[lane])
        other = acted(intend_ji[lane], bits >> 1, live, withheld_ji[lane])
        action_ij[lane], action_ji[lane] = own, other
        seen_ij[lane], seen_ji[lane] = other, own


@kernel
def act_and_observe(world, luck, i, j):
    """Both actions of a pair i < j and both views of them, in every lane, given ``luck.chances``."""
    _act_and_observe(
        luck.chances,
        world.intend[i, j],
        world.intend[j, i],
        world.action[i, j],
        world.action[j, i],
        world.seen[i, j],
        world.seen[j, i],
        world.open[i, j],
        world.withheld[i, j],
        world.withheld[j, i],
    )


@lanewise
def _act_and_observe(
    chances, intend_ij, intend_ji, action_ij, action_ji, seen_ij, seen_ji, open_, withheld_ij, withheld_ji
):  # fmt: skip
    for lane in range(chances.shape[0]):
        bits, live = chances[lane], open_[lane]
        own = acted(intend_ij[lane], bits, live, withheld_ij[lane])
        other = acted(intend_ji[lane], bits >> 1, live, withheld_ji[lane])
        action_ij[lane], action_ji[lane] = own, other
        seen_ij[lane] = live & seen_as(other, bits)
        seen_ji[lane] = live & seen_as(own, bits >> 2)


@kernel
def observe(world, luck, i, j):
    """Both views of a pair i < j of what has been done, in every lane, given ``luck.chances``."""
    chances, open_ = luck.chances, world.open[i, j]
    action_ij, action_ji = world.action[i, j], world.action[j, i]
    seen_ij, seen_ji = world.seen[i, j], world.seen[j, i]
    for lane in range(chances.shape[0]):
        bits, live = chances[lane], open_[lane]
        seen_ij[lane] = live & seen_as(action_ji[lane], bits)
        seen_ji[lane] = live & seen_as(action_ij[lane], bits >> 2)


@scalar
def seen_as(did, bits):
    """Tell what one sees of what the other did: not cooperation after a false alarm, nor what is caught."""
    return 1 - (((bits >> 2) if did else (bits >> 3)) & 1)


@scalar
def acted(intend, flips, live, withheld):
    """An action: the intention, or its opposite by accident; no accidents where cooperation is withheld."""
    return (intend ^ (flips & 1)) & live & (1 - withheld)


@kernel
def draw_conflict(world, game, luck, i, j):
    """Draw what a conflict comes to for a pair i < j (``luck.words``: WAR, NEGOTIATE)."""
    words, risks, ends = luck.words, game.war_estranged, game.ending
    _draw_conflict(
        world.quarrel[i, j],
        world.due[i, j],
        world.talks[i, j],
        words[0],
        words[1],
        words[2],
        world.kind[i, j],
        world.open[i, j],
        world.played[i, j],
        world.action[i, j],
        world.action[j, i],
        game.abroad[i, j],
        game.war_open[i, j],
        risks[0, i, j],
        risks[1, i, j],
        risks[2, i, j],
        ends[0, i, j],
        ends[1, i, j],
    )


@lanewise
def _draw_conflict(
    quarrel, due, talks, war, abroad, negotiate, kind, open_, played, action_ij, action_ji,
    spill, risk, risk_m, risk_b, risk_s, end_m, end_b,
):  # fmt: skip
    for lane in range(kind.shape[0]):
        # every number is read before one is chosen: a loop that reads one of several is not vectorised
        open_risk, first, second, third = risk[lane], risk_m[lane], risk_b[lane], risk_s[lane]
        ending_m, ending_b = end_m[lane], end_b[lane]
        peaceful = action_ij[lane] & action_ji[lane]
        chance = first if kind[lane] == 1 else (second if kind[lane] == 2 else third)
        chance = (0.0 if peaceful else open_risk) if open_[lane] else chance
        ending = ending_m if kind[lane] == 1 else (ending_b if kind[lane] == 2 else 0.0)
        quarrel[lane] = played[lane] & (unit(abroad[lane]) < spill[lane])
        due[lane] = played[lane] & (unit(war[lane]) < chance)
        talks[lane] = unit(negotiate[lane]) < ending


@kernel
def notice(world, luck, i, j):
    """List, and count, the lanes in which a side of a pair i < j saw a defection, or the two quarrelled."""
    _mark_offences(luck.marks, world.seen[i, j], world.seen[j, i], world.open[i, j], world.quarrel[i, j])
    return list_marked(luck)


@lanewise
def _mark_offences(marks, seen_ij, seen_ji, open_, quarrel):
    for lane in range(open_.shape[0]):
        marks[lane] = open_[lane] & (quarrel[lane] | (1 - (seen_ij[lane] & seen_ji[lane])))


@kernel
def accuse(world, game, setting, tally, luck, t, i, j, count):
    """Settle accusations and quarrels of a pair i < j in ``luck.some``; overwrites ``luck.words``."""
    broke, words = world.broke[i, j], luck.words
    for lane in range(broke.shape[0]):
        broke[lane] = 0
    if count > 0:
        fill_some(luck, t, PURSUE, i, j, count)
        for place in range(count):
            pursuits = unit(words[0, place]), unit(words[1, place])
            lane, meets = luck.some[place], unit(words[2, place])
            _break_up(world, game, setting, tally, luck, t, i, j, lane, pursuits, meets)


@kernel
def _break_up(world, game, setting, tally, luck, t, i, j, lane, pursuits, meets):
    """Settle what comes of it in one lane, given the draws PURSUE and CONFER."""
    prudent_i, prudent_j = setting.strategy[i, lane] < 0, setting.strategy[j, lane] < 0
    charged_i = prudent_i and _charges(world, game, i, j, lane, pursuits[0])
    charged_j = prudent_j and _charges(world, game, j, i, lane, pursuits[1])
    confers = meets < game.confer[i, j, lane]
    standing = false = 0
    if charged_i:
        standing, false = _press(world, game, setting, luck, t, i, j, lane, confers)
    if charged_j:
        more, wrong = _press(world, game, setting, luck, t, j, i, lane, confers)
        standing, false = standing + more, false + wrong
    if prudent_i and prudent_j:
        if standing > 0:
            _estrange(world, game, tally, i, j, lane, BREACH)
            if standing == false:
                tally.false_breaches[lane] += 1
        elif charged_i or charged_j or world.quarrel[i, j, lane]:
            _estrange(world, game, tally, i, j, lane, MISUNDERSTANDING)
    elif charged_i:
        _withhold(world, game, i, j, lane)
    elif charged_j:
        _withhold(world, game, j, i, lane)


@kernel
def _charges(world, game, i, j, lane, pursuit):
    """Tell whether i accuses j and acts on it."""
    if world.seen[i, j, lane] or world.withheld[i, j, lane]:
        return False
    return pursuit < game.pursue[i, lane]


@kernel
def _press(world, game, setting, luck, t, i, j, lane, confers):
    """A charge of i against j: (1 if it stands, 1 if it stands and is false); whether it makes a case."""
    false = world.action[j, i, lane]
    if false and confers:
        world.charge[i, j, lane] = CLEARED
        return 0, 0
    world.charge[i, j, lane] = STANDS
    if game.rule[lane] != NONE and game.rule[lane] != BALANCING:
        p, replicate = setting.parameters[setting.row[lane]], luck.replicate[lane]
        if draw(luck.keys, replicate, t, PUBLISH, i, j) < p.transparency.publicity:
            if not false or draw(luck.keys, replicate, t, INQUIRY, i, j) >= p.sanctions.inquiry:
                world.accuses[i, j, lane] = 1
    return 1, int(false)


@kernel
def _estrange(world, game, tally, i, j, lane, kind):
    """From the next round on the two withhold cooperation from each other."""
    world.left[i, j, lane] = world.left[j, i, lane] = game.rounds[lane]
    world.kind[i, j, lane] = world.kind[j, i, lane] = kind
    world.broke[i, j, lane] = kind
    tally.estrangements[kind - 1, lane] += 1


@kernel
def _withhold(world, game, i, j, lane):
    """From the next round on i withholds cooperation from an automaton."""
    world.left[i, j, lane] = game.rounds[lane]
