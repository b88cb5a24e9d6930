"""Writes the tables of ``lipson.md`` and ``jervis.md`` from ``claims.yaml``: python seeds/tables.py"""

import re
from pathlib import Path

import yaml

SEEDS = Path(__file__).resolve().parent
BEGIN, END = "<!-- claims: written by tables.py from claims.yaml -->", "<!-- end of claims -->"
HEAD = "| id | claim | carried by | asked in | tested by |\n|---|---|---|---|---|"


def claims():
    """All claims, in the order of the file."""
    return yaml.safe_load((SEEDS / "claims.yaml").read_text("utf-8"))


def anchors():
    """The link of every section of the model's page, by its number."""
    page = (SEEDS.parent / "docs/model.md").read_text("utf-8")
    found = {}
    for number, title in re.findall(r"^##+ (\d(?:\.\d)?) (.+)$", page, re.MULTILINE):
        words = re.sub(r"[^\w\- ]", "", f"{number} {title}".lower()).replace(" ", "-")
        found[number] = f"../docs/model.md#{words}"
    return found


def row(claim, sections):
    """A claim as a row of a table."""
    carried = claim["mechanism"]
    places = [f"[{number}]({sections[number]})" for number in carried["sections"]]
    places += [f"[{module}](../src/regimesim/{module})" for module in carried["modules"]]
    asked = [f"[{name}](../experiments/{name}/README.md)" for name in claim["experiments"]]
    tested = [f"[{test.partition('::')[2]}](../{test.partition('::')[0]})" for test in claim["tests"]]
    says = f" *The model says:* {claim['model_says']}" if "model_says" in claim else ""
    cells = (
        f"**{claim['id']}**",
        f"{claim['claim']} ({claim['where']}){says}",
        f"{carried['words']}: {', '.join(places)}",
        ", ".join(asked),
        ", ".join(tested),
    )
    return "| " + " | ".join(" ".join(cell.split()) for cell in cells) + " |"


def page(source):
    """The page of a source with its table as it should be."""
    text = (SEEDS / f"{source}.md").read_text("utf-8")
    sections = anchors()
    rows = [row(claim, sections) for claim in claims() if claim["source"] == source]
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    return before + "\n".join([BEGIN, "", HEAD, *rows, "", END]) + after


if __name__ == "__main__":
    for name in ("lipson", "jervis"):
        (SEEDS / f"{name}.md").write_text(page(name), "utf-8")
