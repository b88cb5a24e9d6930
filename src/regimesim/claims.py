"""What becomes of a claim of the sources, and the table of all of them.

An experiment that bears on claims has in its answer, under ``claims`` and the claim's id, a *finding*: the
verdict, the estimate that carries it, and how far it holds over the judgements
(:mod:`regimesim.robustness`). The table in ``experiments/README.md`` is written from these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from regimesim.answer import OPEN, told
from regimesim.survival import Estimate

BORNE_OUT: Literal["borne out"] = "borne out"
NOT: Literal["not borne out"] = "not borne out"
ONLY: Literal["only where"] = "only where"


def verdict(*parts: str) -> str:
    """What becomes of a claim of several parts.

    Parameters
    ----------
    *parts : {"more", "less", "same", "open"}
        For each part the sign (:func:`regimesim.answer.sign`) of what is claimed to be positive.

    Examples
    --------
    >>> verdict("more", "more"), verdict("more", "same"), verdict("less"), verdict("more", "open")
    ('borne out', 'only where', 'not borne out', 'open')
    """
    if OPEN in parts:
        return OPEN
    held = [part == "more" for part in parts]
    return BORNE_OUT if all(held) else ONLY if any(held) else NOT


def finding(
    outcome: str, measured: str, estimate: Estimate, robust: Mapping[str, Any], where: str = ""
) -> dict[str, Any]:
    """A claim's part of an answer.

    Parameters
    ----------
    outcome : str
        As :func:`verdict` gives it.
    measured : str
        What the estimate is of, in words without numbers that luck could move.
    estimate : Estimate
        The number that carries the verdict best.
    robust : mapping
        Of :func:`regimesim.robustness.robustness`: where what was found here is found again.
    where : str
        Of a claim that holds only somewhere: where, or which part of it.
    """
    return {
        "verdict": outcome,
        "where": where,
        "measured": measured,
        "estimate": told(estimate),
        "robustness": robust,
    }


def findings(answer: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The findings in an experiment's answer by claim; none where it bears on no claim."""
    return dict(answer.get("claims", {}))


def in_order(ids: Iterable[str]) -> list[str]:
    """Ids of claims by source and number: L1, L2, .. L20, J1, .."""
    return sorted(ids, key=lambda name: ("LJ".index(name[0]), int(name[1:])))
