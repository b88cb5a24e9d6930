"""Answers of the page to a setting: how long it lasts, beside the scenario as published; what pairs play."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any

import numpy as np

from regimesim.analysis.ablation import ablate
from regimesim.analysis.arrangements import arrangements_of
from regimesim.analysis.comparison import Difference
from regimesim.analysis.pairs import Pair, Side, pairs_of
from regimesim.app.controls import YEARS, changed_later, control, controls_of, idle, values_of
from regimesim.app.setting import Deadline, PageSetting, Trees, check_work, parameter_of, read_setting, word
from regimesim.scenario.messages import InputError, spoken
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.columns import SPELLS
from regimesim.simulation.results import Results, percent, scenario_yaml
from regimesim.simulation.simulate import simulate
from regimesim.stats.estimates import Estimate, value_and_ends
from regimesim.stats.survival import Curve

POINTS = 11
"""Values of a parameter that are tried when it is swept over its range."""

_KEPT = 24


class Published:
    """Results of the scenarios as published, the last few of them: every tab asks for the same ones."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[str, float, int, int], Results] = OrderedDict()
        self._lock = Lock()

    def results(self, setting: PageSetting, deadline: Deadline) -> Results:
        """Of a setting's twin, on its seeds."""
        if not setting.shipped:
            return played(setting.twin, setting, deadline)
        key = (setting.twin.name, setting.twin.years, setting.runs, setting.seed)
        with self._lock:
            found = self._found.get(key)
        if found is None:
            found = played(setting.twin, setting, deadline)
        with self._lock:
            self._found[key] = found
            self._found.move_to_end(key)
            while len(self._found) > _KEPT:
                self._found.popitem(last=False)
        return found


def played(scenario: Scenario, setting: PageSetting, deadline: Deadline) -> Results:
    """A scenario on the seeds of a setting, without a recording."""
    check_work(scenario, setting.runs)
    return simulate(scenario, setting.runs, setting.seed, record=0, progress=deadline)


def appearance(setting: PageSetting, kept: Published, deadline: Deadline) -> dict[str, Any]:
    """Everything that is drawn anew when a slider has moved."""
    published = kept.results(setting, deadline)
    present = played(setting.present, setting, deadline) if setting.changed else published
    return {
        "scenario": _world(setting.present),
        "values": values_of(setting.complete),
        "published": values_of(setting.published),
        "later": changed_later(setting.complete),
        "idle": idle(setting.complete),
        "present": list(arrangements_of(setting.complete)),
        "survival": {
            "runs": setting.runs,
            "seed": setting.seed,
            "horizon": setting.present.years,
            "published": _curves(published),
            "present": _curves(present),
        },
        "answer": outcome_in_words(setting, published, present),
        "typical": present.typical(),
        "pairs": [_pair_as_json(pair) for pair in pairs_of(setting.present)],
        "command": setting.command(),
    }


def about(setting: PageSetting) -> dict[str, Any]:
    """Give what the page builds of a scenario once it is chosen: its texts, and controls of its states."""
    world = setting.published
    return {
        "title": spoken(world.title or world.name),
        "represents": world.represents,
        "groups": controls_of(world),
        "years": control(YEARS, "years"),
    }


def _world(scenario: Scenario) -> dict[str, Any]:
    first = scenario.phases[0]
    return {
        "name": scenario.name,
        "title": spoken(scenario.title or scenario.name),
        "start": scenario.start,
        "years": scenario.years,
        "states": [{"name": name, "label": spoken(name)} for name in scenario.states],
        "buffers": [
            {"name": b.name, "label": spoken(b.name), "between": [list(pair) for pair in b.between]}
            for b in first.buffers
        ],
        "epochs": [{"year": scenario.start + p.year, "because": p.because} for p in scenario.phases[1:]],
    }


def _curves(results: Results) -> dict[str, Any]:
    return {spell: _curve(results.curve(spell)) for spell in SPELLS}


def _curve(curve: Curve) -> dict[str, list[float]]:
    names = ("years", "survival", "lower", "upper")
    return {name: np.round(getattr(curve, name), 4).tolist() for name in names}


def outcome_in_words(setting: PageSetting, published: Results, present: Results) -> dict[str, Any]:
    """Put the outcome into numbers and two sentences."""
    horizon = setting.present.years
    found: dict[str, Any] = {"changed": setting.changed, "horizon": horizon}
    sentences = []
    for spell, noun in zip(SPELLS, ("Cooperation", "Peace"), strict=True):
        now = present.summary(spell, horizon)
        difference = Difference.of(present, published, spell, horizon).paired if setting.changed else None
        found[spell] = {
            "mean": value_and_ends(now.rmst),
            "median": value_and_ends(now.median),
            "median_text": now.median.text(),
            "standing": percent(now.censored),
            "difference": difference and value_and_ends(difference),
        }
        sentences.append(_sentence(noun, now.rmst, difference, horizon))
    never = present.never_formed
    found["never"] = percent(never)
    if never >= 0.005:
        sentences.append(f"In {percent(never)} of the runs no regime ever forms.")
    per_century = 100 / setting.present.years
    found["wars"] = f"{present.rate('wars').value * per_century:.1f}"
    found["disputes"] = f"{present.rate('disputes').value * per_century:.0f}"
    return found | {"text": " ".join(sentences)}


