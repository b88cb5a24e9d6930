"""Writes the table of ``experiments/README.md`` from the recorded answers: python experiments/table.py"""

import json
from pathlib import Path

import yaml

from regimesim.analysis.experiments import findings, in_order, in_words

EXPERIMENTS = Path(__file__).resolve().parent
BEGIN, END = "<!-- answers: written by table.py from the recorded ones -->", "<!-- end of answers -->"
HEAD = (
    "| claim | what is claimed | answer, with 95 % interval | verdict | found again in | contrary in "
    "| experiment |\n"
    "|---|---|---|---|---|---|---|"
)


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


def row(claim, name, part, claimed):
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
        f"[{name}]({name}/README.md)",
    )
    return "| " + " | ".join(cells) + " |"


def page():
    """The page with its table as it should be."""
    text = (EXPERIMENTS / "README.md").read_text("utf-8")
    by_claim = {claim: (name, part) for claim, name, part in answers()}
    words = claims()
    rows = [
        row(claim, *by_claim[claim], words[claim]["claim"] if claim in words else by_claim[claim][1]["claim"])
        for claim in in_order(by_claim)
    ]
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    return before + "\n".join([BEGIN, "", HEAD, *rows, "", END]) + after


if __name__ == "__main__":
    (EXPERIMENTS / "README.md").write_text(page(), "utf-8")
