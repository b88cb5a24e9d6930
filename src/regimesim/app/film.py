"""One run, year by year, for the map: who trusts whom, who fights, which small states still stand."""

from __future__ import annotations

from typing import Any

import numpy as np

from regimesim.app.setting import Setting
from regimesim.chronicle import Chronicle, chronicle
from regimesim.scenario import Scenario
from regimesim.telling.replay import History, replay

MOST_REPLICATE = 2**32 - 1


def film(setting: Setting, replicate: int) -> dict[str, Any]:
    """The years of one run and its chronicle.

    Parameters
    ----------
    setting : Setting
    replicate : int in [0, 2**32)
    """
    history = replay(setting.present, setting.seed, replicate)
    told = chronicle(setting.present, setting.seed, replicate)
    return {
        "replicate": replicate,
        "seed": setting.seed,
        "start": setting.present.start,
        "calendar": setting.present.start != 0,
        "frames": [_frame(history, *years) for years in _years(setting.present)],
        "summary": told.summary,
        "entries": _entries(told, setting.present),
    }


def _years(scenario: Scenario) -> list[tuple[int, int]]:
    """First round and the round after the last of each year."""
    per_year, rounds = scenario.rounds_per_year, scenario.rounds
    return [(first, min(rounds, first + per_year)) for first in range(0, rounds, per_year)]


def _frame(history: History, first: int, end: int) -> dict[str, Any]:
    """How a year ended, and who fought or cooperated in it."""
    ended, decided, n = history.ended, history.decided, len(history.names)
    restrained = decided.played[first:end] & ended.action[first:end]
    both = restrained & restrained.transpose(0, 2, 1)
    i, j = np.triu_indices(n, 1)
    fought = (ended.at_war[first:end] > 0).any(0) | (decided.played[first:end] == 0).any(0)
    return {
        "capability": np.round(ended.capability[end - 1], 4).tolist(),
        "trust": np.round(ended.trust[end - 1], 3).tolist(),
        "war": [[int(a), int(b)] for a, b in zip(i, j, strict=True) if fought[a, b]],
        "standing": ended.sovereign[end - 1].astype(int).tolist(),
        "turmoil": (decided.turmoil[end - 1] > 0).astype(int).tolist(),
        "cooperation": round(float(both[:, i, j].mean()), 4),
    }


def _entries(told: Chronicle, scenario: Scenario) -> list[dict[str, Any]]:
    per_year = scenario.rounds_per_year
    last = -(-scenario.rounds // per_year) - 1
    return [
        {"date": e.date, "frame": min(last, e.round // per_year), "kind": e.kind, "text": e.text,
         "detail": list(e.detail)}
        for e in told.entries
    ]  # fmt: skip