def _sentence(noun: str, mean: Estimate, difference: Estimate | None, horizon: float) -> str:
    lasts = f"{noun} lasts {mean.text()} of {horizon:g} years on average"
    if difference is None:
        return f"{lasts}."
    if difference.lower <= 0 <= difference.upper:
        return f"{lasts}: no telling difference from the scenario as published."
    way = "longer" if difference.value > 0 else "shorter"
    ends = sorted(abs(x) for x in (difference.lower, difference.upper))
    size = Estimate(abs(difference.value), *ends).text()
    return f"{lasts}: {size} years {way} than as published."


def _pair_as_json(pair: Pair) -> dict[str, Any]:
    return {
        "game": pair.game,
        "buffers": [spoken(name) for name in pair.buffers],
        "buffering": round(pair.buffering, 3),
        "sides": [_side_as_json(pair.first), _side_as_json(pair.second)],
    }


def _side_as_json(side: Side) -> dict[str, Any]:
    numbers = (
        "u_cc",
        "u_dc",
        "u_cd",
        "u_dd",
        "discount_needed",
        "discount",
        "trust_needed",
        "trust",
        "now",
        "future",
        "law",
        "norm",
        "margin",
    )
    found = {name: _finite(getattr(side, name)) for name in numbers}
    return {"state": side.state, "other": side.other, "game": side.game, "verdict": _verdict(side)} | found


def _verdict(side: Side) -> str:
    """Say what the critical discount factor means for a side."""
    state, other = spoken(side.state), spoken(side.other)
    if math.isinf(side.discount_needed):
        return f"No patience would be enough to keep {state} from defecting against {other}."
    need = f"{side.discount_needed:.2f}"
    if side.discount_needed == 0:
        return f"{state} gains nothing by defecting against {other}, however impatient it is."
    enough = side.discount >= side.discount_needed
    has = f"it has {side.discount:.2f}"
    return (
        f"At full trust {state} needs a discount factor of {need} to cooperate with {other}; {has}"
        f"{', which is enough' if enough else ', which is too little'}."
    )


def _finite(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def what_hangs(setting: PageSetting, deadline: Deadline) -> dict[str, Any]:
    """Ask what would have happened without each arrangement, one at a time, on the same seeds."""
    names = arrangements_of(setting.present)
    check_work(setting.present, setting.runs, len(names) + 1)
    found = ablate(setting.present, "each", setting.runs, setting.seed, progress=deadline)
    rows = [
        {
            "name": row.removed[0],
            "regime": row.regime.text(),
            "peace": row.peace.text(),
            "regime_left": row.regime_years.text(),
            "peace_left": row.peace_years.text(),
        }
        for row in found.rows
        if row.removed
    ]
    return {"horizon": found.horizon, "runs": found.runs, "rows": rows}


def sweep_over(
    body: Mapping[str, Any], setting: PageSetting, trees: Trees, deadline: Deadline
) -> dict[str, Any]:
    """Measure how long it lasts as one parameter goes over its plausible range, all else as it is."""
    name = word(body, "parameter")
    parameter = parameter_of(name, setting.published)
    slide = control(parameter, name)["slide"] if parameter is not None else None
    if parameter is None or slide is None:
        raise InputError(f"{name} has no range to go over")
    check_work(setting.present, setting.runs, POINTS)
    question = {key: value for key, value in body.items() if key != "parameter"}
    points = []
    for value in _values_over(slide[0], slide[1], parameter.kind == "integer"):
        changed = {**question, "set": {**question.get("set", {}), name: value}}
        try:
            results = played(read_setting(changed, trees).present, setting, deadline)
        except InputError as error:
            if not _refuses_value(error, name):
                raise
            continue
        found = {spell: value_and_ends(results.summary(spell).rmst) for spell in SPELLS}
        points.append({"value": value, **found, "welfare": round(results.rate("welfare").value, 4)})
    return {"parameter": name, "horizon": setting.present.years, "runs": setting.runs, "points": points}


def _values_over(low: float, high: float, whole: bool) -> list[float]:
    values = np.linspace(low, high, POINTS)
    return sorted({round(x) if whole else round(float(x), 6) for x in values})


def _refuses_value(error: InputError, name: str) -> bool:
    """Tell whether a setting was refused for the value, not for the time it took."""
    return name in str(error) or "Prisoners' Dilemma" in str(error)


def table_of_runs(setting: PageSetting, deadline: Deadline) -> str:
    """A row per run, as CSV."""
    text: str = played(setting.present, setting, deadline).runs.to_csv(index=False)
    return text


def present_yaml(setting: PageSetting) -> str:
    """The present world as a file that the page and the command line read."""
    return scenario_yaml(setting.present)
