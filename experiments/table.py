"""Writes the table of ``experiments/README.md`` from the recorded answers: python experiments/table.py"""

import json
from pathlib import Path

import yaml

from regimesim.analysis.experiments import findings, in_order, in_words, is_estimate

EXPERIMENTS = Path(__file__).resolve().parent
BEGIN, END = "<!-- answers: written by table.py from the recorded ones -->", "<!-- end of answers -->"
RARE = 0.05
HEAD = (
    "| claim | what is claimed | answer, with 95 % interval | verdict | found again in | experiment |\n"
    "|---|---|---|---|---|---|"
)


def claims():
    """Every claim of the sources by its id."""
    listed = yaml.safe_load((EXPERIMENTS.parent / "seeds/claims.yaml").read_text("utf-8"))
    return {claim["id"]: claim for claim in listed}


def recorded(name):
    """The recorded answer of an experiment."""
    return json.loads((EXPERIMENTS / name / "expected.json").read_text("utf-8"))


def place(answer, path):
    """A part of an answer by its place."""
    for name in path:
        answer = answer[name]
    return answer


def answers():
    """What was found for each claim: findings of the experiments, and those that ``answers.yaml`` names."""
    found = []
    for folder in sorted(path.parent for path in EXPERIMENTS.glob("[0-9][0-9]-*/expected.json")):
        for claim, part in findings(recorded(folder.name)).items():
            found.append((claim, folder.name, {**part, "holds": part["robustness"]["draws"]}))
    listed = yaml.safe_load((EXPERIMENTS / "answers.yaml").read_text("utf-8"))
    for part in listed:
        answer = recorded(part["experiment"])
        number = place(answer, part["estimate"])
        holds = place(answer, part["holds"])
        found.append((part["claim"], part["experiment"], {**part, "estimate": number, "holds": holds}))
    return found


def percent(share):
    """A share and its interval in percent."""
    return in_words({end: 100 * share[end] for end in share}) + " %"


def again(draws, found):
    """In how many draws an answer was found again, and its contrary where that is no rarity."""
    words = percent(draws["holds"]) + (f" ({found})" if found else "")
    if draws["contrary"]["value"] >= RARE:
        words += f"; the contrary in {percent(draws['contrary'])}"
    return words


def row(claim, name, part, claimed):
    """One claim as a row."""
    number = in_words(part["estimate"]) if is_estimate(part["estimate"]) else f"{part['estimate']:.3g}"
    words = " ".join(part["where"].split())
    verdict = " ".join([f"**{part['verdict']}**", words]).strip()
    holds = again(part["holds"], part.get("found", ""))
    source = "lipson" if claim[0] == "L" else "jervis"
    cells = (
        f"[{claim}](../seeds/{source}.md)",
        " ".join(claimed.split()),
        f"{number} {part['measured']}",
        verdict,
        holds,
        f"[{name}]({name}/README.md)",
    )
    return "| " + " | ".join(cells) + " |"


def page():
    """The page with its table as it should be."""
    text = (EXPERIMENTS / "README.md").read_text("utf-8")
    by_claim = {claim: (name, part) for claim, name, part in answers()}
    words = claims()
    rows = [row(claim, *by_claim[claim], words[claim]["claim"]) for claim in in_order(by_claim)]
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    return before + "\n".join([BEGIN, "", HEAD, *rows, "", END]) + after


if __name__ == "__main__":
    (EXPERIMENTS / "README.md").write_text(page(), "utf-8")
