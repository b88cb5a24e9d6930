"""Why a margin moved: which of its four terms changed most, and which input moved that term.

An *input* is something in the world that the margin depends on. What it did is found by asking the kernel
itself for the terms once more, with that one input as it was before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.chronicle.entries import count, likely, possessive, share_text, signed
from regimesim.chronicle.replay import History, rounds_in
from regimesim.core.lanes import Lanes
from regimesim.core.perception import CLEARED
from regimesim.scenario.messages import listed
from regimesim.simulation.columns import REVOLUTION, TERMS

INPUTS = (
    "trust",
    "sovereign",
    "revisionism",
    "capability",
    "turmoil",
    "norm",
    "credibility",
    "member",
    "left",
    "at_war",
)
PHASE = "phase"
LEGEND = (
    "now: what cooperation gains at once; future: what the estrangement after a defection would cost; law: "
    "the sanction expected of third states; norm: restraint from within; cooperation pays while the sum is "
    "not below 0"
)
_VISIBLE = 0.05


class Reason(NamedTuple):
    """The term that changed most in one direction, and what moved it."""

    term: str
    change: float
    because: str


@dataclass
class Bench:
    """Worlds as they might have been: the terms of a round with some inputs taken from another."""

    history: History
    _lanes: dict[int, Lanes] = field(default_factory=dict)
    _alarms: dict[int, NDArray[np.float64]] = field(default_factory=dict)

    def terms(self, t: int, inputs: Sequence[str] = (), before: int = 0) -> NDArray[np.float64]:
        """[N, N, 4] of round t, with ``inputs`` as they were in round ``before``."""
        lanes = self.lanes(int(self.history.phase[before if PHASE in inputs else t]))
        for name in INPUTS:
            source = getattr(self.history.decided, name)
            getattr(lanes.world, name)[..., 0] = source[before if name in inputs else t]
        return self._terms(lanes)

    def margin(self, t: int, i: int, j: int, trust: float) -> float:
        """i's margin towards j in round t, had its trust been that."""
        lanes = self.lanes(int(self.history.phase[t]))
        for name in INPUTS:
            getattr(lanes.world, name)[..., 0] = getattr(self.history.decided, name)[t]
        lanes.world.trust[i, j, 0] = trust
        return float(self._terms(lanes)[i, j].sum())

    def alarms(self, t: int) -> NDArray[np.float64]:
        """[N, N] chance of a false alarm in round t, had there been no conference."""
        if t not in self._alarms:
            lanes = self.lanes(int(self.history.phase[t]))
            for name in INPUTS:
                getattr(lanes.world, name)[..., 0] = getattr(self.history.decided, name)[t]
            lanes.world.member[:] = 0
            self._terms(lanes)
            self._alarms[t] = lanes.game.alarm[..., 0].copy()
        return self._alarms[t]

    def lanes(self, phase: int) -> Lanes:
        """A single lane that stands in that phase."""
        if phase not in self._lanes:
            design = self.history.design
            lanes = Lanes(design, np.zeros(1, np.intp), self.history.lanes.luck.replicate.astype(np.intp), 0)
            lanes.round = int(design.phase_rounds[phase])
            lanes.enter_phase()
            self._lanes[phase] = lanes
        return self._lanes[phase]

    @staticmethod
    def _terms(lanes: Lanes) -> NDArray[np.float64]:
        lanes.game.stale[:] = 1
        return lanes.margins()[..., 0]


def margin_rows(history: History, i: int, j: int, t: int, before: int) -> list[str]:
    """The four terms of i's margin towards j in round t and earlier, one line each."""
    lines = []
    width = max(len(history.date(r)) for r in (t, before)) + 2
    for r in (t, before):
        margin = float(history.margin[r, i, j])
        terms = "  ".join(
            f"{name} {signed(value):<5}" for name, value in zip(TERMS, history.terms[r, i, j], strict=True)
        )
        loose = history.real(r, "choice.temperature") > 0
        chance = f"  chance {likely(history.chance_to_cooperate(r, i, j))}" if loose else ""
        lines.append(f"{history.date(r):<{width}}{terms}  sum {signed(margin):<5}{chance}".rstrip())
    return lines


def legend(history: History, t: int) -> str:
    """Explain the rows."""
    loose = "; chance: of cooperation in that round" if history.real(t, "choice.temperature") > 0 else ""
    return f"({LEGEND}{loose})"


