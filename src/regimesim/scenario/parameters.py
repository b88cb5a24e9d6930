"""Every parameter of the model, declared once.

A *parameter* belongs to a group (``transparency``) and has a name in it (``level``); it is spelled
``transparency.level`` in YAML, on the command line, in Python and in the documents. From the table
below come its validation, the kernel's record (``lowering.RECORD``), the reference table in ``docs/`` and
the bounds of sensitivity analyses. Per-state and per-buffer settings (``states.France.ideology``)
are declared the same way, in :data:`STATE` and :data:`BUFFER`.

Defaults are *neutral*: with all of them the model is the textbook iterated Prisoners' Dilemma.
Sections named in ``meaning`` and ``source`` are those of ``docs/model.md``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from regimesim.scenario.messages import LARGEST_NUMBER, quoted, show

Value = float | int | bool | str
ParameterKind = Literal["real", "integer", "switch", "choice"]
Belongs = Literal["world", "order", "scenario"]

BIG = 1e6
"""Largest payoff, cost or weight accepted: beyond it sums of payoffs lose their meaning."""

INHERIT = -1.0
"""A state's setting that stands for the parameter of all states with the same name."""


WORLD: Belongs = "world"
"""Given to the states: stakes, strength, geography, arms, home fronts, what can be seen without an order."""
ORDER: Belongs = "order"
"""Arranged among the states: what they inspect, talk over, punish, forgive and hold to be right."""
SCENARIO: Belongs = "scenario"
"""Neither given nor arranged: how a run is measured."""


@dataclass(frozen=True)
class Parameter:
    """One parameter: its name, the values it may have, its meaning.

    Attributes
    ----------
    name : str
        ``group.name`` for a parameter of the model, a bare name for a setting of a state or buffer.
    belongs : str
        The group of files that may set it: ``world``, ``order``, or ``scenario`` for neither of the two.
    default : float, int, bool or str
        The neutral value.
    low, high : float
        Bounds that validation enforces, both included unless ``open_low``.
    range : tuple of float, optional
        Where an assumption about the parameter may plausibly lie; sensitivity analyses and sliders
        use it. ``None`` where the value is no assumption.
    unit, symbol, meaning, source : str
        For the reference; ``symbol`` as in ``docs/model.md``.
    """

    name: str
    belongs: Belongs
    default: Value
    meaning: str
    kind: ParameterKind = "real"
    low: float = -math.inf
    high: float = math.inf
    range: tuple[float, float] | None = None
    unit: str = ""
    symbol: str = ""
    source: str = ""
    open_low: bool = False
    choices: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """The part before the dot."""
        return self.name.partition(".")[0]

    @property
    def key(self) -> str:
        """The part after the dot."""
        return self.name.partition(".")[2]

    def bounds(self) -> str:
        """The permitted values, as printed to people."""
        if self.kind == "switch":
            return "true or false"
        if self.kind == "choice":
            return ", ".join(self.choices)
        left = "(" if self.open_low or self.low == -math.inf else "["
        right = ")" if self.high == math.inf and not self.takes_infinity else "]"
        return f"{left}{show(self.low)}, {show(self.high)}{right}"

    @property
    def takes_infinity(self) -> bool:
        """True if ``inf`` is a value (never to forget, never to forgive)."""
        return self.default == math.inf

    def refusal(self, value: object) -> str | None:
        """Why ``value`` cannot be used: the end of a sentence that begins with the name, or None."""
        if self.kind == "switch":
            return None if isinstance(value, bool) else f"must be true or false; got {quoted(value)}"
        if self.kind == "choice":
            if isinstance(value, str) and value in self.choices:
                return None
            return f"must be one of {', '.join(self.choices)}; got {quoted(value)}"
        if isinstance(value, bool) or not isinstance(value, int | float):
            return f"must be a number; got {quoted(value)}"
        if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
            return f"must lie in {self.bounds()}; got {show(value)}"
        if math.isnan(value):
            return "must be a number; got nan"
        if value == self.default:  # that of ``resolve`` stands for none of its own
            return None
        whole = value == math.inf or float(value).is_integer()
        if self.kind == "integer" and not whole:
            return f"must be a whole number; got {show(value)}"
        too_low = value < self.low or (self.open_low and value == self.low)
        too_high = value > self.high or (value == math.inf and not self.takes_infinity)
        if too_low or too_high or value == -math.inf:
            return f"must lie in {self.bounds()}; got {show(value)}"
        return None


