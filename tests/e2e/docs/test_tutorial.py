"""The tutorial, followed to its end: it prints what it shows, and what it says of that is true."""

import re

import pytest
from prose import typed_results
from snippets import TUTORIAL, Reader, blocks, followed


@pytest.fixture(scope="module")
def shown():
    """The outputs that the page shows."""
    return [block.text for block in blocks(TUTORIAL) if block.language == "text"]


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """What is printed where the page shows an output."""
    _, *rest = blocks(TUTORIAL)
    folder = tmp_path_factory.mktemp("first-hour")
    outputs = followed(Reader(folder))
    return [last for last, block in zip(["", *outputs], rest, strict=False) if block.language == "text"]


def test_it_prints_what_it_shows(printed, shown):
    """If only the page is old: ``python tests/support/snippets.py`` writes its outputs anew."""
    assert len(shown) >= 8
    assert printed == shown


def test_nothing_is_printed_that_is_not_shown(tmp_path):
    """The blocks without an output are those that print nothing."""
    found = blocks(TUTORIAL)
    silent = [a for a, b in zip(found, [*found[1:], None], strict=True) if b is None or b.language != "text"]
    assert {block.language for block in silent} == {"sh", "yaml", "text"}
    assert [b.text.splitlines()[-1] for b in silent if b.language == "sh"] == [
        "pip install path/to/regimesim",
        "python -m regimesim show concert > configs/scenario/without_britain.yaml",
    ]


def test_prose_types_no_result():
    prose = re.sub(r"^```.*?^```$", "", TUTORIAL.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert (
        typed_results(
            prose.replace("Python 3.11 or newer", "").replace("than it takes to read ten lines", "")
        )
        == []
    )


def numbers(line):
    return [float(word) for word in re.findall(r"-?\d+(?:\.\d+)?", line)]


def test_the_words_are_true_of_the_numbers(shown):
    run, concert, without, compared, members, causes, _, cost, finding = shown
    before, after = (story.partition("\n1822 Q1")[0].splitlines()[2:] for story in (concert, without))
    assert after == before[: len(after)] and len(after) > 8  # not a word differs until 1822
    doubts = [
        numbers(re.search(r"exploitations, (.*?) doubts", story, re.DOTALL)[1])
        for story in (concert, without)
    ]
    assert doubts[1][0] > doubts[0][0] and doubts[1][1] < doubts[0][1]
    assert "Britain doubts France" in concert and "1816 Q2" in concert
    rows = {line.split()[2]: numbers(line)[1] for line in members.splitlines()[1:]}
    assert min(numbers(line)[2] for line in members.splitlines()[1:]) > 0  # every absence costs some
    assert max(rows, key=rows.get) == "Russia" and rows["Britain"] < rows["Prussia"]
    plain, unmediated, ideas, unmistaken = (numbers(line) for line in causes.splitlines())
    assert unmediated[1] > plain[2] and ideas[2] < plain[1] / 2
    assert unmistaken[0] == 0 and unmistaken[1] < 0 < unmistaken[2]
    means = {level: mean for level, mean, _ in map(numbers, cost.splitlines()[2:])}
    assert min(means[0.2], means[0.4]) > 10 > 2 > max(means[0.6], means[0.8])
    assert numbers(finding.splitlines()[0])[1:4] == numbers(re.search(r"peace (\S+ \[.*?\])", compared)[1])
    assert "over 99" in run