def main_reason(bench: Bench, i: int, j: int, t: int, before: int, sign: int = -1) -> Reason | None:
    """Find what lowered (``sign`` -1) or raised (+1) i's margin towards j most between two rounds."""
    history = bench.history
    change = history.terms[t, i, j] - history.terms[before, i, j]
    term = int(np.argmax(sign * change))
    if sign * change[term] < (_VISIBLE if sign < 0 else 4 * _VISIBLE):
        return None
    pushes = {}
    for name in (*INPUTS, PHASE):
        if name == PHASE and history.phase[t] == history.phase[before]:
            continue
        push = history.terms[t, i, j, term] - bench.terms(t, [name], before)[i, j, term]
        if sign * push > _VISIBLE / 2:
            pushes[name] = float(sign * push)
    largest = max(pushes.values(), default=0.0)
    causes = [name for name in sorted(pushes, key=lambda n: -pushes[n]) if pushes[name] > 0.5 * largest]
    told = [_cause_of_end(history, name, i, j, t, before) for name in causes[:2]]
    return Reason(TERMS[term], float(change[term]), " and ".join(told))


def _cause_of_end(history: History, name: str, i: int, j: int, t: int, before: int) -> str:
    """An input that moved, in words."""
    own = history.names[i]
    if name == PHASE:
        return _phase_words(history, t, before)
    now, then = (getattr(history.decided, name)[r] for r in (t, before))
    if name == "trust":
        return _trust_text(history, i, j, t, before)
    if name == "norm":
        return _norm(history, i, t, before)
    if name == "sovereign":
        return _buffer_text(history, i, j, t, before)
    if name == "revisionism":
        return _revisionism(history, i, t, before)
    if name == "capability":
        return "power shifted: " + listed(
            [f"{history.names[k]} {share_text(then[k])} -> {share_text(now[k])}" for k in (i, j)]
        )
    if name == "turmoil":
        if then[i] > 0:
            return f"the revolution in {own} is over, and there is time for temptations abroad again"
        return f"a revolution keeps {own} busy at home"
    if name in ("left", "at_war"):
        return _apart_text(history, i, j, t, before)
    if name == "credibility":
        moved = "fell" if now < then else "rose"
        return (
            f"the credibility of enforcement {moved}, {share_text(float(then))} -> {share_text(float(now))}"
        )
    changed = [history.names[k] for k in np.flatnonzero(now != then)]
    return (
        f"{listed(changed)} left the institution" if now.sum() < then.sum() else f"{listed(changed)} joined"
    )


def _apart_text(history: History, i: int, j: int, t: int, before: int) -> str:
    """Who has been cut off from i, or returned to it: one that is cut off can no longer join a sanction."""
    others = [k for k in range(len(history.names)) if k not in (i, j)]
    cut = {r: {k for k in others if not history.decided.open[r, i, k]} for r in (before, t)}
    gone, back = (sorted(a - b) for a, b in ((cut[t], cut[before]), (cut[before], cut[t])))
    names, own = history.names, history.names[i]
    parts = []
    if gone:
        verb = "are" if len(gone) > 1 else "is"
        parts.append(f"{listed([names[k] for k in gone])} {verb} already cut off from {own}")
    if back:
        verb = "deal" if len(back) > 1 else "deals"
        parts.append(f"{listed([names[k] for k in back])} {verb} with {own} again")
    return " and ".join(parts) or "third states stand otherwise towards one another"


def _phase_words(history: History, t: int, before: int) -> str:
    """Give what epochs changed between two rounds."""
    phases = history.scenario.phases[int(history.phase[before]) + 1 : int(history.phase[t]) + 1]
    told = [phase.because.rstrip(".") for phase in phases if phase.because]
    return "what holds has changed" + (f" ({'; '.join(told[-2:])})" if told else "")


def _trust_text(history: History, i: int, j: int, t: int, before: int) -> str:
    then, now = (float(history.decided.trust[r, i, j]) for r in (before, t))
    own, other = history.names[i], history.names[j]
    moved = "fell" if now < then else "rose"
    text = f"{possessive(own)} trust in {other} {moved}, {share_text(then)} -> {share_text(now)}"
    if now >= then:
        return text
    done, mistaken = observed(history, i, j, before, t)
    parts = []
    if done:
        parts.append(f"{count(done, 'defection')} seen")
    if mistaken:
        parts.append(f"{count(mistaken, 'act')} of cooperation taken for defection: misperception")
    return text + (f" ({listed(parts)})" if parts else "")


