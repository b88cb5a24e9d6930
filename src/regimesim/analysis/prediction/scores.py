"""Scores of frozen forecasts against what came: CRPS, log score, Brier score and PIT.

All are those of scoringrules (Zanetta & Allen). The continuous ranked probability score of a number is the
sum over its values of the squared distance between forecast and outcome, both cumulated; it is in units of
the number (disputes, wars, years). The log score is minus the log of the probability that was given to what
came; sums of it are comparable over tasks, and a difference is the log of a Bayes factor. The Brier score is
that of *no war in these years*. PIT is the forecast's cumulated probability of what came, half of its own
included: near .5 in the middle of the forecast, near 0 or 1 beyond its ends.

Beside the difference between the model and a rival stand three intervals. One is over the draws of the
model's assumptions (bootstrap). The others say what difference would be seen if the rival, or the model, were
right: outcomes are drawn from the forecast of that one, and scored. A gain is *told* if it lies beyond the
first and beyond what a right rival would let one see; a loss, if it lies beyond what a right model would.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from regimesim.analysis.history.rates import WAR_YEARS, record_of
from regimesim.analysis.prediction.forecasts import MODEL, Forecasts
from regimesim.analysis.prediction.tasks import TASK_KINDS, TASKS, ForecastTask
from regimesim.scenario.messages import InputError, listed
from regimesim.stats.estimates import ROUNDING, Floats

if TYPE_CHECKING:
    import pandas as pd

Rule = Callable[[Floats, int], Floats]
"""A score of chances, (..., values), given what came."""

BOOTSTRAPS, WORLDS = 1000, 4000
"""Samples of the draws, and outcomes drawn from a rival."""
NULL = "poisson"
"""The null; the word itself is read as *missing* by readers of tables."""


def rules() -> Any:
    """Give the library of scores.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        import scoringrules
    except ImportError:
        raise InputError('predict needs scoringrules: pip install "regimesim[stats]"') from None
    return scoringrules


