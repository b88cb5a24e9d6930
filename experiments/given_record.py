"""Asks each claim again over the assumptions that fit the record: python experiments/given_record.py

Each experiment's question over draws of the judgements (its function ``robust``) is asked once more, with
draws from the set of assumptions that fit the record (``configs/fits``) in place of even ones over the
declared ranges: that of the two superpowers for claims about them, that of the five powers for all others.
The shares in which each claim holds, and its contrary, are written into ``given_record.json``; ``table.py``
sets them beside the shares over the declared ranges. A name of an experiment asks that one only, and
prints.
"""

import json
import re
import sys
from inspect import signature
from pathlib import Path

from regimesim.analysis.experiments import claims_in_order, experiment, experiments, findings, rounded
from regimesim.analysis.robustness import ASSUMPTION_DRAWS as EVEN
from regimesim.analysis.robustness import drawing_from
from regimesim.simulation.assumptions import read_set

PATH = Path(__file__).resolve().parent / "given_record.json"
DRAWS = 128
OF_SUPERPOWERS = ("L14", "L15", "J4", "J5", "J6")
"""Claims about the superpowers; the rest are asked under what the five powers' record says."""
BY_WORDS = {
    "each of the three lengthens cooperation": "L11",
    "conferences lengthen cooperation": "L9",
}
"""Claims that an experiment's draws know by other names."""


def asked_again(one, fitted):
    """Shares of draws in which each claim holds under a set, as an experiment's draws say."""
    module = one.load()
    takes_scale = next(iter(signature(module.robust).parameters)) == "scale"
    with drawing_from(fitted):
        return claims_in(module.robust(DRAWS / EVEN if takes_scale else DRAWS))


def claims_in(found):
    """Shares of draws of each claim, wherever in what an experiment found."""
    shares = {}
    for name, part in found.items():
        claim = BY_WORDS.get(name, name)
        if isinstance(part, dict) and re.fullmatch(r"[LJM]\d+", claim) and "draws" in part:
            shares[claim] = part["draws"]
        elif isinstance(part, dict) and name == "claims":
            shares |= claims_in(part)
    return shares


def given_record(names):
    """Shares of every claim given the record, of some experiments."""
    sets = {name: read_set(name) for name in ("europe_1816", "superpowers_1946")}
    found = {}
    for name in names:
        one = experiment(name)
        wanted = set(findings(one.expected))
        for which, fitted in sets.items():
            mine = {c for c in wanted if (c in OF_SUPERPOWERS) == (which == "superpowers_1946")}
            if mine:
                shares = asked_again(one, fitted)
                found |= {c: {"set": which, "draws": DRAWS, **shares[c]} for c in mine & set(shares)}
        print(f"{name}: {', '.join(claims_in_order(found.keys() & wanted))}", file=sys.stderr, flush=True)
    return {claim: found[claim] for claim in claims_in_order(found)}


if __name__ == "__main__":
    chosen = sys.argv[1:]
    again = given_record(chosen or [name for name in experiments() if re.match(r"\d\d-", name)])
    text = json.dumps(rounded(again), indent=1)
    text = re.sub(r"(\{)\s+(\"value\": .*,)\s+(\"lower\": .*,)\s+(.*)\s+(\})", r"\1\2 \3 \4\5", text)
    if chosen:
        print(text)
    else:
        PATH.write_text(text + "\n", "utf-8")
