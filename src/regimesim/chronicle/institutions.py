"""The institution and the whole: accusations and answers to them, credibility, the regime and its end."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from regimesim.chronicle.entries import (
    ALWAYS,
    GREAT,
    LARGE,
    Told,
    count,
    dated_entry,
    likely,
    share_text,
    signed,
    span,
    times,
)
from regimesim.chronicle.replay import History
from regimesim.core.spells import regimes
from regimesim.scenario.messages import listed
from regimesim.simulation.columns import TERMS

MOST_SANCTIONS = 6
MOST_FALLS = 5


def tell_sanctions(history: History) -> list[Told]:
    """Who was accused, who joined, and what came of it; accusations less than a year apart are one."""
    entries: list[Told] = []
    for i in range(len(history.names)):
        episode: list[int] = []
        for t in (int(t) for t in np.flatnonzero(history.ended.sanction[:, i] >= 0)):
            if episode and (
                t - episode[-1] > history.per_year or history.phase[t] != history.phase[episode[-1]]
            ):
                entries.append(_episode(history, i, episode))
                episode = []
            episode.append(t)
        if episode:
            entries.append(_episode(history, i, episode))
    entries.sort(key=lambda x: x.entry.round)
    if entries:
        entries[0] = entries[0]._replace(weight=entries[0].weight + 2)
    return sorted(entries, key=lambda x: (-x.weight, x.entry.round))[:MOST_SANCTIONS]


def _episode(history: History, i: int, episode: list[int]) -> Told:
    ended, own, t = history.ended, history.names[i], episode[0]
    rule = str(history.setting(t, "sanctions.rule"))
    mass = [float(ended.sanction[r, i]) for r in episode]
    detail = [] if rule == "balancing" else [_accusations(history, i, episode)]
    if len(episode) == 1:
        text = f"{_charge(history, i, t, rule)} {_episode_outcome(history, i, t, rule)}"
    else:
        verb = "is opposed for its strength" if rule == "balancing" else "is publicly accused"
        text = f"{own} {verb} in {count(len(episode), 'round')} by {history.date(episode[-1])}. "
        text += _outcomes(history, i, episode, rule)
    detail += _price(history, i, episode, rule)
    before, after = float(history.decided.credibility[t]), float(ended.credibility[episode[-1]])
    if abs(after - before) >= 0.005:
        detail.append(f"Credibility of enforcement {share_text(before)} -> {share_text(after)}.")
    weight = LARGE + 1 + min(1.0, abs(after - before) * 4) + 0.5 * max(mass)
    return dated_entry(history, weight, t, "sanction", text, detail)


def _charge(history: History, i: int, t: int, rule: str) -> str:
    own, names = history.names[i], history.names
    if rule == "balancing":
        live = (history.decided.open[t, i] == 1) & (history.decided.withheld[t, i] == 0)
        victims = np.flatnonzero(live & (history.ended.action[t, i] == 0))
        others = listed([names[int(j)] for j in victims if j != i])
        strength = share_text(float(history.decided.capability[t, i]))
        return f"{own} ({strength} of all capability) defects against {others}."
    accusers = [names[int(j)] for j in np.flatnonzero(history.ended.accuses[t, :, i])]
    return f"{listed(accusers)} publicly accuse{'s' if len(accusers) == 1 else ''} {own}."


def _joined_by(history: History, i: int, t: int) -> list[str]:
    return [history.names[int(k)] for k in np.flatnonzero(history.ended.joined[t, :, i])]


def _episode_outcome(history: History, i: int, t: int, rule: str) -> str:
    joined, mass = _joined_by(history, i, t), float(history.ended.sanction[t, i])
    if rule == "centralized":
        if mass > 0:
            return f"The vote passes: {listed(joined)} exclude{'s' if len(joined) == 1 else ''} it (M 1)."
        objectors = vetoes(history, i, t)
        if not objectors:
            return "The vote fails for want of votes."
        return f"The vote fails: {listed(objectors)} object{'s' if len(objectors) == 1 else ''} (veto)."
    if not joined:
        return "Nobody acts against it (M 0)."
    acts = {"collective": "stand with the victim and exclude it", "balancing": "balance against it"}
    how = acts.get(rule, "join the sanction and exclude it")
    if len(joined) == 1:
        first, _, rest = how.partition(" ")
        how = f"{first}s {rest}".replace("and exclude", "and excludes")
    return f"{listed(joined)} {how} (M {likely(mass)})."


def _price(history: History, i: int, episode: list[int], rule: str) -> list[str]:
    """Say what exclusion costs those who join, and the state that is excluded."""
    m, names, lines = history.per_year, history.names, []
    t = next((t for t in episode if _joined_by(history, i, t)), None)
    if t is None:
        return []
    alike: dict[tuple[str, str], list[str]] = {}
    for k in np.flatnonzero(history.ended.joined[t, :, i]):
        flat = history.real(t, "sanctions.cost")
        own = float(history.reckoned.excluded[t, k, i]) / m if history.decided.open[t, k, i] else 0.0
        alike.setdefault((f"{flat + own:.1f}", f"{own:.1f}"), []).append(names[k])
    costs = [
        f"{listed(who)} {whole}{' each' if len(who) > 1 else ''} ({own} of it in dealings with {names[i]})"
        for (whole, own), who in alike.items()
    ]
    lines.append(f"What joining costs{'' if len(episode) == 1 else ' the first time'}: {'; '.join(costs)}.")
    lost = sum(
        float(history.reckoned.excluded[t, i, k]) / m
        for k in np.flatnonzero(history.ended.joined[t, :, i])
        if history.decided.open[t, i, k]
    )
    fine = history.real(t, "sanctions.severity") if rule == "centralized" else 0.0
    lines.append(
        f"{names[i]} loses dealings worth {lost:.1f}{f' and pays {fine:g} a year' if fine else ''}; it is "
        f"excluded until {_excluded_until(history, i, t)}."
    )
    return lines


def _excluded_until(history: History, i: int, t: int) -> str:
    """When the estrangements that a sanction of round t brought, or prolonged, are over."""
    joined = np.flatnonzero(history.ended.joined[t, :, i])
    after = history.decided.left[t + 1 :, i, joined] + history.decided.left[t + 1 :, joined, i] > 0
    apart = after.any(axis=1)
    if apart.all():
        return "the end of the record"
    return history.date(t + 1 + int(np.argmin(apart)))


def _outcomes(history: History, i: int, episode: list[int], rule: str) -> str:
    mass = [float(history.ended.sanction[r, i]) for r in episode]
    acted = sum(m > 0 for m in mass)
    if rule == "centralized":
        failed = [r for r, m in zip(episode, mass, strict=True) if m == 0]
        objectors = sorted({name for r in failed for name in vetoes(history, i, r)})
        veto = f" ({listed(objectors)} would not have it: veto)" if objectors else ""
        return "No vote passes" + veto + "." if not acted else f"The vote passes {times(acted)}{veto}."
    names = {name: sum(name in _joined_by(history, i, r) for r in episode) for name in history.names}
    joined = [f"{name} {times(n)}" for name, n in sorted(names.items(), key=lambda x: -x[1]) if n]
    if not joined:
        return "Nobody ever acts against it (M 0)."
    return f"Against it act {listed(joined)} (M {likely(float(np.mean(mass)))} on average)."


def _accusations(history: History, i: int, episode: list[int]) -> str:
    """Say how many of the accusations that made the case were false."""
    accuses = history.ended.accuses[episode, :, i] == 1
    false = int((accuses & (history.ended.action[episode, i, :] == 1)).sum())
    total = int(accuses.sum())
    if not false:
        return ""
    if false == total == 2:
        return "Both accusations are false."
    if total == 1:
        return "The accusation is false: it had cooperated."
    if false == total:
        return f"All {count(total, 'accusation')} are false."
    return f"Of {total} accusations {false} {'is' if false == 1 else 'are'} false."


def vetoes(history: History, i: int, t: int) -> list[str]:
    """Members that object to a sanction against i."""
    phase, floor = history.phase_at(t), history.real(t, "sanctions.veto_affinity")
    return [
        history.names[k]
        for k, state in enumerate(phase.states)
        if state["veto"] and history.decided.member[t, k] and (k == i or phase.affinity[k][i] > floor)
    ]


def tell_credibility(history: History) -> list[Told]:
    """Falls of credibility to a new lowest tenth, the last of each year."""
    lowest = math.ceil(history.real(0, "sanctions.credibility") * 10 - 1e-9)
    falls: list[tuple[int, float]] = []
    for t in range(history.rounds):
        now = float(history.ended.credibility[t])
        tenth = math.ceil(now * 10 - 1e-9)
        if tenth < lowest:
            lowest = tenth
            if falls and t - falls[-1][0] < history.per_year:
                falls.pop()
            falls.append((t, now))
    entries = []
    for t, now in falls:
        accused = [int(i) for i in np.flatnonzero(history.ended.sanction[t] >= 0)]
        names = listed([history.names[i] for i in accused])
        text = f"Credibility of enforcement falls to {share_text(now)}: too little was done about {names}"
        entries.append(dated_entry(history, LARGE, t, "credibility", text))
    return entries[:MOST_FALLS]


class Regime(NamedTuple):
    """Rounds onset .. end - 1; ``ended`` is False where the horizon came first."""

    onset: int
    end: int
    ended: bool


def regime_spells(history: History) -> tuple[list[Regime], int]:
    """All regimes of the run, and the measure's year in rounds (model.md 6)."""
    scenario, path = history.scenario, history.lanes.tally.cooperating
    window = scenario.window_rounds
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
    """When the regime was in force, and when it collapsed; the first three and the last always."""
    spells, window = regime_spells(history)
    entries = []
    for n, spell in enumerate(spells):
        kept = cooperation(history, spell.onset - window, spell.onset)
        ever = "in force again" if n else "in force"
        last = "the year" if window == history.per_year else span(window, history.per_year)
        text = f"The regime is {ever}: over {last} before, {_percent(kept)} of pairs cooperated"
        weight = ALWAYS if n < 3 or n == len(spells) - 1 else LARGE
        begins = dated_entry(history, weight, spell.onset, "regime begins", text)
        entries.append(begins)
        if spell.ended:
            kept = cooperation(history, spell.end, spell.end + window)
            lasted = span(spell.end - spell.onset, history.per_year)
            ahead = last.replace("the year", "a year")
            left = f"only {_percent(kept)} of pairs cooperate"
            after = f"after {lasted}" if spell.end > spell.onset else "at once"
            text = f"The regime collapses {after}: for {ahead} from here {left}"
            pairs = [
                f"{history.names[i]}-{history.names[j]}" for i, j in broken_pairs(history, spell.end, window)
            ]
            listing = f"Broken: {', '.join(pairs)}." if pairs and len(history.pairs) > 1 else ""
            detail = [listing, _worst(history, spell, window)]
            collapses = dated_entry(history, weight, spell.end, "regime collapses", text, detail)
            entries.append(collapses._replace(after=begins.entry))
    return entries


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"