def observed_outcome(task: ForecastTask) -> int:
    """Give the outcome of a task, as the place among its values."""
    stretch = task.stretch
    if task.kind == "first_war":
        begun = [y for y in WAR_YEARS[stretch.who] if stretch.first <= y <= stretch.last]
        return (min(begun) - stretch.first) if begun else stretch.years
    seen = record_of(stretch.who, stretch.first, stretch.last)
    return seen.force_used if task.kind == "disputes" else seen.wars


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of all forecasters.

    Attributes
    ----------
    forecasts : Forecasts
        Whose checksum is that of the file that was frozen.
    outcomes : dict of task to int
    """

    forecasts: Forecasts
    outcomes: dict[str, int]

    @property
    def forecasters(self) -> tuple[str, ...]:
        """The model and its rivals."""
        return tuple(self.forecasts.by)

    @property
    def rivals(self) -> tuple[str, ...]:
        """All but the model."""
        return self.forecasters[1:]

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each task and forecaster.

        Columns: ``task``, ``kind``, ``forecaster``, ``came``, ``median``, ``lower``, ``upper`` (of the middle
        90 %), ``crps``, ``log_score``, ``brier`` (of wars: that there was none), ``pit``.
        """
        import pandas as pd

        rows = []
        for task in TASKS:
            for name in self.forecasters:
                chances, came = self.forecasts.by[name][task.name], self.outcomes[task.name]
                ends = _quantiles(chances, (0.5, 0.05, 0.95))
                cumulated = float(chances[:came].sum() + 0.5 * chances[came])
                brier = _brier(chances, came) if task.kind == "wars" else np.nan
                scores = float(crps(chances, came)), float(log_score(chances, came)), brier
                rows.append((task.name, task.kind, name, came, *ends, *scores, cumulated))
        names = ["task", "kind", "forecaster", "came", "median", "lower", "upper"]
        return pd.DataFrame(rows, columns=[*names, "crps", "log_score", "brier", "pit"])

    @cached_property
    def totals(self) -> pd.DataFrame:
        """A row for each kind, and for all together, and forecaster: mean CRPS, Brier, sum of log scores."""
        import pandas as pd

        rows = []
        for kind in (*TASK_KINDS, "all"):
            part = self.table if kind == "all" else self.table[self.table["kind"] == kind]
            for name, of in part.groupby("forecaster", sort=False):
                crps_mean = of["crps"].mean() if kind != "all" else np.nan
                rows.append((kind, name, crps_mean, of["log_score"].sum(), of["brier"].mean()))
        return pd.DataFrame(rows, columns=["kind", "forecaster", "crps", "log_score", "brier"])

    @cached_property
    def against(self) -> pd.DataFrame:
        """A row for each rival, score and task, kind (CRPS: mean of its tasks) and all: the model minus it.

        Below 0 the model is better. Columns: ``rival``, ``score``, ``of``, ``model``, ``theirs``,
        ``difference``; ``lower``, ``upper`` over the draws; ``rival_lower``, ``rival_upper`` and
        ``model_lower``, ``model_upper``, the middle 95 % if that one were right; ``told``.
        """
        import pandas as pd

        groups = {task.name: [task] for task in TASKS}
        groups |= {kind: [task for task in TASKS if task.kind == kind] for kind in TASK_KINDS}
        rows = []
        for rival in self.rivals:
            for name, rule in RULES.items():
                for of, tasks in (groups | ({"all": list(TASKS)} if name == "log_score" else {})).items():
                    rows.append({"rival": rival, "score": name, "of": of} | self._beside(rule, tasks, rival))
        return pd.DataFrame(rows)

    def _beside(self, rule: Rule, tasks: Sequence[ForecastTask], rival: str) -> dict[str, Any]:
        """Compare the model with a rival by one score."""
        over = len(tasks) if rule is crps else 1
        ours, theirs = (self._sum(rule, tasks, name) / over for name in (MODEL, rival))
        difference = ours - theirs
        samples = self._over_draws(rule, tasks) / over - theirs
        lower, upper = (float(x) for x in np.quantile(samples, [0.025, 0.975]))
        if_rival, if_model = (self._if_right(rule, tasks, rival, right) for right in (rival, MODEL))
        gain = difference < min(if_rival[0] / over, 0) - ROUNDING and upper < 0
        loss = difference > max(if_model[1] / over, 0) + ROUNDING and lower > 0
        return {
            "model": ours,
            "theirs": theirs,
            "difference": difference,
            "lower": min(lower, difference),
            "upper": max(upper, difference),
            "rival_lower": if_rival[0] / over,
            "rival_upper": if_rival[1] / over,
            "model_lower": if_model[0] / over,
            "model_upper": if_model[1] / over,
            "told": bool(gain or loss),
        }

    def _sum(self, rule: Rule, tasks: Sequence[ForecastTask], name: str) -> float:
        forecast = self.forecasts.by[name]
        return sum(float(rule(forecast[task.name], self.outcomes[task.name])) for task in tasks)

    def _over_draws(self, rule: Rule, tasks: Sequence[ForecastTask]) -> Floats:
        found = np.zeros(BOOTSTRAPS)
        for task in tasks:
            found += rule(self._mixed[task.name], self.outcomes[task.name])
        return found

    @cached_property
    def _mixed(self) -> dict[str, Floats]:
        """Forecasts of the model under resampled draws."""
        weights = self.forecasts.weights
        count = len(weights)
        drawn = np.random.default_rng(0).multinomial(count, weights, size=BOOTSTRAPS) / count
        return self.forecasts.mixed(drawn)

    def _if_right(
        self, rule: Rule, tasks: Sequence[ForecastTask], rival: str, right: str
    ) -> tuple[float, float]:
        """Middle 95 % of the difference where outcomes come from one forecast.

        A first war and a number of wars of the same years are drawn apart.
        """
        generator, total = np.random.default_rng(1), np.zeros(WORLDS)
        for task in tasks:
            chances = self.forecasts.by[right][task.name]
            drawn = generator.choice(len(chances), WORLDS, p=chances / chances.sum())
            ours, theirs = (self._anyhow[rule, name, task.name] for name in (MODEL, rival))
            total += (ours - theirs)[drawn]
        lower, upper = np.quantile(total, [0.025, 0.975])
        return float(lower), float(upper)

    @cached_property
    def _anyhow(self) -> dict[tuple[Rule, str, str], Floats]:
        """Scores of every forecast at every value that might come."""
        return {
            (rule, name, task): _at_all(rule, chances)
            for name, by_task in self.forecasts.by.items()
            for task, chances in by_task.items()
            for rule in RULES.values()
        }

    @property
    def findings(self) -> list[str]:
        """Losses of the model to the null first, then its gains, then the other rivals in short."""
        called = "the null (a stationary Poisson process)"
        losses, gains = (
            "; ".join(f"by {RULE_WORDS[name]} on {self._listed(NULL, name, sign)}" for name in RULES)
            for sign in (1, -1)
        )
        return [
            f"The model loses to {called} {losses}.",
            f"It beats the null {gains}.",
            *(self._in_short(rival) for rival in self.rivals if rival != NULL),
        ]

    def _in_short(self, rival: str) -> str:
        rows = self.against[(self.against["rival"] == rival) & self.against["of"].isin(self.outcomes)]
        words = []
        for name in RULES:
            better = rows[(rows["score"] == name) & (rows["difference"] < 0)]
            beyond = int(better["told"].sum())
            words.append(
                f"by {RULE_WORDS[name]} on {len(better)} of {len(TASKS)} tasks ({beyond} beyond luck)"
            )
        return f"It beats the {rival} {' and '.join(words)}."

    def _listed(self, rival: str, rule: str, sign: int) -> str:
        """Tasks on which the difference has a sign, with both scores, and whether luck explains it."""
        rows = self.against[(self.against["rival"] == rival) & (self.against["score"] == rule)]
        words = []
        for task in TASKS:
            row = rows[rows["of"] == task.name].iloc[0]
            if np.sign(row["difference"]) == sign:
                luck = "" if row["told"] else ", within luck"
                short = f"{task.kind.replace('_', ' ')} {task.stretch.first}-{task.stretch.last}"
                words.append(f"{short} ({row['model']:.2g} against {row['theirs']:.2g}{luck})")
        return listed(words) or "none"

    @cached_property
    def answer(self) -> dict[str, Any]:
        """Everything that the scores have to say, as plain values."""
        return {
            "findings": self.findings,
            "checksum of the forecasts": self.forecasts.checksum,
            "draws": len(self.forecasts.weights),
            "runs": self.forecasts.runs,
            "scores": self.table.to_dict("records"),
            "totals": self.totals.to_dict("records"),
            "model against rivals": self.against.to_dict("records"),
        }


