"""Mechanisms and states in Python that tests add: here, because workers of a sweep import them by name."""

from __future__ import annotations

import numpy as np

import regimesim as rs


class Idle(rs.Mechanism):
    """Comes in between all steps and does nothing."""

    writes = ("trust", "law", "intend", "payoff")


def _nothing(self, moment):
    pass


for _step in ("events", "appraise", "decide", "act", "observe", "accuse", "sanction", "pay", "escalate", "learn", "record"):  # fmt: skip  # noqa: E501
    setattr(Idle, f"before_{_step}", _nothing)
    setattr(Idle, f"after_{_step}", _nothing)


class Summit(rs.Mechanism):
    """Ends all estrangements every so many rounds, and counts them."""

    writes = ("talks",)

    def __init__(self, every=8):
        self.every = every

    def begin(self, moment):
        self.ended = np.zeros(len(moment))

    def before_learn(self, moment):
        if moment.round % self.every == self.every - 1:
            apart = (moment.played > 0) & (moment.open == 0)
            self.ended += apart.sum(axis=(0, 1)) / 2
            moment.talks[:] = 1

    def measures(self):
        return {"summits_ended": self.ended}


class Cautious(rs.State):
    """Cooperates where it trusts, and was not let down in the round before."""

    down = False

    def intend(self, other):
        return self.trust_in(other) > 0.7 and not self.down

    def observe(self):
        self.down = any(self.saw(other) is False for other in self.others)