def cooperation(history: History, first: int, end: int) -> float:
    """Share of pairs that cooperated in rounds first .. end - 1."""
    return float(history.lanes.tally.cooperating[first:end].sum()) / ((end - first) * len(history.pairs))


def broken_pairs(history: History, t: int, window: int) -> list[tuple[int, int]]:
    """Pairs that cooperated in less than half of the rounds from t on."""
    live = history.decided.open[t : t + window] == 1
    action = (history.ended.action[t : t + window] == 1) & live
    return [(i, j) for i, j in history.pairs if (action[:, i, j] & action[:, j, i]).mean() < 0.5]


def gave_way(history: History, spell: Regime, window: int) -> int:
    """The first round of the bad window in which fewer pairs cooperate than the threshold asks for."""
    path = history.lanes.tally.cooperating[spell.end : spell.end + window, 0]
    low = float(history.scenario["measure.collapse"]) * len(history.pairs)
    return spell.end + int(np.argmax(path < low))


def fallen_most(history: History, spell: Regime, window: int) -> tuple[str, float] | None:
    """The term that had fallen most at a collapse, over five years or since the onset, in what broke."""
    way = gave_way(history, spell, window)
    before = max(way - 5 * history.per_year, spell.onset)
    sides = [
        side
        for i, j in broken_pairs(history, spell.end, window) or history.pairs
        for side in ((i, j), (j, i))
        if history.prudent(side[0])
    ]
    if not sides or before == way:
        return None
    change = np.mean([history.terms[way, i, j] - history.terms[before, i, j] for i, j in sides], axis=0)
    term = int(np.argmin(change))
    return (TERMS[term], float(change[term])) if change[term] < -0.05 else None