def score(forecasts: Forecasts, outcomes: dict[str, int] | None = None) -> Scores:
    """Score frozen forecasts.

    Parameters
    ----------
    forecasts : Forecasts
    outcomes : dict of task to int, optional
        What came; the record's by default.

    Raises
    ------
    InputError
        If scoringrules is not installed.
    """
    rules()
    return Scores(forecasts, outcomes or {task.name: observed_outcome(task) for task in TASKS})


def _at_all(rule: Rule, chances: Floats) -> Floats:
    """The score of each value that might come."""
    if rule is log_score:
        return -np.log(chances)
    values = len(chances)
    all_alike = np.broadcast_to(chances, (values, values))
    return np.asarray(rules().rps_score(np.arange(1, values + 1), all_alike), np.float64)


def crps(chances: Floats, came: int) -> Floats:
    """Continuous ranked probability score of a number with those chances, (..., values)."""
    return np.asarray(rules().rps_score(np.full(chances.shape[:-1], came + 1), chances), np.float64)


def log_score(chances: Floats, came: int) -> Floats:
    """Minus the log of the chance given to what came."""
    given = chances[..., came]
    return np.asarray(rules().log_score(np.ones_like(given), given), np.float64)


RULES: dict[str, Rule] = {"crps": crps, "log_score": log_score}
RULE_WORDS = {"crps": "CRPS", "log_score": "log score"}


def _brier(chances: Floats, came: int) -> float:
    """Brier score of the event that there is no war."""
    return float(rules().brier_score(float(came == 0), float(chances[0])))


def _quantiles(chances: Floats, levels: Sequence[float]) -> list[int]:
    cumulated = np.cumsum(chances)
    places: NDArray[np.intp] = np.searchsorted(cumulated, np.asarray(levels) * cumulated[-1])
    return [int(place) for place in places]
