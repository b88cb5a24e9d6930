"""Closed forms of a pair of prudent states: what estrangement costs, and what cooperation takes.

A *relationship* is a pair of like states at full trust, seen from one side (model.md 4.3). Both cooperate;
mishaps (false charges, quarrels abroad) estrange them now and then; an estrangement ends after its time, by
an agreement, by a concession or by a war. States may differ in their resolve only. Third states are left
aside.

*Payoffs* are flows per year, *rates* are per year, lengths are in years, and the rounds in which the program
plays are derived from them. A *threshold* is the least value of one setting, all others as they are, at which
one defection does not pay; ``inf`` says that no value within bounds suffices.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from regimesim.core import decision, estrangement, game
from regimesim.core.elementary import chance, power
from regimesim.theory.games import check_chance

Kind = Literal["misunderstanding", "breach", "sanction"]
KINDS: tuple[Kind, ...] = ("misunderstanding", "breach", "sanction")

_SHARES = ("level", "miss_rate", "resolve", "confer", "mediation", "escalation")
_RATES = (
    "false_alarm_rate",
    "quarrels",
    "renegotiation",
    "war_unilateral",
    "war_mutual",
    "war_cost",
    "temperature",
    "war_years",
)
_STEPS = 200


@dataclass(frozen=True)
class Estrangement:
    """Course of an estrangement of one kind for one side.

    Attributes
    ----------
    chance : float
        That it begins in a round in which both cooperate; 0 for a sanction, which third states impose.
    years : float
        Expected time until the pair is open again, war included.
    payoff : float
        Discounted payoff while it lasts and at the onset of a war, in payoff: a flow times years.
    cost : float >= 0
        What it takes from the future: value of open dealings missed, minus ``payoff``. At a yearly discount
        factor of 1 the loss against the average payoff.
    """

    chance: float
    years: float
    payoff: float
    cost: float


@dataclass(frozen=True)
class Relationship:
    """A pair of like states that cooperate at full trust, seen from one side.

    Parameters
    ----------
    temptation, reward, punishment, sucker : float
        The effective game without war: flows per year.
    discount_factor : float in (0, 1]
        Per year.
    rounds_per_year : int >= 1
        Dealings a year, m.
    punishment_years : float >= 0
        Length of an estrangement; may be infinite. To the nearest round, and at least one unless it is 0.
    level : float in [0, 1]
        Transparency; at 1 everything is seen as it is.
    miss_rate : float in [0, 1]
        Chance that a defection that lasts a quarter is overlooked, at level 0.
    false_alarm_rate : float >= 0
        False alarms of one side a year, at level 0.
    resolve, other_resolve : float in [0, 1]
        Chance of acting on an accusation; the other's is the same unless given.
    confer : float in [0, 1]
        Chance that the two confer on a charge.
    quarrels : float >= 0
        Quarrels abroad that are not kept from spilling over, a year.
    renegotiation : float >= 0
        Talks a year on a misunderstanding, if the two confer.
    mediation, escalation : float in [0, 1]
        Share of the risk of war that conferring takes from a misunderstanding; share of it that a sanction
        has.
    war_unilateral, war_mutual : float >= 0
        Wars a year in an open pair in which somebody defected, and in an estranged one.
    war_cost : float >= 0
        Paid once, at the onset.
    war_years : float >= 0
    temperature : float >= 0
        Noise of choice; moves concessions only, in games in which to cooperate alone is better than
        estrangement.

    Raises
    ------
    ValueError
        If a value is out of range, or the discount factor is 1 and some estrangement has no end.

    References
    ----------
    Green and Porter 1984, Econometrica 52, 87-100 (estrangement of a given length as the answer to a signal).

    Examples
    --------
    >>> pair = Relationship(5, 3, 1, 0, discount_factor=0.5, rounds_per_year=1)
    >>> pair.margin, pair.cost("breach")
    (0.0, 4.0)
    """

    temptation: float
    reward: float
    punishment: float
    sucker: float
    discount_factor: float = 0.9
    rounds_per_year: int = 4
    punishment_years: float = math.inf
    level: float = 1.0
    miss_rate: float = 0.0
    false_alarm_rate: float = 0.0
    resolve: float = 1.0
    other_resolve: float | None = None
    confer: float = 0.0
    quarrels: float = 0.0
    renegotiation: float = 0.0
    mediation: float = 0.0
    escalation: float = 0.0
    war_unilateral: float = 0.0
    war_mutual: float = 0.0
    war_cost: float = 0.0
    war_years: float = 2.0
    temperature: float = 0.0

    def __post_init__(self) -> None:
        for name in ("temptation", "reward", "punishment", "sucker"):
            if not math.isfinite(getattr(self, name)):
                raise ValueError(f"{name} must be a finite number; got {getattr(self, name)}")
        for name in _SHARES:
            check_chance(name, getattr(self, name))
        if self.other_resolve is not None:
            check_chance("other_resolve", self.other_resolve)
        for name in _RATES:
            if not 0.0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} must be a finite number of at least 0; got {getattr(self, name)}")
        if not 0.0 < self.discount_factor <= 1.0:
            raise ValueError(f"discount_factor must lie in (0, 1]; got {self.discount_factor}")
        if self.rounds_per_year < 1:
            raise ValueError(f"rounds_per_year must be at least 1; got {self.rounds_per_year}")
        if not self.punishment_years >= 0.0:
            raise ValueError(f"punishment_years must be at least 0; got {self.punishment_years}")
        if self.discount_factor == 1.0 and math.isinf(self.punishment_years):
            raise ValueError("a discount_factor of 1 needs punishment_years that end")

    @property
    def discount(self) -> float:
        """Discount factor per round."""
        return float(power(self.discount_factor, 1.0 / self.rounds_per_year))

    @property
    def hit(self) -> float:
        """q: the chance that a defection is seen."""
        return float(game.hit_chance(self.miss_rate, self.level, self.rounds_per_year))

    @property
    def alarm(self) -> float:
        """f: the chance per round that one side takes cooperation for defection."""
        m = self.rounds_per_year
        return float(game.alarm_chance(self.false_alarm_rate, self.level, self.confer, 1.0, m))

    @property
    def years_between(self) -> float:
        """Expected years of cooperation before the pair is estranged, 1/a rounds; ``inf`` without mishaps."""
        a = self._mishaps[0]
        return 1.0 / (a * self.rounds_per_year) if a > 0.0 else math.inf

    @property
    def cooperation_share(self) -> float:
        """Share of time in which both cooperate, in the long run; the rest is estrangement and war."""
        open_years = self.years_between
        if math.isinf(open_years):
            return 1.0
        a = self._mishaps[0]
        apart = 0.0
        for kind in KINDS[:2]:
            if self.chance_of(kind) > 0.0:
                apart += self.chance_of(kind) / a * self.years_of(kind)
        return open_years / (open_years + apart)

    @property
    def value(self) -> float:
        """O1: discounted payoff of open dealings from now on, in payoff; at a discount factor of 1 a flow."""
        return self._value / (self.rounds_per_year if self.discount_factor < 1.0 else 1.0)

    @property
    def average_payoff(self) -> float:
        """Flow per year of a pair that has cooperated for long: mishaps and what follows them included."""
        patient = replace(self, discount_factor=1.0) if math.isfinite(self.punishment_years) else None
        if patient is not None:
            return patient._value
        return self.reward if self._mishaps[0] == 0.0 else self.punishment

    @property
    def now(self) -> float:
        """Gain of cooperation over defection at once, a flow: R - u_DC, war that it may bring included."""
        return self.reward - (self.temptation - self._toll)

    @property
    def future(self) -> float:
        """Cost of one defection in the future of the relationship, in the unit of flows."""
        d_m, d_b = estrangement.answers(
            self.hit, self.alarm, self._abroad, self.confer, self.resolve, self._other
        )
        _, a_m, a_b = self._mishaps
        lost_m, lost_b = self._lost("misunderstanding"), self._lost("breach")
        w = float(game.rounds_of(self.war_years, self.rounds_per_year))
        waste = w if self.discount_factor == 1.0 else self.discount - float(power(self.discount, w + 1.0))
        return float(
            decision.future_term(
                1.0, self.discount, self._war_open, waste, self._value, lost_m, lost_b, d_m, d_b, a_m, a_b
            )
        )

    @property
    def margin(self) -> float:
        """now + future: m times the discounted payoff lost by one defection; cooperation pays above 0."""
        return self.now + self.future

    def chance_of(self, kind: Kind) -> float:
        """Chance per round that an estrangement of a kind begins though both cooperate."""
        return float({"misunderstanding": self._mishaps[1], "breach": self._mishaps[2]}.get(kind, 0.0))

    def years_of(self, kind: Kind) -> float:
        """Expected years from an estrangement's beginning until the pair is open again, war included."""
        risk, ending, rounds, war_rounds = self._course(kind)
        if rounds >= estrangement.FOREVER and risk == 0.0 and ending == 0.0:
            return math.inf
        return (
            float(estrangement.outside(1.0, risk, ending, rounds, war_rounds, 1.0)[2]) / self.rounds_per_year
        )

    def cost(self, kind: Kind) -> float:
        """Lambda: what an estrangement of a kind costs from its beginning, in payoff: a flow times years."""
        return self._lost(kind) / self.rounds_per_year

    def estrangement(self, kind: Kind) -> Estrangement:
        """Everything about an estrangement of a kind."""
        paid = self._outside[kind][0] / self.rounds_per_year
        return Estrangement(self.chance_of(kind), self.years_of(kind), paid, self.cost(kind))

    @property
    def _other(self) -> float:
        return self.resolve if self.other_resolve is None else self.other_resolve

    @property
    def _abroad(self) -> float:
        return float(chance(self.quarrels, self.rounds_per_year)) * (1.0 - self.confer)

    @cached_property
    def _mishaps(self) -> tuple[float, float, float]:
        found = estrangement.mishaps(self.alarm, self._abroad, self.confer, self.resolve, self._other)
        return float(found[0]), float(found[1]), float(found[2])

    @property
    def _war_open(self) -> float:
        return float(chance(self.war_unilateral, self.rounds_per_year))

    @property
    def _toll(self) -> float:
        return self.rounds_per_year * self._war_open * self.war_cost

    def _risk(self, kind: Kind) -> float:
        share = {
            "misunderstanding": 1.0 - self.mediation * self.confer,
            "breach": 1.0,
            "sanction": self.escalation,
        }
        return float(chance(self.war_mutual * share[kind], self.rounds_per_year))

    def _ending(self, kind: Kind) -> float:
        m = self.rounds_per_year
        estranged = self.punishment - m * self._risk("breach") * self.war_cost
        stay = float(estrangement.staying(self.sucker - self._toll, estranged, self.temperature, m))
        conceding = 1.0 - stay * stay
        talk = float(chance(self.renegotiation, m))
        ends = {
            "misunderstanding": 1.0 - (1.0 - conceding) * (1.0 - self.confer * talk),
            "breach": conceding,
            "sanction": 0.0,
        }
        return ends[kind]

    def _course(self, kind: Kind) -> tuple[float, float, int, float]:
        m = self.rounds_per_year
        rounds = int(game.rounds_of(self.punishment_years, m))
        return self._risk(kind), self._ending(kind), rounds, float(game.rounds_of(self.war_years, m))

    @cached_property
    def _outside(self) -> dict[Kind, tuple[float, float, float]]:
        """(A, B, D) of each kind, payoffs in the unit of flows."""
        found: dict[Kind, tuple[float, float, float]] = {}
        for kind in KINDS:
            risk, ending, rounds, lasting = self._course(kind)
            after_war = power(self.discount, lasting + 1.0)
            total, end, span = estrangement.outside(self.discount, risk, ending, rounds, lasting, after_war)
            flow = self.punishment - self.rounds_per_year * risk * self.war_cost
            found[kind] = float(flow * total), float(end), float(span)
        return found

    @cached_property
    def _value(self) -> float:
        (paid_m, end_m, span_m), (paid_b, end_b, span_b) = (self._outside[kind] for kind in KINDS[:2])
        return float(
            estrangement.value_of_open(
                self.discount, self.reward, *self._mishaps, paid_m, paid_b, span_m, span_b, end_m, end_b
            )
        )

    def _lost(self, kind: Kind) -> float:
        paid, _, span = self._outside[kind]
        return float(estrangement.cost_of(self._value, span, paid))


