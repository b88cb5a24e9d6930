"""A pair of prudent states as a Markov chain: model.md 4.2 and 4.3 by enumerating what may happen.

States of the chain: the pair is open; estranged by a kind with so many rounds left; at war with so many left.
Every expectation is the solution of linear equations, so nothing here knows of a closed form.
"""

import itertools
import math

import numpy as np

M, B, S = "misunderstanding", "breach", "sanction"


def per_round(rate, m):
    return 1 - math.exp(-rate / m)


class Chain:
    """The chain of two like states of which one may be more resolute than the other.

    ``pair`` is anything with the yearly settings of ``theory.Relationship`` as attributes; its own
    reckoning is not used. ``excluded`` and ``extended`` are the chances per round that third states estrange
    a pair that is open, and begin the full length anew of one that is estranged.
    """

    def __init__(self, pair, excluded=0.0, extended=0.0):
        self.pair, m = pair, pair.rounds_per_year
        self.excluded, self.extended = excluded, extended
        self.m, self.delta = m, pair.discount_factor ** (1 / m)
        self.q = 1 - (pair.miss_rate * (1 - pair.level)) ** (4 / m)
        self.f = per_round(pair.false_alarm_rate * (1 - pair.level) * (1 - pair.confer), m)
        self.g = per_round(pair.quarrels, m) * (1 - pair.confer)
        self.length = self.rounds(pair.punishment_years)
        self.war_length = self.rounds(pair.war_years)
        other = pair.resolve if pair.other_resolve is None else pair.other_resolve
        self.resolves = (pair.resolve, other)
        self.h1 = per_round(pair.war_unilateral, m)
        self.h = {
            M: per_round(pair.war_mutual * (1 - pair.mediation * pair.confer), m),
            B: per_round(pair.war_mutual, m),
            S: per_round(pair.escalation * pair.war_mutual, m),
        }
        self.nu = self.early_ends()
        self.names = ["open", *((k, n) for k in (M, B, S) for n in range(1, self.length + 1))]
        self.names += [("war", n) for n in range(1, self.war_length + 1)]
        self.number = {name: place for place, name in enumerate(self.names)}

    def rounds(self, years):
        return 0 if years == 0 else max(1, math.floor(years * self.m + 0.5))

    def early_ends(self):
        """Concession by either side, and talks of a pair that confers on a misunderstanding."""
        pair, m = self.pair, self.m
        alone = pair.sucker - m * self.h1 * pair.war_cost
        estranged = pair.punishment - m * self.h[B] * pair.war_cost
        stays = 1.0
        if alone > estranged:
            heat = pair.temperature
            stays = (1 / (1 + math.exp((alone - estranged) / heat))) ** (1 / m) if heat > 0 else 0.0
        either = 1 - stays**2
        talk = pair.confer * per_round(pair.renegotiation, m)
        return {M: 1 - (1 - either) * (1 - talk), B: either, S: 0.0}

    def after(self, i_defects, *, war=True):
        """Distribution over states of the chain after a round in the open."""
        follows = np.zeros(len(self.names))
        for chance, kind in self.breaks(i_defects):
            if kind is None:
                follows[self.number["open"]] += chance * (1 - self.excluded)
                follows[self.number[S, self.length]] += chance * self.excluded
            else:
                follows[self.number[kind, self.length]] += chance
        if i_defects and war:
            follows *= 1 - self.h1
            follows[self.number["war", self.war_length]] += self.h1
        return follows

    def breaks(self, i_defects):
        """(chance, kind or None) of all that may be seen, pursued, conferred on and quarrelled over."""
        sees_i, sees_j = (self.q if i_defects else self.f), self.f
        chances = (sees_j, sees_i, *self.resolves, self.g, self.pair.confer)
        for told in itertools.product((True, False), repeat=6):
            chance = math.prod(p if yes else 1 - p for p, yes in zip(chances, told, strict=True))
            i_sees, j_sees, i_acts, j_acts, quarrel, confers = told
            true = j_sees and j_acts and i_defects
            false = (i_sees and i_acts) or (j_sees and j_acts and not i_defects)
            if true or (false and not confers):
                yield chance, B
            else:
                yield chance, M if false or quarrel else None

    def step(self):
        """Transition matrix along the path on which nobody defects."""
        chain = np.zeros((len(self.names),) * 2)
        chain[self.number["open"]] = self.after(False)
        for name, place in self.number.items():
            if name == "open":
                continue
            kind, left = name
            if kind == "war":
                chain[place, self.number["war", left - 1] if left > 1 else 0] = 1
                continue
            h, nu, again = self.h[kind], self.nu[kind], self.extended
            chain[place, self.number["war", self.war_length]] += h
            chain[place, self.number[kind, self.length]] += (1 - h) * again
            chain[place, self.number["open"]] += (1 - h) * (1 - again) * nu
            chain[place, self.number[kind, left - 1] if left > 1 else 0] += (1 - h) * (1 - again) * (1 - nu)
        return chain

    def paid(self):
        """Flow in each state, costs of war that begins included."""
        pay = np.zeros(len(self.names))
        pay[0] = self.pair.reward
        for name, place in self.number.items():
            if name != "open" and name[0] != "war":
                pay[place] = self.pair.punishment - self.m * self.h[name[0]] * self.pair.war_cost
        return pay

    def values(self):
        """Discounted sums of flows from each state, round by round."""
        return np.linalg.solve(np.eye(len(self.names)) - self.delta * self.step(), self.paid())

    def margin(self):
        """m times the payoff lost by one defection."""
        value = self.values()
        defecting = self.pair.temptation - self.m * self.h1 * self.pair.war_cost
        path = self.pair.reward + self.delta * self.after(False) @ value
        return path - defecting - self.delta * self.after(True) @ value

    def shares(self):
        """Long-run shares of rounds in each state."""
        chain = self.step()
        equations = np.vstack([chain.T - np.eye(len(chain)), np.ones(len(chain))])
        found = np.linalg.lstsq(equations, np.append(np.zeros(len(chain)), 1.0), rcond=None)[0]
        return found

    def rounds_until_open(self):
        """Expected rounds from each state until the pair is open."""
        chain = self.step()[1:, 1:]
        return np.append(0.0, np.linalg.solve(np.eye(len(chain)) - chain, np.ones(len(chain))))
