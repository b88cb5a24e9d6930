"""Writes the table of ``experiments/README.md`` from the recorded answers: python experiments/table.py"""

import json
from pathlib import Path

import yaml

from regimesim.analysis.experiments import RARE, claims_in_order, findings, in_words
from regimesim.analysis.robustness import told_apart

EXPERIMENTS = Path(__file__).resolve().parent
BEGIN, END = "<!-- answers: written by table.py from the recorded ones -->", "<!-- end of answers -->"
HEAD = (
    "| claim | what is claimed | answer, with 95 % interval | verdict | found again in | contrary in "
    "| given the record | contrary, given it | does the record tell? | take home | experiment |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|"
)
SURE, LIKELY = 0.75, 0.25
"""Shares of the draws that fit from which on a claim that has no contrary there is sure, or likely."""


def claims():
    """Every claim of the sources by its id."""
    listed = yaml.safe_load((EXPERIMENTS.parent / "seeds/claims.yaml").read_text("utf-8"))
    return {claim["id"]: claim for claim in listed}


def recorded(name):
    """The recorded answer of an experiment."""
    return json.loads((EXPERIMENTS / name / "expected.json").read_text("utf-8"))


def answers():
    """What was found for each claim: the findings of the experiments."""
    found = []
    for folder in sorted(path.parent for path in EXPERIMENTS.glob("[0-9][0-9]-*/expected.json")):
        answer = recorded(folder.name)
        by_seed = answer.get("verdicts by seed", {}).values()
        for claim, part in findings(answer).items():
            same = len({verdicts[claim] for verdicts in by_seed}) <= 1
            found.append((claim, folder.name, {**part, "same at other seeds": same}))
    return found


def percent(share):
    """A share and its interval in percent."""
    return in_words({end: 100 * share[end] for end in share}) + " %"


def given_record():
    """Shares of draws that fit the record in which claims hold, by claim (``given_record.py``)."""
    return json.loads((EXPERIMENTS / "given_record.json").read_text("utf-8"))


def take_home(given):
    """Say in one word what a reader may take home of a claim."""
    holds, contrary = (given[word]["value"] for word in ("holds", "contrary"))
    if contrary >= RARE:
        return "depends" if holds >= RARE else "no"
    return "yes" if holds >= SURE else "likely" if holds >= LIKELY else "unclear"


def identified(given, draws):
    """Say whether the record moves a claim's shares beyond luck."""
    tells = any(told_apart(given[word], draws[word]) for word in ("holds", "contrary"))
    return "yes" if tells else "not identified"


def row(claim, name, part, claimed, given):
    """One claim as a row."""
    number = (
        in_words(part["estimate"])
        if part["estimate"]["lower"] is not None
        else f"{part['estimate']['value']:.3g}"
    )
    words = " ".join(part["where"].split())
    verdict = " ".join([f"**{part['verdict']}**", words]).strip()
    if not part["same at other seeds"]:
        verdict += " (not the same at other seeds)"
    draws = part["robustness"]["draws"]
    source = {"L": "../seeds/lipson.md", "J": "../seeds/jervis.md", "M": "../docs/model.md"}[claim[0]]
    cells = (
        f"[{claim}]({source})",
        " ".join(claimed.split()),
        f"{number} {part['measured']}",
        verdict,
        percent(draws["holds"]),
        percent(draws["contrary"]),
        percent(given["holds"]),
        percent(given["contrary"]),
        identified(given, draws),
        f"**{take_home(given)}**",
        f"[{name}]({name}/README.md)",
    )
    return "| " + " | ".join(cells) + " |"


def page():
    """The page with its table as it should be."""
    text = (EXPERIMENTS / "README.md").read_text("utf-8")
    by_claim = {claim: (name, part) for claim, name, part in answers()}
    words, again = claims(), given_record()
    rows = [
        row(
            claim,
            *by_claim[claim],
            words[claim]["claim"] if claim in words else by_claim[claim][1]["claim"],
            again[claim],
        )
        for claim in claims_in_order(by_claim)
    ]
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    return before + "\n".join([BEGIN, "", HEAD, *rows, "", END]) + after


if __name__ == "__main__":
    (EXPERIMENTS / "README.md").write_text(page(), "utf-8")