def discount_needed(pair: Relationship) -> float:
    """Least yearly discount factor at which one defection does not pay.

    Examples
    --------
    >>> round(discount_needed(Relationship(5, 3, 1, 0, rounds_per_year=1)), 9)
    0.5
    """
    return _least(pair, "discount_factor", _between(1e-6, 1.0 - 1e-9))


def transparency_needed(pair: Relationship) -> float:
    """Least level of transparency at which one defection does not pay.

    Examples
    --------
    >>> pair = Relationship(5, 3, 1, 0, discount_factor=0.8, miss_rate=1.0, rounds_per_year=4)
    >>> round(transparency_needed(pair), 3)
    0.057
    """
    return _least(pair, "level", _between(0.0, 1.0))


def resolve_needed(pair: Relationship) -> float:
    """Least resolve of both at which one defection does not pay.

    Examples
    --------
    >>> round(resolve_needed(Relationship(5, 3, 1, 0, discount_factor=0.8, rounds_per_year=1)), 9)
    0.25
    """
    return _least(replace(pair, other_resolve=None), "resolve", _between(0.0, 1.0))


def punishment_needed(pair: Relationship, most_years: float = 50.0) -> float:
    """Least length of an estrangement, in years, at which one defection does not pay.

    Lengths are whole rounds. A longer one may be too long: where false charges are frequent it lowers the
    value of the relationship that it protects.

    Parameters
    ----------
    most_years : float
        The longest that is tried, before one without end.

    Examples
    --------
    >>> punishment_needed(Relationship(5, 3, 1, 0, discount_factor=0.8, rounds_per_year=4))
    0.5
    """
    m = pair.rounds_per_year
    for rounds in range(1, math.floor(most_years * m) + 1):
        if replace(pair, punishment_years=rounds / m).margin >= 0.0:
            return rounds / m
    return math.inf


