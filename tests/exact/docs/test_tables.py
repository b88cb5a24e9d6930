"""Tables of the pages: each has a row of heads, and no head is empty."""

import re

import pytest
from checkout import ROOT

WRITTEN = sorted(path for part in ("*.md", "docs/**/*.md", "experiments/**/*.md", "seeds/*.md")
                 for path in ROOT.glob(part))  # fmt: skip
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
TABLE = re.compile(r"(?:^ *\|.*\n?)+", re.MULTILINE)


def unnamed(text):
    """First lines of tables that have no row of heads, or an empty head."""
    found = []
    for table in TABLE.findall(FENCED.sub("", text)):
        head, rule, *_ = [*table.splitlines(), "", ""]
        cells = [cell.strip() for cell in head.strip().strip("|").split("|")]
        if not all(cells) or not re.fullmatch(r" *\|(?: *:?-+:? *\|)+", rule):
            found.append(head)
    return found


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_column_of_a_table_has_a_head(page):
    assert unnamed(page.read_text("utf-8")) == []


def test_tables_without_heads_are_found():
    good = "| a | b |\n|---|---:|\n| 1 |  |\n"
    assert unnamed(good) == [] == unnamed(f"```\n{good.replace('a', '')}```\n")
    assert unnamed(f"x\n\n{good.replace('a', '')}\n{good}") == ["|  | b |"]
    assert unnamed("| 1 | 2 |\n| 3 | 4 |\n") == ["| 1 | 2 |"]
