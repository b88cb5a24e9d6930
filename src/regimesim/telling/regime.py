"""The whole: when a regime was in force, how things stood on the way, and what the record ends with."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from regimesim.core.spells import regimes
from regimesim.telling.entries import ALWAYS, GREAT, LARGE, Told, told
from regimesim.telling.reasons import TERMS
from regimesim.telling.replay import History
from regimesim.telling.wording import count, share, signed, span


class Regime(NamedTuple):
    """Rounds onset .. end - 1; ``ended`` is False where the horizon came first."""

    onset: int
    end: int
    ended: bool


def regime_spells(history: History) -> tuple[list[Regime], int]:
    """All regimes of the run, and the measure's year in rounds (model.md 6)."""
    scenario, path = history.scenario, history.lanes.tally.cooperating
    window = max(1, math.floor(float(scenario["measure.window"]) * history.per_year + 0.5))
    high, low = float(scenario["measure.onset"]), float(scenario["measure.collapse"])
    found: list[Regime] = []
    first = 0
    while first < history.rounds:
        spell = regimes(np.ascontiguousarray(path[first:]), len(history.pairs), window, high, low)
        onset, end, ended = int(spell.onset[0]), int(spell.end[0]), bool(spell.ended[0])
        if onset < 0:
            break
        found.append(Regime(first + onset, first + end, ended))
        if not ended:
            break
        first += end
    return found, window


def tell_regimes(history: History) -> list[Told]:
    """When the regime was in force, and when it collapsed."""
    spells, window = regime_spells(history)
    entries = []
    for n, spell in enumerate(spells):
        kept = cooperation(history, spell.onset - window, spell.onset)
        ever = "in force again" if n else "in force"
        last = "the year" if window == history.per_year else span(window, history.per_year)
        text = f"The regime is {ever}: over {last} before, {_percent(kept)} of dealings were mutual restraint"
        weight = ALWAYS if n < 3 else LARGE
        entries.append(told(history, weight, spell.onset, "regime begins", text))
        if spell.ended:
            kept = cooperation(history, spell.end, spell.end + window)
            lasted = span(spell.end - spell.onset, history.per_year)
            ahead = last.replace("the year", "a year")
            text = (
                f"The regime collapses after {lasted}: for {ahead} from here only {_percent(kept)} of "
                "dealings are mutual restraint"
            )
            pairs = [
                f"{history.names[i]}-{history.names[j]}" for i, j in broken_pairs(history, spell.end, window)
            ]
            listing = f"Broken: {', '.join(pairs)}." if pairs and len(history.pairs) > 1 else ""
            entries.append(
                told(
                    history,
                    weight,
                    spell.end,
                    "regime collapses",
                    text,
                    [listing, _worst(history, spell, window)],
                )
            )
    return entries


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"


def cooperation(history: History, first: int, end: int) -> float:
    """Share of pairs that restrained each other in rounds first .. end - 1."""
    return float(history.lanes.tally.cooperating[first:end].sum()) / ((end - first) * len(history.pairs))


def broken_pairs(history: History, t: int, window: int) -> list[tuple[int, int]]:
    """Pairs that restrained each other in less than half of the rounds from t on."""
    played = history.decided.played[t : t + window] == 1
    action = (history.ended.action[t : t + window] == 1) & played
    return [(i, j) for i, j in history.pairs if (action[:, i, j] & action[:, j, i]).mean() < 0.5]


def fallen_most(history: History, spell: Regime, window: int) -> tuple[str, float] | None:
    """The term that had fallen most at a collapse, over five years or since the onset, in what broke."""
    before = max(spell.end - 5 * history.per_year, spell.onset)
    sides = [
        side
        for i, j in broken_pairs(history, spell.end, window) or history.pairs
        for side in ((i, j), (j, i))
        if history.prudent(side[0])
    ]  # fmt: skip
    if not sides or before == spell.end:
        return None
    change = np.mean([history.terms[spell.end, i, j] - history.terms[before, i, j] for i, j in sides], axis=0)
    term = int(np.argmin(change))
    return (TERMS[term], float(change[term])) if change[term] < -0.05 else None


def _worst(history: History, spell: Regime, window: int) -> str:
    found = fallen_most(history, spell, window)
    if found is None:
        return ""
    since = span(min(5 * history.per_year, spell.end - spell.onset), history.per_year)
    return f"In what broke, the term that fell most over {since}: {found[0]} ({signed(found[1])} on average)."


def tell_surveys(history: History, begun: list[int]) -> list[Told]:
    """How things stand, four times or so in a run (``begun``: rounds of the wars)."""
    years = history.rounds / history.per_year
    step = 25 if 60 <= years <= 200 else max(5, round(years / 4))
    n = len(history.names)
    off = ~np.eye(n, dtype=bool)
    entries = []
    for t in range(step * history.per_year, history.rounds - history.per_year, step * history.per_year):
        world = history.decided
        parts = [f"trust {share(float(world.trust[t][off].mean()))}"]
        if history.real(t, "norms.restraint") > 0:
            parts.append(f"norm {share(float(world.norm[t].mean()))}")
        wanting = float(world.revisionism[t].mean())
        if wanting >= 0.005:
            parts.append(f"revisionism {wanting:.2f}".replace(" 0.", " ."))
        after = count(t // history.per_year, "year")
        text = f"After {after}: {', '.join(parts)}{' on average' if n > 2 else ''}"
        if history.setting(t, "sanctions.rule") != "none":
            text += f"; credibility {share(float(world.credibility[t]))}"
        if history.buffers:
            text += f"; {int(world.sovereign[t].sum())} of {len(history.buffers)} buffer states stand"
        if begun:
            fought = sum(t - step * history.per_year <= r < t for r in begun)
            text += f"; {count(fought, 'war')} in these {step} years"
        kept = cooperation(history, t - history.per_year, t)
        text += f". In the year before, {_percent(kept)} of dealings were mutual restraint"
        entries.append(told(history, GREAT, t, "survey", text))
    return entries


def tell_end(history: History, doubts: dict[str, int], wars: int, quiet: bool) -> Told:
    """The horizon: what stands, and what was not told one by one."""
    tally = history.lanes.tally
    spells, _ = regime_spells(history)
    years = span(history.rounds, history.per_year)
    stands = bool(spells) and not spells[-1].ended
    text = f"Here the record ends, after {years}; " + ("the regime stands" if stands else "no regime stands")
    detail = []
    if quiet:
        detail.append(
            f"Nothing broke: in {years} no state that had restrained itself for two of them stopped for one."
        )
    acts = [
        count(int(tally.exploitations[0]), "exploitation") + (
            f" ({doubts['overlooked']} overlooked)" if doubts["overlooked"] else ""),
        count(doubts["mis-seen"], "act") + " of restraint mis-seen",
        *([count(doubts["talked through"], "doubt") + " talked through"] if doubts["talked through"] else []),
        count(wars, "war"),
        *([count(int(tally.buffers_lost[0]), "buffer") + " lost"] if history.buffers else []),
    ]  # fmt: skip
    total = f"{int(tally.dealt[0]):,}"
    detail.append(f"In all, of {total} acts: {', '.join(acts)}.")
    return told(history, ALWAYS, history.rounds, "end", text, detail)