def best_cooperation(pair: Relationship, most_years: float = 50.0) -> tuple[float, Relationship]:
    """Find the highest flow that a length of estrangement and a resolve of both can sustain.

    Parameters
    ----------
    pair : Relationship
        With a discount factor below 1. Its own length and resolve are put aside.
    most_years : float
        The longest estrangement that is tried.

    Returns
    -------
    (float, Relationship)
        (1 - delta) times the value of open dealings, and the pair that has it; ``punishment`` and the pair as
        given where nothing sustains cooperation.

    Notes
    -----
    Where only breaches estrange, no length and resolve do better than R - (T - R)/(l - 1), with l the chance
    of an estrangement after a defection over that without (Abreu, Milgrom and Pearce 1991, Econometrica 59,
    1713-1733, proposition 1): a defection must cost its gain, and mishaps cost the same.
    """
    best, found = pair.punishment, pair
    m = pair.rounds_per_year
    for rounds in _lengths(math.floor(most_years * m)):
        longer = replace(pair, punishment_years=rounds / m, resolve=1.0, other_resolve=None)
        needed = resolve_needed(longer)
        if math.isfinite(needed):
            tuned = replace(longer, resolve=needed)
            flow = (1.0 - tuned.discount) * tuned._value
            if flow > best:
                best, found = flow, tuned
    return best, found


def _lengths(most: int) -> Iterable[int]:
    """Every length up to 40 rounds, then ever fewer."""
    rounds = 1
    while rounds <= most:
        yield rounds
        rounds = rounds + 1 if rounds < 40 else math.ceil(1.1 * rounds)


def _between(low: float, high: float) -> list[float]:
    return [low + (high - low) * k / _STEPS for k in range(_STEPS + 1)]


def _least(pair: Relationship, name: str, values: list[float]) -> float:
    """The least value of a setting at which the margin is not negative: by steps, then by halves."""

    def pays(value: float) -> bool:
        changed = replace(pair, **{name: value})  # type: ignore[arg-type]
        return changed.margin >= 0.0

    for below, value in zip([None, *values], values, strict=False):
        if pays(value):
            if below is None:
                return value
            while (middle := 0.5 * (below + value)) not in (below, value):
                if pays(middle):
                    value = middle
                else:
                    below = middle
            return value
    return math.inf
