"""The institution: who was accused, who acted, and whether enforcement was believed in."""

from __future__ import annotations

import math

import numpy as np

from regimesim.telling.entries import LARGE, Told, told
from regimesim.telling.replay import History
from regimesim.telling.wording import count, likely, listed, share, times

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
        text = f"{_charge(history, i, t, rule)} {_outcome(history, i, t, rule)}"
    else:
        verb = "is opposed for its strength" if rule == "balancing" else "is publicly accused"
        text = f"{own} {verb} in {count(len(episode), 'round')} by {history.date(episode[-1])}. "
        text += _outcomes(history, i, episode, rule)
    undone = int(ended.undone[episode, i].any(1).sum())
    if undone:
        detail.append(f"What it gained is undone{'' if len(episode) == 1 else ' ' + times(undone)}.")
    before, after = float(history.decided.credibility[t]), float(ended.credibility[episode[-1]])
    if abs(after - before) >= 0.005:
        detail.append(f"Credibility of enforcement {share(before)} -> {share(after)}.")
    weight = LARGE + 1 + min(1.0, abs(after - before) * 4) + 0.5 * max(mass) + (0.5 if undone else 0)
    return told(history, weight, t, "sanction", text, detail)


def _charge(history: History, i: int, t: int, rule: str) -> str:
    own, names = history.names[i], history.names
    if rule == "balancing":
        victims = np.flatnonzero((history.decided.played[t, i] == 1) & (history.ended.action[t, i] == 0))
        others = listed([names[int(j)] for j in victims if j != i])
        strength = share(float(history.decided.capability[t, i]))
        return f"{own} ({strength} of all capability) exploits {others}."
    accusers = [names[int(j)] for j in np.flatnonzero(history.ended.accuses[t, :, i])]
    return f"{listed(accusers)} publicly accuse{'s' if len(accusers) == 1 else ''} {own}."


def _joined(history: History, i: int, t: int) -> list[str]:
    return [history.names[int(k)] for k in np.flatnonzero(history.ended.joined[t, :, i])]


def _outcome(history: History, i: int, t: int, rule: str) -> str:
    joined, mass = _joined(history, i, t), float(history.ended.sanction[t, i])
    if rule == "centralized":
        if mass > 0:
            return "The vote passes: all other members sanction it (M 1)."
        objectors = vetoes(history, i, t)
        if not objectors:
            return "The vote fails for want of votes."
        return f"The vote fails: {listed(objectors)} object{'s' if len(objectors) == 1 else ''} (veto)."
    if not joined:
        return "Nobody acts against it (M 0)."
    acts = {"collective": "stand with the victim", "balancing": "balance against it"}
    how = acts.get(rule, "join the sanction")
    if len(joined) == 1:
        first, _, rest = how.partition(" ")
        how = f"{first}s {rest}"
    return f"{listed(joined)} {how} (M {likely(mass)})."


def _outcomes(history: History, i: int, episode: list[int], rule: str) -> str:
    mass = [float(history.ended.sanction[r, i]) for r in episode]
    acted = sum(m > 0 for m in mass)
    if rule == "centralized":
        failed = [r for r, m in zip(episode, mass, strict=True) if m == 0]
        objectors = sorted({name for r in failed for name in vetoes(history, i, r)})
        veto = f" ({listed(objectors)} would not have it: veto)" if objectors else ""
        return "No vote passes" + veto + "." if not acted else f"The vote passes {times(acted)}{veto}."
    names = {name: sum(name in _joined(history, i, r) for r in episode) for name in history.names}
    joined = [f"{name} {times(n)}" for name, n in sorted(names.items(), key=lambda x: -x[1]) if n]
    if not joined:
        return "Nobody ever acts against it (M 0)."
    return f"Against it act {listed(joined)} (M {likely(float(np.mean(mass)))} on average)."


def _accusations(history: History, i: int, episode: list[int]) -> str:
    """How many of the public accusations were false."""
    accuses = history.ended.accuses[episode, :, i] == 1
    false = int((accuses & (history.ended.action[episode, i, :] == 1)).sum())
    total = int(accuses.sum())
    if not false:
        return ""
    if false == total == 2:
        return "Both accusations are false."
    if total == 1:
        return "The accusation is false: it had restrained itself."
    if false == total:
        return f"All {count(total, 'accusation')} are false."
    return f"Of {total} accusations {false} {'is' if false == 1 else 'are'} false."


def vetoes(history: History, i: int, t: int) -> list[str]:
    """Members that object to a sanction against i."""
    phase, floor = history.phase_at(t), history.real(t, "sanctions.veto_affinity")
    return [
        history.names[k] for k, state in enumerate(phase.states)
        if state["veto"] and history.decided.member[t, k] and (k == i or phase.affinity[k][i] > floor)
    ]  # fmt: skip


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
        text = f"Credibility of enforcement falls to {share(now)}: too little was done about {names}"
        entries.append(told(history, LARGE, t, "credibility", text))
    return entries[:MOST_FALLS]