def _worst(history: History, spell: Regime, window: int) -> str:
    found = fallen_most(history, spell, window)
    if found is None:
        return ""
    way = gave_way(history, spell, window)
    since = span(min(5 * history.per_year, way - spell.onset), history.per_year)
    return f"In what broke, the term that fell most over {since}: {found[0]} ({signed(found[1])} on average)."


def tell_surveys(history: History, begun: list[int]) -> list[Told]:
    """Survey how things stand, four times or so in a run (``begun``: rounds of the wars)."""
    years = history.rounds / history.per_year
    step = 25 if 60 <= years <= 200 else max(5, round(years / 4))
    n = len(history.names)
    off = ~np.eye(n, dtype=bool)
    entries = []
    for t in range(step * history.per_year, history.rounds - history.per_year, step * history.per_year):
        world = history.decided
        parts = [f"trust {share_text(float(world.trust[t][off].mean()))}"]
        if history.real(t, "norms.restraint") > 0:
            parts.append(f"norm {share_text(float(world.norm[t].mean()))}")
        wanting = float(world.revisionism[t].mean())
        if wanting >= 0.005:
            parts.append(f"revisionism {wanting:.2f}".replace(" 0.", " ."))
        after = count(t // history.per_year, "year")
        text = f"After {after}: {', '.join(parts)}{' on average' if n > 2 else ''}"
        if history.setting(t, "sanctions.rule") != "none":
            text += f"; credibility {share_text(float(world.credibility[t]))}"
        if history.buffers:
            text += f"; {int(world.sovereign[t].sum())} of {len(history.buffers)} buffer states stand"
        if begun:
            fought = sum(t - step * history.per_year <= r < t for r in begun)
            text += f"; {count(fought, 'war')} in these {step} years"
        kept = cooperation(history, t - history.per_year, t)
        text += f". In the year before, {_percent(kept)} of pairs cooperated"
        entries.append(dated_entry(history, GREAT, t, "survey", text))
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
            f"Nothing broke: in {years} no state that had cooperated for two of them stopped for one."
        )
    kinds = [int(x) for x in tally.estrangements[:, 0]]
    apart = [
        count(n, noun, plural)
        for n, noun, plural in zip(
            kinds, ("misunderstanding", "breach", "sanction"), ("", "breaches", ""), strict=True
        )
        if n
    ]
    acts = [
        count(doubts["defections"], "defection")
        + (f" ({doubts['overlooked']} overlooked)" if doubts["overlooked"] else ""),
        count(doubts["false alarms"], "false alarm"),
        *([count(doubts["talked through"], "doubt") + " talked through"] if doubts["talked through"] else []),
        *([count(doubts["forgiven"], "offence") + " let pass"] if doubts["forgiven"] else []),
        count(sum(kinds), "estrangement") + (f" ({', '.join(apart)})" if apart else ""),
        count(wars, "war"),
        *([count(int(tally.buffers_lost[0]), "buffer") + " lost"] if history.buffers else []),
    ]
    total = f"{int(tally.dealt[0]):,}"
    detail.append(f"In all, of {total} acts: {', '.join(acts)}.")
    return dated_entry(history, ALWAYS, history.rounds, "end", text, detail)