def _real(
    name: str, belongs: Belongs, default: float, meaning: str, low: float, high: float, **rest: object
) -> Parameter:
    return Parameter(name, belongs, default, meaning, "real", low, high, **rest)  # type: ignore[arg-type]


_AXELROD = "Axelrod 1984"
_LIPSON = "Lipson, ch. 1"
_JERVIS82 = "Jervis 1982"

PARAMETERS: tuple[Parameter, ...] = (
    _real(
        "payoffs.temptation",
        WORLD,
        5.0,
        "gain from defecting against a state that cooperates",
        -BIG,
        BIG,
        unit="payoff",
        symbol="T",
        source=_AXELROD,
    ),
    _real(
        "payoffs.reward",
        WORLD,
        3.0,
        "gain of each when both cooperate",
        -BIG,
        BIG,
        unit="payoff",
        symbol="R",
        source=_AXELROD,
    ),
    _real(
        "payoffs.punishment",
        WORLD,
        1.0,
        "gain of each when both defect, and while two states are estranged",
        -BIG,
        BIG,
        unit="payoff",
        symbol="P",
        source=_AXELROD,
    ),
    _real(
        "payoffs.sucker",
        WORLD,
        0.0,
        "gain of a state that cooperates and meets defection",
        -BIG,
        BIG,
        unit="payoff",
        symbol="S",
        source=_AXELROD,
    ),
    Parameter(
        "payoffs.game",
        WORLD,
        "prisoners_dilemma",
        "whether the base game must be a Prisoners' Dilemma or may be any 2x2 game",
        "choice",
        choices=("prisoners_dilemma", "any"),
        source="4.1",
    ),
    _real(
        "shadow.discount_factor",
        WORLD,
        0.9,
        "patience: worth today of a payoff a year from now",
        0.0,
        1.0,
        open_low=True,
        range=(0.5, 0.97),
        unit="per year",
        symbol="δ_y",
        source=_AXELROD,
    ),
    Parameter(
        "shadow.rounds_per_year",
        WORLD,
        4,
        "frequency of dealings in every pair",
        "integer",
        1,
        52,
        range=(1, 12),
        unit="rounds per year",
        symbol="m",
        source=_LIPSON,
    ),
    _real(
        "shadow.punishment_years",
        ORDER,
        math.inf,
        "length of an estrangement: how long cooperation stays withdrawn",
        0,
        math.inf,
        open_low=True,
        range=(0.25, 3.0),
        unit="years",
        symbol="punishment_years",
        source="Green & Porter 1984",
    ),
    _real(
        "shadow.resolve",
        ORDER,
        1.0,
        "chance that a state acts on a defection that it believes to see (1 - leniency)",
        0,
        1,
        range=(0.1, 1.0),
        symbol="r",
        source="Molander 1985",
    ),
    _real(
        "transparency.level",
        ORDER,
        0.5,
        "transparency: how good the monitoring of other states' actions is",
        0,
        1,
        range=(0.0, 1.0),
        symbol="τ",
        source=_LIPSON,
    ),
    _real(
        "transparency.miss_rate",
        WORLD,
        0.0,
        "misperception: chance that a defection that lasts a quarter is missed, at level 0",
        0,
        1,
        range=(0.0, 0.8),
        symbol="miss_rate",
        source=_LIPSON,
    ),
    _real(
        "transparency.false_alarm_rate",
        WORLD,
        0.0,
        "misperception: false alarms, cooperation taken for defection, at level 0",
        0,
        52,
        range=(0.0, 0.6),
        unit="per year",
        symbol="false_alarm_rate",
        source="Jervis 1976",
    ),
    _real(
        "transparency.early_warning",
        WORLD,
        0.0,
        "share of a defection's effect that a warned victim can parry within the round",
        0,
        1,
        range=(0.0, 0.5),
        symbol="early_warning",
        source=_LIPSON,
    ),
    _real(
        "transparency.target_knowledge",
        WORLD,
        0.0,
        "how much more a defector gains from knowing its victim well",
        0,
        10,
        range=(0.0, 1.0),
        symbol="target_knowledge",
        source=_LIPSON,
    ),
    _real(
        "transparency.intrusion_cost",
        ORDER,
        0.0,
        "cost of being inspected for a member, at level 1",
        0,
        BIG,
        range=(0.0, 1.0),
        unit="payoff",
        symbol="intrusion_cost",
        source=_LIPSON,
    ),
    _real(
        "transparency.publicity",
        ORDER,
        1.0,
        "chance that a charge becomes public, so that third states may answer",
        0,
        1,
        range=(0.0, 1.0),
        symbol="publicity",
        source="4.2",
    ),
    _real(
        "diplomacy.conference",
        ORDER,
        0.0,
        "chance that two members confer: false alarms are cleared, misunderstandings settled",
        0,
        1,
        range=(0.0, 0.9),
        symbol="conference",
        source="Elrod 1976",
    ),
    _real(
        "diplomacy.mediation",
        ORDER,
        0.0,
        "share of the war risk of a misunderstanding that conferring takes away",
        0,
        1,
        range=(0.0, 0.9),
        symbol="mediation",
        source="Elrod 1976",
    ),
    _real(
        "diplomacy.cleavage",
        WORLD,
        0.0,
        "how much ideological distance multiplies false alarms",
        0,
        20,
        range=(0.0, 2.0),
        symbol="cleavage",
        source=_LIPSON,
    ),
    _real(
        "diplomacy.renegotiation",
        ORDER,
        0.0,
        "talks that end a misunderstanding early",
        0,
        52,
        range=(0.0, 1.0),
        unit="per year",
        symbol="renegotiation",
        source=_LIPSON,
    ),
    _real(
        "diplomacy.agreement_trust",
        ORDER,
        0.5,
        "trust on both sides after an agreement",
        0,
        1,
        range=(0.3, 0.9),
        symbol="agreement_trust",
        source="4.7",
    ),
    Parameter(
        "sanctions.rule",
        ORDER,
        "none",
        "which third states answer a public charge, and how",
        "choice",
        choices=("none", "decentralized", "centralized", "collective", "balancing"),
        source="4.5",
    ),
    _real(
        "sanctions.severity",
        ORDER,
        1.0,
        "fine of a sanctioned state, a flow while it is excluded (rule centralized)",
        0,
        BIG,
        range=(0.0, 5.0),
        unit="payoff",
        symbol="severity",
        source="4.5",
    ),
    _real(
        "sanctions.cost",
        ORDER,
        0.5,
        "cost of joining a sanction, beside one's own dealings with the excluded state",
        0,
        BIG,
        range=(0.0, 2.0),
        unit="payoff",
        symbol="sanction_cost",
        source=_LIPSON,
    ),
    _real(
        "sanctions.enforcement_value",
        ORDER,
        0.5,
        "worth of upholding a credible rule",
        0,
        BIG,
        range=(0.0, 4.0),
        unit="payoff",
        symbol="enforcement_value",
        source="4.5",
    ),
    _real(
        "sanctions.pledge",
        ORDER,
        0.0,
        "weight of a pledge to defend any victim (rule collective)",
        0,
        BIG,
        range=(0.0, 2.0),
        unit="payoff",
        symbol="pledge",
        source=_LIPSON,
    ),
    _real(
        "sanctions.alliance_weight",
        ORDER,
        1.0,
        "how much an accused state's worth as an ally holds others back",
        0,
        BIG,
        range=(0.0, 2.0),
        unit="payoff",
        symbol="alliance_weight",
        source=_LIPSON,
    ),
    _real(
        "sanctions.balance_weight",
        ORDER,
        1.0,
        "how much strength alone draws opposition (rule balancing)",
        0,
        BIG,
        range=(0.0, 3.0),
        unit="payoff",
        symbol="balance_weight",
        source="Waltz 1979",
    ),
    _real(
        "sanctions.quorum",
        ORDER,
        0.5,
        "share of members' capability that must vote for a sanction",
        0,
        1,
        range=(0.3, 0.8),
        symbol="quorum",
        source="4.5",
    ),
    _real(
        "sanctions.veto_affinity",
        ORDER,
        0.5,
        "affinity beyond which a state with a veto shields the accused",
        0,
        BIG,
        range=(0.1, 1.0),
        symbol="veto_affinity",
        source=_LIPSON,
    ),
    _real(
        "sanctions.credibility",
        ORDER,
        0.5,
        "how credible enforcement is at the start",
        0,
        1,
        range=(0.0, 1.0),
        symbol="κ(0)",
        source="4.5",
    ),
    _real(
        "sanctions.credibility_learning",
        ORDER,
        0.1,
        "how fast credibility follows what enforcement did",
        0,
        1,
        range=(0.0, 0.5),
        symbol="credibility_learning",
        source="4.5",
    ),
    _real(
        "sanctions.escalation",
        ORDER,
        0.0,
        "risk of war under a sanction, relative to that after a breach",
        0,
        1,
        range=(0.0, 1.0),
        symbol="escalation",
        source="4.1",
    ),
    _real(
        "sanctions.inquiry",
        ORDER,
        0.0,
        "chance that an inquiry clears an innocent of a false charge",
        0,
        1,
        range=(0.0, 0.9),
        symbol="inquiry",
        source="4.5",
    ),
    _real(
        "sanctions.exit",
        ORDER,
        0.0,
        "chance that a member sanctioned by everybody leaves",
        0,
        1,
        range=(0.0, 0.5),
        symbol="exit",
        source="4.5",
    ),
    _real(
        "geography.offense_advantage",
        WORLD,
        0.0,
        "how much attack is favoured over defence",
        -1,
        10,
        range=(-0.5, 1.0),
        symbol="offense_advantage",
        source="Jervis 1978",
    ),
    _real(
        "geography.buffer_effectiveness",
        WORLD,
        0.5,
        "share of exposure that full buffering takes away",
        0,
        1,
        range=(0.2, 0.9),
        symbol="buffer_effectiveness",
        source="Schroeder, in Lipson",
    ),
    _real(
        "geography.absorption",
        WORLD,
        0.0,
        "loss of a buffer between two estranged states",
        0,
        52,
        range=(0.0, 0.2),
        unit="per year",
        symbol="absorption",
        source=_LIPSON,
    ),
    _real(
        "geography.absorption_gain",
        WORLD,
        0.0,
        "share of all capability gained with a buffer",
        0,
        1,
        range=(0.0, 0.05),
        symbol="absorption_gain",
        source=_LIPSON,
    ),
    _real(
        "deterrence.retaliation",
        WORLD,
        0.0,
        "cost of a war against a state with a secure second strike",
        0,
        BIG,
        range=(0.0, 200.0),
        unit="payoff",
        symbol="retaliation",
        source="Wohlstetter, in Lipson",
    ),
    _real(
        "deterrence.first_strike_gain",
        WORLD,
        0.0,
        "gain of a nuclear state from striking a state without a secure second strike",
        0,
        BIG,
        range=(0.0, 3.0),
        unit="payoff",
        symbol="first_strike_gain",
        source="Wohlstetter, in Lipson",
    ),
    _real(
        "deterrence.prudence",
        ORDER,
        0.0,
        "share of war risk that mutual deterrence takes away",
        0,
        1,
        range=(0.0, 1.0),
        symbol="prudence",
        source="Craig & George, in Lipson",
    ),
    _real(
        "norms.restraint",
        ORDER,
        0.0,
        "weight of the norm of restraint while memory is fresh",
        0,
        BIG,
        range=(0.0, 3.0),
        unit="payoff",
        symbol="restraint",
        source=f"Kaplan, in {_JERVIS82}",
    ),
    _real(
        "norms.initial",
        WORLD,
        1.0,
        "norm of every state at the start (memory of the last war)",
        0,
        1,
        range=(0.3, 1.0),
        symbol="n(0)",
        source="Jervis, in Lipson",
    ),
    _real(
        "norms.half_life",
        ORDER,
        math.inf,
        "time in which memory fades by half",
        0,
        math.inf,
        open_low=True,
        range=(10.0, 100.0),
        unit="years",
        symbol="half_life",
        source="Jervis, in Lipson",
    ),
    _real(
        "norms.socialization",
        ORDER,
        0.0,
        "how fast conferences renew the norm of their members",
        0,
        52,
        range=(0.0, 0.1),
        unit="per year",
        symbol="socialization",
        source=_JERVIS82,
    ),
    _real(
        "norms.institutionalization",
        ORDER,
        1.0,
        "share of the norm that a new leader takes over",
        0,
        1,
        range=(0.3, 1.0),
        symbol="institutionalization",
        source="Jervis, in Lipson",
    ),
    _real(
        "domestic.turnover",
        WORLD,
        0.0,
        "changes of leader",
        0,
        52,
        range=(0.02, 0.3),
        unit="per year",
        symbol="turnover",
        source="Jervis, in Lipson",
    ),
    _real(
        "domestic.reset",
        WORLD,
        0.0,
        "how far a new leader's trust returns to its initial value",
        0,
        1,
        range=(0.0, 0.5),
        symbol="reset",
        source="4.7",
    ),
    _real(
        "domestic.revolution",
        WORLD,
        0.0,
        "waves of revolution",
        0,
        52,
        range=(0.0, 0.1),
        unit="per year",
        symbol="revolution",
        source=_LIPSON,
    ),
    _real(
        "domestic.spread",
        WORLD,
        0.5,
        "chance that a wave strikes a state",
        0,
        1,
        range=(0.2, 0.9),
        symbol="spread",
        source=_LIPSON,
    ),
    _real(
        "domestic.turmoil_years",
        WORLD,
        2.0,
        "how long a revolution occupies a state",
        0,
        50,
        range=(1.0, 5.0),
        unit="years",
        symbol="turmoil_years",
        source=_LIPSON,
    ),
    _real(
        "domestic.preoccupation",
        WORLD,
        0.0,
        "how much turmoil at home lowers what a state wants abroad",
        0,
        1,
        range=(0.0, 1.0),
        symbol="preoccupation",
        source=_LIPSON,
    ),
    _real(
        "domestic.nationalism",
        WORLD,
        0.0,
        "grievance left behind by a revolution",
        0,
        BIG,
        range=(0.0, 6.0),
        unit="payoff",
        symbol="nationalism",
        source=_LIPSON,
    ),
    _real(
        "domestic.grievance_half_life",
        WORLD,
        math.inf,
        "time in which a fresh grievance fades by half",
        0,
        math.inf,
        open_low=True,
        range=(5.0, 40.0),
        unit="years",
        symbol="grievance_half_life",
        source="4.7",
    ),
    _real(
        "periphery.rate",
        WORLD,
        0.0,
        "quarrels abroad that may spoil the relationship",
        0,
        52,
        range=(0.0, 1.0),
        unit="per year",
        symbol="peripheral_rate",
        source="Schroeder, in Lipson",
    ),
    _real(
        "periphery.insulation",
        ORDER,
        1.0,
        "share of quarrels abroad kept from spilling over",
        0,
        1,
        range=(0.0, 1.0),
        symbol="insulation",
        source="Schroeder, in Lipson",
    ),
    _real(
        "periphery.paradox",
        WORLD,
        0.0,
        "how much secure deterrence multiplies quarrels abroad",
        0,
        100,
        range=(0.0, 4.0),
        symbol="paradox",
        source="Snyder 1965",
    ),
    _real(
        "war.unilateral",
        WORLD,
        0.0,
        "war between states that are not estranged, after a defection",
        0,
        52,
        range=(0.0, 0.1),
        unit="per year",
        symbol="unilateral",
        source="4.6",
    ),
    _real(
        "war.mutual",
        WORLD,
        0.0,
        "war between estranged states",
        0,
        52,
        range=(0.02, 0.3),
        unit="per year",
        symbol="mutual",
        source="4.6",
    ),
    _real(
        "war.cost",
        WORLD,
        0.0,
        "cost of a war to a state of equal strength",
        0,
        BIG,
        range=(5.0, 50.0),
        unit="payoff",
        symbol="war_cost",
        source="4.1",
    ),
    _real(
        "war.years",
        WORLD,
        2.0,
        "length of a war",
        0.02,
        50,
        range=(1.0, 5.0),
        unit="years",
        symbol="war_years",
        source="4.6",
    ),
    _real(
        "war.capability_loss",
        WORLD,
        0.0,
        "share of its capability that the loser loses",
        0,
        0.99,
        range=(0.0, 0.3),
        symbol="capability_loss",
        source="4.6",
    ),
    _real(
        "war.resentment",
        ORDER,
        0.0,
        "grievance that defeat leaves behind (0: an inclusive peace)",
        0,
        BIG,
        range=(0.0, 2.0),
        unit="payoff",
        symbol="resentment",
        source=_LIPSON,
    ),
    _real(
        "war.satisfaction",
        WORLD,
        0.0,
        "share of a fresh grievance that a success abroad satisfies",
        0,
        1,
        range=(0.0, 1.0),
        symbol="satisfaction",
        source="4.6",
    ),
    _real(
        "war.settlement_trust",
        ORDER,
        0.5,
        "trust on both sides after a settlement",
        0,
        1,
        range=(0.2, 0.9),
        symbol="settlement_trust",
        source=_LIPSON,
    ),
    _real(
        "war.restoration",
        ORDER,
        0.0,
        "chance that a settlement restores a buffer",
        0,
        1,
        range=(0.0, 1.0),
        symbol="restoration",
        source="4.6",
    ),
    _real(
        "war.contagion",
        WORLD,
        0.0,
        "chance that a third state, estranged from one side only, joins the war against it",
        0,
        1,
        range=(0.0, 0.5),
        symbol="contagion",
        source="4.6",
    ),
    _real(
        "power.weight",
        WORLD,
        0.0,
        "how much relative capability decides what defection gains",
        0,
        1,
        range=(0.0, 1.0),
        symbol="power_weight",
        source="Waltz 1979",
    ),
    _real(
        "power.volatility",
        WORLD,
        0.0,
        "yearly standard deviation of a capability's log growth",
        0,
        2,
        range=(0.0, 0.1),
        unit="per √year",
        symbol="σ",
        source="4.7",
    ),
    _real(
        "trust.initial",
        WORLD,
        1.0,
        "trust of every pair at the start, and a new leader's prior",
        0,
        1,
        range=(0.5, 1.0),
        symbol="b(0)",
        source="Kydd 2005",
    ),
    _real(
        "trust.learning_rate",
        WORLD,
        0.4,
        "share of distrust that a year of seen cooperation removes",
        0,
        1,
        range=(0.05, 0.8),
        unit="per year",
        symbol="learning_rate",
        source="4.7",
    ),
    _real(
        "trust.shock",
        WORLD,
        0.0,
        "share of trust that a certain defection destroys",
        0,
        1,
        range=(0.0, 1.0),
        symbol="shock",
        source="4.7",
    ),
    _real(
        "choice.temperature",
        WORLD,
        0.0,
        "noise of choice: how loosely it follows advantage (0: strict best reply)",
        0,
        BIG,
        range=(0.1, 0.8),
        unit="payoff",
        symbol="λ",
        source="McKelvey & Palfrey 1995",
    ),
    _real(
        "choice.tremble",
        WORLD,
        0.0,
        "chance that an intention is flipped by accident",
        0,
        1,
        range=(0.0, 0.05),
        unit="per round",
        symbol="tremble",
        source="Selten 1975",
    ),
    _real(
        "measure.onset",
        SCENARIO,
        0.9,
        "mean cooperation of a year at which a regime is in force",
        0,
        1,
        source="6",
    ),
    _real(
        "measure.collapse",
        SCENARIO,
        0.75,
        "mean cooperation of a year below which it has collapsed",
        0,
        1,
        source="6",
    ),
    _real(
        "measure.window",
        SCENARIO,
        3.0,
        "stretch over which cooperation is averaged",
        0.02,
        20,
        unit="years",
        source="6",
    ),
)

