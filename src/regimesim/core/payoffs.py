"""Payoffs of a round (model.md 4.5), but for what sanctions and wars cost."""

from __future__ import annotations

from regimesim.core.compiler import inlined, kernel, lanewise, scalar
from regimesim.core.game import ALL, EACH


@kernel
def pay(world, game, setting, i, j):
    """Step 7: the flows of two states i < j from what they did to each other."""
    if setting.one:
        _pay_at(world, game, i, j, ALL)
    else:
        _pay_at(world, game, i, j, EACH)


@inlined
def _pay_at(world, game, i, j, each):
    _pay(
        world.payoff[i],
        world.payoff[j],
        world.played[i, j],
        world.open[i, j],
        world.action[i, j],
        world.action[j, i],
        game.gain[i, j],
        game.gain[j, i],
        game.loss[i, j],
        game.loss[j, i],
        game.reward,
        game.punishment,
        each,
    )


@lanewise
def _pay(
    payoff_i, payoff_j, played, open_, action_ij, action_ji,
    gain_ij, gain_ji, loss_ij, loss_ji, reward, punishment, each,
):  # fmt: skip
    for lane in range(played.shape[0]):
        # every number is read before one is chosen: a loop that reads one of several is not vectorised
        rate = lane * each
        mutual, grim, own, other = reward[rate], punishment[rate], action_ij[lane], action_ji[lane]
        gained_i, gained_j, lost_i, lost_j = gain_ij[lane], gain_ji[lane], loss_ij[lane], loss_ji[lane]
        earned_i = outcome(own, other, mutual, lost_i, gained_i, grim)
        earned_j = outcome(other, own, mutual, lost_j, gained_j, grim)
        earned_i = earned_i if open_[lane] else grim
        earned_j = earned_j if open_[lane] else grim
        payoff_i[lane] += earned_i if played[lane] else 0.0
        payoff_j[lane] += earned_j if played[lane] else 0.0


@scalar
def outcome(own, other, reward, sucker, temptation, punishment):
    """The flow of one side."""
    cooperated = reward if other else sucker
    defected = temptation if other else punishment
    return cooperated if own else defected


@kernel
def pay_for_intrusion(world, game):
    """Charge members for being inspected."""
    intrusion = game.intrusion
    for i in range(world.payoff.shape[0]):
        payoff, member = world.payoff[i], world.member[i]
        for lane in range(payoff.shape[0]):
            payoff[lane] -= intrusion[lane] * member[lane]


@kernel
def share_out(world, rounds_per_year):
    """Payoffs of the round from yearly flows."""
    for i in range(world.payoff.shape[0]):
        payoff = world.payoff[i]
        for lane in range(payoff.shape[0]):
            payoff[lane] = payoff[lane] / rounds_per_year
