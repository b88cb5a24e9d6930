"""Closed forms of a pair of prudent states: what estrangement costs, and what cooperation takes.

A *relationship* is a pair of like states, seen from one side (model.md 4.3). Both cooperate; mishaps (false
charges, quarrels abroad) and cases of third states against innocents estrange them now and then; an
estrangement ends after its time, by an agreement, by a concession or by a war, and begins anew with each case
that one side joins against the other. States may differ in their resolve only.

The forms are exact of what two states play, at any trust. With third states they are as near as those of
:mod:`regimesim.theory.exclusion`, which says how near that is.

*Payoffs* are flows per year, *rates* are per year, lengths are in years, and the rounds in which the program
plays are derived from them. A *threshold* is the least value of one setting, all others as they are, at which
one defection does not pay; ``inf`` says that no value within bounds suffices.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from typing import Literal

import numpy as np

from regimesim.core import decision, estrangement, game
from regimesim.core.elementary import chance, power
from regimesim.core.world import Reals
from regimesim.theory import distrust
from regimesim.theory.exclusion import Cases, expected_company, mean_rounds, rounds_apart
from regimesim.theory.games import check_chance

Kind = Literal["misunderstanding", "breach", "sanction"]
KINDS: tuple[Kind, ...] = ("misunderstanding", "breach", "sanction")

_SHARES = (
    "level", "miss_rate", "resolve", "confer", "mediation", "escalation", "trust", "learning_rate",
    "agreement_trust", "publicity", "inquiry", "joining",
)  # fmt: skip
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
        That it begins in a round in which both cooperate; a sanction begins by a case against an innocent.
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
    """A pair of like states that cooperate, seen from one side.

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
    trust, learning_rate, agreement_trust : float in [0, 1]
        What this side expects of the other at the beginning, the share of distrust that heals in a year of
        cooperation, and the trust that an agreement gives at least. A war sets trust back to that of the
        beginning. Below full trust the other is taken to cooperate as often as is expected of it.
    states : int >= 2
        How many states there are, all like the other side and all members; more than two only at full trust.
    publicity, inquiry, joining : float in [0, 1]
        Chances that a charge becomes public, that an inquiry clears an innocent, and that a third state
        joins a case against a state with which it is open.
    renewing : float in [0, 1], optional
        The same of a third state that is estranged from the accused; ``joining`` unless given.

    Raises
    ------
    ValueError
        If a value is out of range, the discount factor is 1 and some estrangement has no end or trust is not
        full, or distrust meets third states.

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
    trust: float = 1.0
    learning_rate: float = 0.0
    agreement_trust: float = 0.0
    states: int = 2
    publicity: float = 0.0
    inquiry: float = 0.0
    joining: float = 0.0
    renewing: float | None = None

    def __post_init__(self) -> None:
        for name in ("temptation", "reward", "punishment", "sucker"):
            if not math.isfinite(getattr(self, name)):
                raise ValueError(f"{name} must be a finite number; got {getattr(self, name)}")
        for name in _SHARES:
            check_chance(name, getattr(self, name))
        for name in ("other_resolve", "renewing"):
            if getattr(self, name) is not None:
                check_chance(name, getattr(self, name))
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
        if self.states < 2:
            raise ValueError(f"states must be at least 2; got {self.states}")
        if self.trust < 1.0 and (self.states > 2 or self.discount_factor == 1.0):
            raise ValueError("trust below 1 needs 2 states and a discount_factor below 1")

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
    def learning(self) -> float:
        """The share of distrust that heals in a round of cooperation, eta."""
        return 1.0 - float(power(1.0 - self.learning_rate, 1.0 / self.rounds_per_year))

    @property
    def years_between(self) -> float:
        """Expected years of cooperation before the pair is estranged; ``inf`` if it never is."""
        breaks = self._hazard
        return 1.0 / (breaks * self.rounds_per_year) if breaks > 0.0 else math.inf

    @property
    def cooperation_share(self) -> float:
        """Share of time in which both cooperate, in the long run; the rest is estrangement and war."""
        open_years = self.years_between
        if math.isinf(open_years):
            return 1.0
        apart = 0.0
        for kind in KINDS:
            if self.chance_of(kind) > 0.0:
                apart += self.chance_of(kind) / self._hazard * self.years_of(kind)
        return open_years / (open_years + apart)

    @property
    def value(self) -> float:
        """Discounted payoff of open dealings from now on, in payoff; at a discount factor of 1 a flow."""
        whole = self._value if self.trust == 1.0 else distrust.value_at(self.doubts, self.trust)
        return whole / (self.rounds_per_year if self.discount_factor < 1.0 else 1.0)

    @property
    def average_payoff(self) -> float:
        """Flow per year of a pair that has cooperated for long: mishaps and what follows them included."""
        patient = replace(self, discount_factor=1.0) if math.isfinite(self.punishment_years) else None
        if patient is not None:
            return patient._value
        return self.reward if self._hazard == 0.0 else self.punishment

    @property
    def now(self) -> float:
        """Gain of cooperation over defection at once, a flow, war that it may bring included: v_C - v_D."""
        together, against = decision.values(self.trust, self.reward, *self._flows)
        return float(together - against)

    @property
    def future(self) -> float:
        """Cost of one defection in the future of the relationship, as a state reckons it; a flow.

        It leaves out cases against innocents, and is of first order in distrust (model.md 4.3).
        """
        d_m, d_b = self._answers
        _, a_m, a_b = self._mishaps
        worth = self._worth_as_reckoned
        lost_m, lost_b = (
            float(estrangement.cost_of(worth, self._without_third[kind][2], self._without_third[kind][0]))
            for kind in KINDS[:2]
        )
        return float(
            decision.future_term(
                self.trust, self.discount, self._war_open, self._waste, worth,
                lost_m, lost_b, d_m, d_b, a_m, a_b,
            )
        )  # fmt: skip

    @property
    def margin(self) -> float:
        """now + future: the margin of a state's decision, without sanction and norm."""
        return self.now + self.future

    @property
    def loss(self) -> float:
        """m times the discounted payoff that one defection costs, in all relationships together.

        It equals the margin at full trust where no case meets an innocent and estrangement is not better than
        open dealings. With third states it begins where all are open, and takes in what they add.
        """
        if self.trust < 1.0:
            return distrust.loss_of_defection(self.doubts, self.trust)
        added = self._shut_at_first(self._heard_at_first)
        cost = {kind: self._missed(kind) for kind in KINDS}
        d_m, d_b = self._answers
        path = self._weigh(self._mishaps[1], self._mishaps[2], added, cost)
        broken = (1.0 - self._war_open) * self._weigh(d_m, d_b, added, cost)
        war = self._war_open * self._waste * self._value
        return self.now + self.discount * (broken - path + self._lost_elsewhere(cost["sanction"])) + war

    def chance_of(self, kind: Kind) -> float:
        """Chance per round that an estrangement of a kind begins though both cooperate."""
        a, a_m, a_b = self._mishaps
        chances = {"misunderstanding": a_m, "breach": a_b, "sanction": (1.0 - a) * self._company[1]}
        return float(chances[kind])

    def years_of(self, kind: Kind) -> float:
        """Expected years from an estrangement's beginning until the pair is open again, war included."""
        risk, ending, rounds, _ = self._course(kind)
        if rounds >= estrangement.FOREVER and risk == 0.0 and ending == 0.0:
            return math.inf
        return self._drawn_out(kind, 1.0, self._company[2])[2] / self.rounds_per_year

    def cost(self, kind: Kind) -> float:
        """Lambda: what an estrangement of a kind costs from its beginning, in payoff: a flow times years."""
        return max(0.0, self._missed(kind)) / self.rounds_per_year

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

    @property
    def doubts(self) -> distrust.Doubts:
        """Everything that the value of open dealings below full trust is made of."""
        endings = []
        for kind in KINDS[:2]:
            paid, end, _ = self._outside[kind]
            risk, after_war = self._risk(kind), float(power(self.discount, self._war_rounds + 1.0))
            factor = self.discount * (1.0 - risk) * (1.0 - self._ending(kind))
            length = int(game.rounds_of(self.punishment_years, self.rounds_per_year))
            by_war = risk * after_war * float(estrangement.discounted_rounds(factor, length))
            endings.append((paid, end - by_war, by_war))
        defects, suffers, both = self._flows
        return distrust.Doubts(
            self.discount, ((both, defects), (suffers, self.reward)), self.hit, self.alarm,
            (self.resolve, self._other), self.confer, self._abroad, self._war_open, self._war_rounds,
            (endings[0], endings[1]), self.learning,
            self.agreement_trust, self.trust,
        )  # fmt: skip

    @property
    def _flows(self) -> tuple[float, float, float]:
        """(u_DC, u_CD, both)."""
        toll = self._toll
        return self.temptation - toll, self.sucker - toll, self.punishment - toll

    @property
    def _war_rounds(self) -> float:
        return float(game.rounds_of(self.war_years, self.rounds_per_year))

    @property
    def _waste(self) -> float:
        """W: what a war begun now takes from the future."""
        w = self._war_rounds
        return w if self.discount_factor == 1.0 else self.discount - float(power(self.discount, w + 1.0))

    @property
    def _answers(self) -> tuple[float, float]:
        """(d_M, d_B)."""
        found = estrangement.answers(
            self.hit, self.alarm, self._abroad, self.confer, self.resolve, self._other
        )
        return float(found[0]), float(found[1])

    @property
    def _hazard(self) -> float:
        """Chance per round that the pair is estranged though both cooperate, by itself or by others."""
        a = self._mishaps[0]
        return a + (1.0 - a) * self._company[1]

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

    def _drawn_out(self, kind: Kind, discount: float, extended: float) -> tuple[float, float, float]:
        """(G, B, D) of a kind where each round begins it anew with chance ``extended``."""
        risk, ending, rounds, lasting = self._course(kind)
        after_war = power(discount, lasting + 1.0)
        left_alone = 1.0 - (1.0 - extended) * (1.0 - ending)
        once, end, _ = estrangement.outside(discount, risk, left_alone, rounds, lasting, after_war)
        again = discount * (1.0 - risk) * extended * float(once)
        total, end = float(once) / (1.0 - again), (float(end) - again) / (1.0 - again)
        return total, end, total * (1.0 + risk * lasting) if discount == 1.0 else 1.0 - end

    def _kinds(self, extended: float) -> dict[Kind, tuple[float, float, float]]:
        """(A, B, D) of each kind, payoffs in the unit of flows."""
        found: dict[Kind, tuple[float, float, float]] = {}
        for kind in KINDS:
            total, end, span = self._drawn_out(kind, self.discount, extended)
            flow = self.punishment - self.rounds_per_year * self._risk(kind) * self.war_cost
            found[kind] = flow * total, end, span
        return found

    @cached_property
    def _outside(self) -> dict[Kind, tuple[float, float, float]]:
        return self._kinds(self._company[2])

    @cached_property
    def _without_third(self) -> dict[Kind, tuple[float, float, float]]:
        """The same without third states, as a state reckons."""
        return self._outside if self._company[2] == 0.0 else self._kinds(0.0)

    @cached_property
    def _worth_alone(self) -> float:
        """O1, as a state reckons."""
        (paid_m, end_m, span_m), (paid_b, end_b, span_b) = (self._without_third[kind] for kind in KINDS[:2])
        return float(
            estrangement.value_of_open(
                self.discount, self.reward, *self._mishaps, paid_m, paid_b, span_m, span_b, end_m, end_b
            )
        )

    @property
    def _worth_as_reckoned(self) -> float:
        """O: the same at the trust there is."""
        if self.trust == 1.0:
            return self._worth_alone
        f, r_i, r_j = self.alarm, self.resolve, self._other
        paid, _, span = self._without_third["breach"]
        dread = self.discount * r_i * (self.hit - f) * (1.0 - r_j * f) * (1.0 - self._abroad)
        dread *= float(estrangement.cost_of(self._worth_alone, span, paid))
        healing = 1.0 - self.discount * (1.0 - self.learning) * (1.0 - self._mishaps[0])
        return self._worth_alone - (1.0 - self.trust) * (self.reward - self._flows[1] + dread) / healing

    @cached_property
    def _value(self) -> float:
        """Value of open dealings with third states, in the unit of flows."""
        chances = [self.chance_of(kind) for kind in KINDS]
        paid, end, span = (
            sum(chance * self._outside[kind][k] for chance, kind in zip(chances, KINDS, strict=True))
            for k in range(3)
        )
        if self.discount == 1.0:
            return (self.reward + paid) / (1.0 + span)
        return (self.reward + self.discount * paid) / (1.0 - self.discount * (1.0 - self._hazard + end))

    def _missed(self, kind: Kind) -> float:
        """Loss by an estrangement: below 0 where it is better than open dealings."""
        paid, _, span = self._outside[kind]
        return self._value * span - paid

    def _weigh(self, by_m: float, by_b: float, added: float, cost: dict[Kind, float]) -> float:
        """Expected cost of an estrangement of the pair that begins now."""
        by_s = (1.0 - by_m - by_b) * added
        return by_m * cost["misunderstanding"] + by_b * cost["breach"] + by_s * cost["sanction"]

    @property
    def _company(self) -> tuple[float, float, float]:
        """(share of time open, excluded, extended) of the pair among others; no discounting enters."""
        if self.states == 2 or self._accuses_innocent(self._other) * self.joining == 0.0:
            return 1.0, 0.0, 0.0
        return _company_of(replace(self, discount_factor=0.5, temptation=0.0, reward=0.0))

    @property
    def _false_cases(self) -> Cases:
        renewing = self.joining if self.renewing is None else self.renewing
        brought = self._by_resolves(lambda r, _: self._accuses_innocent(r))
        return Cases(brought, np.full_like(brought, self.joining), np.full_like(brought, renewing))

    def _by_resolves(self, of: Callable[[float, float], float]) -> Reals:
        """Everything of the kind for ordered pairs, by the resolve of both: 0 is this side."""
        resolves = [self.resolve, *[self._other] * (self.states - 1)]
        return np.array([[of(r, s) for s in resolves] for r in resolves])

    def _accuses_innocent(self, resolve: float) -> float:
        """Chance per round that a state brings a case against an innocent with which it is open."""
        return resolve * self.alarm * (1.0 - self.confer) * self.publicity * (1.0 - self.inquiry)

    def _mishap(self, place: int, r_i: float, r_j: float) -> float:
        """a, a_M or a_B of two states with these resolves."""
        return float(estrangement.mishaps(self.alarm, self._abroad, self.confer, r_i, r_j)[place])

    def _apart(self, excluded: Reals, extended: Reals) -> Reals:
        """Expected rounds until open again, of all pairs, whatever estranged them."""
        by_m, by_b = (self._by_resolves(partial(self._mishap, kind)) for kind in (1, 2))
        chances = [by_m, by_b, (1.0 - by_m - by_b) * excluded]
        return mean_rounds(chances, [self._expected_rounds(kind, extended) for kind in KINDS])

    def _expected_rounds(self, kind: Kind, extended: Reals) -> Reals:
        """Expected rounds of an estrangement of a kind, for chances of beginning anew."""
        risk, ending, rounds, lasting = self._course(kind)
        length = math.inf if rounds >= estrangement.FOREVER else rounds
        like = np.ones_like(extended)
        return rounds_apart(risk * like, ending * like, extended, length, lasting)

    @property
    def _heard_at_first(self) -> tuple[float, float]:
        """Chances of a case against this side and against the other while all are open, by third states."""
        quiet = (1.0 - self._accuses_innocent(self._other)) ** (self.states - 2)
        return 1.0 - quiet, 1.0 - quiet

    def _shut_at_first(self, heard: tuple[float, float]) -> float:
        """Chance that one of two joins a case against the other."""
        return 1.0 - (1.0 - self.joining * heard[0]) * (1.0 - self.joining * heard[1])

    def _lost_elsewhere(self, cost: float) -> float:
        """Cost of the exclusion by third states that one defection brings, beyond what would come anyway."""
        if self.states == 2:
            return 0.0
        other = self._accuses_innocent(self._other)
        quiet = (1.0 - other) ** (self.states - 3)
        charged = self._other * self.hit * self.publicity
        theirs = 1.0 - quiet * (1.0 - other)  # against a third state, by others than this side
        before, after = 1.0 - quiet * (1.0 - other), 1.0 - quiet * (1.0 - charged)
        more = self._shut_at_first((after, theirs)) - self._shut_at_first((before, theirs))
        return (self.states - 2) * (1.0 - self._mishaps[0]) * more * cost


@lru_cache(maxsize=64)
def _company_of(pair: Relationship) -> tuple[float, float, float]:
    found = expected_company(pair._false_cases, pair._by_resolves(partial(pair._mishap, 0)), pair._apart)
    return float(found.open[0, 1]), float(found.excluded[0, 1]), float(found.extended[0, 1])


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
        if replace(pair, punishment_years=rounds / m).loss >= 0.0:
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
    """The least value of a setting at which one defection costs something: by steps, then by halves."""

    def pays(value: float) -> bool:
        changed = replace(pair, **{name: value})  # type: ignore[arg-type]
        return changed.loss >= 0.0

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
