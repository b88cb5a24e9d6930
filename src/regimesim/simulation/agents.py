"""The states of a running model and the buffer states between them: views on the arrays of one lane.

Terms: a state *intends* to cooperate or to defect, *does* it unless an accident flips the intention, and is
*seen* to have done it or not. Cooperation is True, defection False; None where a pair had no dealings, as it
was estranged or at war.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import mesa
import numpy as np

from regimesim.core.decision import chance_to_cooperate
from regimesim.core.estrangement import BREACH, FOREVER, MISUNDERSTANDING, SANCTION
from regimesim.core.perception import CLEARED, STANDS
from regimesim.scenario.limits import plain
from regimesim.scenario.messages import InputError, quoted
from regimesim.theory.games import EffectiveGame

if TYPE_CHECKING:
    from regimesim.simulation.model import RegimeModel

Intention: TypeAlias = bool | Literal["C", "D"]
"""Cooperation: True or "C"; defection: False or "D"."""

EstrangementKind: TypeAlias = Literal["misunderstanding", "breach", "sanction", "withholding"]
"""Kinds of estrangement; *withholding* is one-sided, from an automaton."""

_KINDS: dict[int, EstrangementKind] = {
    MISUNDERSTANDING: "misunderstanding",
    BREACH: "breach",
    SANCTION: "sanction",
}


@dataclass(frozen=True)
class Estrangement:
    """A withdrawal of cooperation between two states.

    Attributes
    ----------
    kind : {"misunderstanding", "breach", "sanction", "withholding"}
    rounds : float
        Rounds that are left of it if nothing ends it early; inf where it is without end.
    """

    kind: EstrangementKind
    rounds: float


@dataclass(frozen=True)
class Reasons:
    """Why a prudent state cooperates, or does not: the terms of its margin (model.md 4.3).

    Attributes
    ----------
    now : float
        What cooperation gains or loses at once, at the trust it has; like all terms in payoff units.
    future : float
        What a defection would cost in the future of the relationship, by estrangement and war.
    law : float
        The sanction of third states that it expects for a defection.
    norm : float
        Restraint from within.

    Examples
    --------
    >>> print(Reasons(-0.6, 2.1, 0.0, 0.4))
    now -0.60   future +2.10   law 0   norm +0.40   margin +1.90: cooperation
    """

    now: float
    future: float
    law: float
    norm: float

    @property
    def margin(self) -> float:
        """Their sum: cooperation is worth it where this is not below 0."""
        return self.now + self.future + self.law + self.norm

    def __str__(self) -> str:
        names = ("now", "future", "law", "norm", "margin")
        terms = [(name, float(getattr(self, name))) for name in names]
        words = "   ".join(f"{name} {value:+.2f}" if value else f"{name} 0" for name, value in terms)
        return f"{words}: {'cooperation' if self.margin >= 0 else 'defection'}"


class State(mesa.Agent):
    """A great power in a running model.

    Made by ``RegimeModel``. Override :meth:`intend` in a subclass to give a state a mind of its own.
    Wherever another state is asked for, a State, its name or its position will do.

    Attributes
    ----------
    name : str
    position : int
        Its place in the order of the states, from 0.
    model : RegimeModel
    """

    model: RegimeModel

    def __init__(self, model: RegimeModel, position: int) -> None:
        super().__init__(model)
        self.position = position
        self.name: str = model.case.states[position]

    def __repr__(self) -> str:
        return f"<State {self.name}: capability {self.capability:.3g}, norm {self.norm:.3g}>"

    def intend(self, other: State) -> Intention:
        """Say whether it will cooperate with ``other`` this round: True or "C", else False or "D".

        Called once a round, after the round's events, for every other state with which it is open (neither at
        war nor estranged) and from which it does not withhold its cooperation. Here it gives what the kernel
        decided by the state's strategy; an override reaches it through ``super()``.
        """
        return bool(self.model.lanes.world.intend[self._towards(other)])

    def observe(self) -> None:
        """Take note of the round that has ended; override to keep what :meth:`did` and :meth:`saw` say."""

    @property
    def capability(self) -> float:
        """Share of all capability, in (0, 1)."""
        return self._own("capability")

    @capability.setter
    def capability(self, share: float) -> None:
        """Give it this share of all; the others keep their proportions to each other."""
        share, own = plain(share), self.capability
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share < 1:
            raise InputError(f"capability is a share of all, in (0, 1); got {quoted(share)}")
        if own == 1:
            raise InputError(f"{self.name} has all capability; set that of another state first")
        # of what the others have now, so that after dividing by the sum it has its share
        self.model.settle("capability", self.position, share * (1 - own) / (1 - share))

    @property
    def norm(self) -> float:
        """Norm of its leaders: how far they have made restraint their own, in [0, 1]."""
        return self._own("norm")

    @norm.setter
    def norm(self, level: float) -> None:
        self.model.settle("norm", self.position, level)

    @property
    def revisionism(self) -> float:
        """Extra gain it sees in defection: its setting and its grievances, in payoff units."""
        return self._own("revisionism")

    @revisionism.setter
    def revisionism(self, gain: float) -> None:
        self.model.settle("revisionism", self.position, gain)

    @property
    def turmoil(self) -> int:
        """Rounds for which a revolution will still occupy it."""
        return int(self._own("turmoil"))

    @property
    def member(self) -> bool:
        """True if it takes part in the institution."""
        return bool(self._own("member"))

    @member.setter
    def member(self, takes_part: bool) -> None:
        self.model.settle("member", self.position, int(takes_part))

    @property
    def payoff(self) -> float:
        """Payoff of the last round, which pays one m-th of the yearly flows."""
        return self._own("payoff")

    @property
    def others(self) -> list[State]:
        """All other states, in their order."""
        return [state for state in self.model.states if state is not self]

    def trust_in(self, other: Other) -> float:
        """Its expectation, in [0, 1], that the other cooperates."""
        return float(self.model.lanes.world.trust[self._towards(other)])

    def set_trust_in(self, other: Other, level: float) -> None:
        """Set its trust in the other, between two rounds; what the other thinks of it stays.

        Raises
        ------
        InputError
            If the level is not in [0, 1], or a round has begun.
        """
        i, j, _ = self._towards(other)
        self.model.settle("trust", (i, j), level)

    def remove(self) -> None:
        """Refuse: the states of a scenario stay.

        Raises
        ------
        InputError
        """
        raise InputError(
            f"{self.name} cannot be removed, the rules count the states of a scenario: play one without it "
            f'(overrides={{"~states.{self.name}": None}}), or let it leave the institution (member = False)'
        )

    def intends(self, other: Other) -> bool | None:
        """Its last intention towards the other (inside :meth:`intend`, the kernel's for this round)."""
        world, pair = self.model.lanes.world, self._towards(other)
        return bool(world.intend[pair]) if world.open[pair] and not world.withheld[pair] else None

    def did(self, other: Other) -> bool | None:
        """Tell whether it cooperated with the other in the last round; None if they had no dealings."""
        return self._last("action", other)

    def saw(self, other: Other) -> bool | None:
        """Report what it saw the other do in the last round: :meth:`did` of the other, rightly or wrongly."""
        return self._last("seen", other)

    def accused(self, other: Other) -> Literal["stands", "cleared"] | None:
        """Report what became of its charge against the other in the last round; None if it brought none."""
        charge = int(self.model.lanes.world.charge[self._towards(other)])
        return {STANDS: "stands", CLEARED: "cleared"}.get(charge)  # type: ignore[return-value]

    def estranged(self, other: Other) -> Estrangement | None:
        """Estrangement from the other, as things stand; None where there is none.

        Between rounds it is the one in force in the next round. To be estranged is mutual, but for the
        withholding of a prudent state from an automaton.
        """
        world, pair = self.model.lanes.world, self._towards(other)
        left = int(world.left[pair])
        if left == 0:
            return None
        return Estrangement(
            _KINDS.get(int(world.kind[pair]), "withholding"),
            math.inf if left >= FOREVER // 2 else float(left),
        )

    def at_war_with(self, other: Other) -> bool:
        """Tell whether the two are at war."""
        return bool(self.model.lanes.world.at_war[self._towards(other)])

    def game_with(self, other: Other) -> EffectiveGame:
        """The game that it really plays against the other, as things stand now (model.md 4.1)."""
        pair = self._towards(other)
        self.model.appraised()
        game = self.model.lanes.game
        return EffectiveGame(
            float(game.reward[self.model.lane]),
            float(game.u_dc[pair]),
            float(game.u_cd[pair]),
            float(game.u_dd[pair]),
        )

    def reasons(self, other: Other) -> Reasons:
        """Weigh cooperation with the other as a prudent state in its place would, as things stand now.

        Inside :meth:`intend` this is what the round is decided by; between rounds, what the next one would
        be decided by if nothing happened before it.
        """
        i, j, _ = self._towards(other)
        return Reasons(*(float(term) for term in self.model.appraised()[i, j]))

    def will_cooperate(self, other: Other) -> float:
        """Probability per round that a prudent state in its place intends to cooperate, as things stand."""
        margin = self.reasons(other).margin
        temperature = float(self.model.lanes.game.temperature[self.model.lane])
        return float(chance_to_cooperate(margin, temperature, self.model.case.rounds_per_year))

    def _own(self, quantity: str) -> float:
        return float(getattr(self.model.lanes.world, quantity)[self.position, self.model.lane])

    def _last(self, quantity: str, other: Other) -> bool | None:
        i, j, lane = self._towards(other)
        happened = getattr(self.model.lanes.world, quantity)[i, j, lane]
        return bool(happened) if self.model.dealt[i, j] else None

    def _towards(self, other: Other) -> tuple[int, int, int]:
        position = self.model.position(other)
        if position == self.position:
            raise InputError(f"{self.name} has no dealings with itself; name another state")
        return self.position, position, self.model.lane


Other: TypeAlias = State | str | int
"""A state: itself, its name or its position."""


class BufferState(mesa.Agent):
    """A small state between great powers in a running model."""

    model: RegimeModel

    def __init__(self, model: RegimeModel, position: int) -> None:
        super().__init__(model)
        self.position = position
        self.name: str = model.case.buffers[position]

    def __repr__(self) -> str:
        pairs = ", ".join("-".join(pair) for pair in self.between)
        return f"<BufferState {self.name}: {'sovereign' if self.sovereign else 'absorbed'}, between {pairs}>"

    @property
    def strength(self) -> float:
        """Share of the exposure between its neighbours that it blocks while it is sovereign, in [0, 1]."""
        return float(self.model.lanes.setting.strength[self.position, self.model.lane])

    @property
    def sovereign(self) -> bool:
        """True if it has not been absorbed."""
        return bool(self.model.lanes.world.sovereign[self.position, self.model.lane])

    @sovereign.setter
    def sovereign(self, stands: bool) -> None:
        self.model.settle("sovereign", self.position, int(stands))

    def remove(self) -> None:
        """Refuse: the buffer states of a scenario stay; one that is absorbed is not sovereign.

        Raises
        ------
        InputError
        """
        raise InputError(f"{self.name} cannot be removed; let it be absorbed: sovereign = False")

    @property
    def between(self) -> tuple[tuple[str, str], ...]:
        """The pairs of states that it separates, by name."""
        names, buffer = self.model.case.states, self.model.case.phases[0].buffers[self.position]
        return tuple((names[i], names[j]) for i, j in buffer.between)


class StateCollector(mesa.DataCollector):
    """Mesa's data collector; its frame of agents has a row per round and state, none for buffer states."""

    def get_agent_vars_dataframe(self) -> Any:
        """Frame with the index (Step, AgentID)."""
        frame = super().get_agent_vars_dataframe()
        return frame.dropna(subset=["name"]).infer_objects()


@dataclass(frozen=True)
class OfState:
    """A reporter that can be pickled: an attribute of a State, None of any other agent."""

    attribute: str

    def __call__(self, agent: mesa.Agent) -> Any:
        return getattr(agent, self.attribute) if isinstance(agent, State) else None


def as_cooperation(answer: object, state: State, other: State) -> bool:
    """Read what a state's ``intend`` gave towards another, as True or False.

    Raises
    ------
    TypeError
        If it is neither a bool nor "C" nor "D".
    """
    if isinstance(answer, bool | np.bool_):
        return bool(answer)
    if isinstance(answer, str) and answer in ("C", "D"):
        return answer == "C"
    raise TypeError(
        f"{type(state).__name__}.intend must give True or 'C' for cooperation, False or 'D' for defection; "
        f"got {quoted(answer)} ({state.name} towards {other.name}, round {state.model.round})"
    )