STATE: tuple[Parameter, ...] = (
    _real(
        "capability",
        WORLD,
        1.0,
        "strength relative to the other states (shares are computed)",
        1e-9,
        1e12,
        symbol="c_i",
        source="Correlates of War, composite index",
    ),
    _real(
        "growth",
        WORLD,
        0.0,
        "mean yearly growth of log capability",
        -1,
        1,
        unit="per year",
        symbol="growth_i",
        source="4.7",
    ),
    _real(
        "ideology", WORLD, 0.5, "place between order (0) and liberty (1)", 0, 1, symbol="x_i", source=_LIPSON
    ),
    _real(
        "revisionism",
        WORLD,
        0.0,
        "grievance: extra gain that the state sees in defecting",
        0,
        BIG,
        unit="payoff",
        symbol="ρ_i",
        source=_LIPSON,
    ),
    Parameter("nuclear", WORLD, False, "whether it has nuclear arms", "switch", source=_LIPSON),
    _real("second_strike", WORLD, 0.0, "how secure its second strike is", 0, 1, symbol="s_i", source=_LIPSON),
    Parameter("veto", ORDER, False, "whether it may stop a centralized sanction", "switch", source=_LIPSON),
    _real(
        "resolve",
        ORDER,
        INHERIT,
        "chance that it acts on an offence; shadow.resolve unless set",
        0,
        1,
        symbol="r_i",
        source="Molander 1985",
    ),
    _real(
        "unrest",
        WORLD,
        1.0,
        "how far a wave of revolution reaches it",
        0,
        1,
        symbol="unrest_i",
        source=_LIPSON,
    ),
    Parameter("member", ORDER, True, "whether it takes part in the institution", "switch", source="4.2, 4.5"),
)

