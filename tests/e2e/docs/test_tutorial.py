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
        "python -m regimesim show concert > concert.txt",
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
    told = [line for line in after if "talk it through" not in line]  # which doubts are told differs
    assert [line for line in before if line in told][: len(told)] == told and len(told) > 8
    for story, words in (
        (concert, "Britain doubts Austria"),
        (without, "Britain accuses Austria of defection, wrongly"),
    ):
        assert f"1822 Q4   {words}" in story
    assert "Britain publicly accuses Austria. France and Russia join the sanction" in without
    assert "The accusation is false: it had cooperated." in without
    counts = [re.search(r"defections, (\w+) false alarms?, (\w+) doubts", s) for s in (concert, without)]
    assert [found.groups() for found in counts] == [("one", "six"), ("five", "two")]
    looser, stricter = re.findall(r"thresholds: concert ([\d.]+).*?britain ([\d.]+)", compared)
    assert all(float(one) > float(other) for one, other in (looser, stricter))
    rows = [numbers(line)[1:] for line in members.splitlines()[1:]]
    assert min(low for _, low, _ in rows) > 0  # every absence costs some
    assert max(low for _, low, _ in rows) < min(high for *_, high in rows)  # and the intervals overlap
    plain, unmediated, distance, unsanctioned, unmistaken, neither = (
        numbers(line)[0] for line in causes.splitlines()
    )
    assert min(unmediated, distance) > plain / 2 > unsanctioned and unsanctioned < unmistaken < plain
    assert neither < plain / 10
    means = [numbers(line)[1] for line in cost.splitlines()[2:]]
    assert means == sorted(means, reverse=True) and means[-1] > 5
    lost = numbers(re.search(r"peace (\S+ \[.*?\])", compared)[1])
    assert numbers(finding.splitlines()[0])[1:4] == [round(number) for number in lost]
    assert "grievances grew" in run
