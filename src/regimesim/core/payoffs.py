"""What a round earns (model.md 4.6), but for what sanctions and wars cost."""

from __future__ import annotations

from regimesim.core.compiler import kernel, scalar


@kernel
def pay(world, game, i, j):
    """Step 7: what two states i < j earn by what they did to each other."""
    reward, punishment, played = game.reward, game.punishment, world.played[i, j]
    payoff_i, payoff_j = world.payoff[i], world.payoff[j]
    action_ij, action_ji = world.action[i, j], world.action[j, i]
    gain_ij, gain_ji, loss_ij, loss_ji = game.gain[i, j], game.gain[j, i], game.loss[i, j], game.loss[j, i]
    undone_ij, undone_ji = world.undone[i, j], world.undone[j, i]
    for lane in range(played.shape[0]):
        # every number is read before one is chosen: a loop that reads one of several is not vectorised
        mutual, grim, own, other = reward[lane], punishment[lane], action_ij[lane], action_ji[lane]
        spoils_i = grim if undone_ij[lane] else gain_ij[lane]
        spoils_j = grim if undone_ji[lane] else gain_ji[lane]
        earned_i = outcome(own, other, mutual, loss_ij[lane], spoils_i, grim)
        earned_j = outcome(other, own, mutual, loss_ji[lane], spoils_j, grim)
        payoff_i[lane] += earned_i if played[lane] else 0.0
        payoff_j[lane] += earned_j if played[lane] else 0.0


@scalar
def outcome(own, other, reward, sucker, temptation, punishment):
    """The payoff of one side."""
    restrained = reward if other else sucker
    exploited = temptation if other else punishment
    return restrained if own else exploited


@kernel
def pay_for_intrusion(world, game):
    """What members pay for being looked at."""
    intrusion = game.intrusion
    for i in range(world.payoff.shape[0]):
        payoff, member = world.payoff[i], world.member[i]
        for lane in range(payoff.shape[0]):
            payoff[lane] -= intrusion[lane] * member[lane]