BUFFER: tuple[Parameter, ...] = (
    _real(
        "strength",
        WORLD,
        0.5,
        "how much of the exposure between its neighbours it blocks",
        0,
        1,
        symbol="strength_k",
        source="Schroeder, in Lipson",
    ),
)

BY_NAME: dict[str, Parameter] = {p.name: p for p in PARAMETERS}
STATE_BY_NAME = {p.name: p for p in STATE}
BUFFER_BY_NAME = {p.name: p for p in BUFFER}
GROUPS: tuple[str, ...] = tuple(dict.fromkeys(p.group for p in PARAMETERS))
FIXED: frozenset[str] = frozenset(
    {
        "shadow.rounds_per_year",
        "measure.onset",
        "measure.collapse",
        "measure.window",
        "norms.initial",
        "sanctions.credibility",
        "trust.initial",
    }
)
"""Parameters that hold for a whole run: how time is counted, how it is measured, where it starts."""


def defaults() -> dict[str, Value]:
    """Every parameter at its neutral value, by full name."""
    return {p.name: p.default for p in PARAMETERS}


def stored(parameter: Parameter, value: Value) -> float:
    """A valid value as the number that the kernel's record holds."""
    if parameter.kind == "choice":
        return float(parameter.choices.index(str(value)))
    return float(value)