def observed(history: History, i: int, j: int, first: int, end: int) -> tuple[int, int]:
    """Count how often, in rounds first .. end - 1, i rightly and wrongly believed in a defection of j."""
    ended, decided, here = history.ended, history.decided, slice(first, end)
    live = (decided.open[here, i, j] == 1) & (decided.withheld[here, i, j] == 0)
    seen = live & (ended.seen[here, i, j] == 0) & (ended.charge[here, i, j] != CLEARED)
    cooperated = ended.action[here, j, i] == 1
    return int((seen & ~cooperated).sum()), int((seen & cooperated).sum())


def _norm(history: History, i: int, t: int, before: int) -> str:
    then, now = (float(history.decided.norm[r, i]) for r in (before, t))
    moved = f"(norm {share_text(then)} -> {share_text(now)})"
    own = history.names[i]
    if now >= then:
        return f"{possessive(own)} norm of restraint was renewed {moved}"
    changes = [r for r in range(before + 1, t + 1) if history.decided.new_leader[r, i]]
    kept = float(np.prod([history.real(r, "norms.institutionalization") for r in changes]))
    war = max((r for r in peaces(history, i) if r < t), default=None)
    memory = (
        f"memory of the war that ended in {history.date(war)}" if war is not None else "memory of the war"
    )
    if kept == 0 or kept * kept < now / then:  # more than half of the fall, on the scale on which norms fade
        when = listed([history.date(r) for r in changes[-2:]])
        again = "a new leader" if len(changes) == 1 else "new leaders"
        return f"{own} had {again} ({when}) who kept less of the old norm {moved}"
    return f"{memory} has faded in {own} {moved}"


def peaces(history: History, i: int) -> Iterator[int]:
    """Rounds in which a war of i was settled."""
    at_war = history.ended.at_war[:, i]
    for r in range(1, history.rounds):
        if np.any(at_war[r - 1] == 1):
            yield r


def _buffer_text(history: History, i: int, j: int, t: int, before: int) -> str:
    between = {int(k) for k, a, b in history.design.links if (a, b) == (min(i, j), max(i, j))}
    now, then = history.decided.sovereign[t], history.decided.sovereign[before]
    lost = [history.buffers[k] for k in sorted(between) if now[k] < then[k]]
    back = [history.buffers[k] for k in sorted(between) if now[k] > then[k]]
    parts = (
        [f"{listed(lost)} no longer lies between them".replace("lies", "lie" if len(lost) > 1 else "lies")]
        if lost
        else []
    )
    if back:
        parts.append(f"{listed(back)} {'lie' if len(back) > 1 else 'lies'} between them again")
    return " and ".join(parts)


def _revisionism(history: History, i: int, t: int, before: int) -> str:
    then, now = (float(history.decided.revisionism[r, i]) for r in (before, t))
    moved = f"revisionism {then:.2f} -> {now:.2f}".replace(" 0.", " .")
    own = history.names[i]
    if now <= then:
        return f"{own} wants less than before, because a grievance has faded or been satisfied ({moved})"
    turmoil = history.decided.turmoil[:, i]
    ended = [r for r in range(before + 1, t + 1) if turmoil[r - 1] > 0 and turmoil[r] == 0]
    struck = [e.t for e in history.of_kind(REVOLUTION) if e.actor == i and before < e.t <= t]
    at_once = rounds_in(history.real(t, "domestic.turmoil_years"), history.per_year) == 0
    raised = history.ended.revisionism[:, i] > history.decided.revisionism[:, i]
    lost = [r for r in range(before, t) if raised[r]]
    risen = (struck if at_once else ended) if history.real(t, "domestic.nationalism") > 0 else []
    sources = []
    if risen:
        sources.append(f"nationalism after its revolution, {history.date(risen[-1])}")
    if lost:
        sources.append(f"a lost war is resented, {history.date(lost[-1])}")
    why = f": {'; '.join(sources)}" if sources else ""
    return f"{own} wants more than before ({moved}{why})"
