"""How trust moves: by what is seen, and by what is agreed (model.md 4.9)."""

from __future__ import annotations

from regimesim.core.compiler import kernel
from regimesim.core.draws import unit
from regimesim.core.game import any_marked


@kernel
def learn(world, game, i, j):
    """Step 9: trust moves towards what was seen."""
    played, learning = world.played[i, j], game.learning
    trust_ij, trust_ji = world.trust[i, j], world.trust[j, i]
    seen_ij, seen_ji = world.seen[i, j], world.seen[j, i]
    for lane in range(learning.shape[0]):
        pace = learning[lane] * played[lane]
        trust_ij[lane] += pace * (seen_ij[lane] - trust_ij[lane])
        trust_ji[lane] += pace * (seen_ji[lane] - trust_ji[lane])


@kernel
def talk(world, game, luck, i, j):
    """Whether two states that exploit each other come to an agreement (``luck.words``: WAR, NEGOTIATE)."""
    action_ij, action_ji, agrees, chance = (
        world.action[i, j],
        world.action[j, i],
        world.agrees[i, j],
        game.talk,
    )
    words = luck.words
    for lane in range(chance.shape[0]):
        agrees[lane] = (unit(words[2, lane]) < chance[lane]) & (action_ij[lane] == 0) & (action_ji[lane] == 0)


@kernel
def agree(world, setting, i, j):
    """An agreement takes effect, unless there is war."""
    agrees, played, at_war = world.agrees[i, j], world.played[i, j], world.at_war[i, j]
    if any_marked(agrees):
        for lane in range(agrees.shape[0]):
            if agrees[lane] & played[lane] and at_war[lane] == 0:
                agreed = setting.parameters[setting.row[lane]].diplomacy.agreement_trust
                world.trust[i, j, lane] = world.trust[j, i, lane] = agreed
            agrees[lane] = 0
