"""Every experiment: its answer at reduced size, what its page says, and (``-m verify``) the whole again.

Found by folder: a new one joins by being there. At reduced size a small change hides in the luck of few runs,
so every day one experiment is run in full, all of them in as many days as there are, and a few more at
reduced size (``rotation.py``).
"""

import re
from datetime import date, timedelta

import pytest
from rotation import TODAY, of_the_day

from regimesim.analysis.experiments import (
    SMALL_SCALE,
    differences,
    experiments,
    is_estimate,
    leaves,
    plain_answer,
)

ALL = experiments()
EACH = pytest.mark.parametrize("name", ALL)
NUMBER = r"-?\d[\d,]*(?:\.\d+)?"
INTERVAL = re.compile(rf"({NUMBER}) \[({NUMBER}), ({NUMBER})\]")


A_FEW = 4
"""Run at reduced size in a day."""


@pytest.mark.parametrize("name", of_the_day(ALL, A_FEW))
def test_a_smaller_run_agrees_with_what_is_recorded(name):
    """Within the luck of so many runs, at one error rate for the whole answer (``answer.ERROR_RATE``)."""
    compare_smaller(name)


@pytest.mark.verify
@EACH
def test_every_smaller_run_agrees_with_what_is_recorded(name):
    compare_smaller(name)


def compare_smaller(name):
    module = ALL[name].load()
    scale = getattr(module, "SMALL", SMALL_SCALE)
    assert 0 < scale < 1
    assert differences(module.run(scale), ALL[name].expected, scale) == []


def test_the_experiment_of_the_day_gives_the_recorded_numbers():
    """To the last digit that is recorded; what differs is to be recorded anew, or mended."""
    (name,) = of_the_day(ALL)
    found = differences(ALL[name].load().run(), ALL[name].expected)
    assert found == [], f"{name}, whose turn it is on {TODAY} (again: REGIMESIM_DAY={TODAY})"


def test_every_experiment_has_its_turn():
    """As many days as there are of them, or half as many with two a day, and then again."""
    days = [date(2026, 11, 28) + timedelta(k) for k in range(len(ALL) + 1)]
    turns = [of_the_day(ALL, 1, day) for day in days]
    assert sorted(name for (name,) in turns[:-1]) == sorted(ALL) and turns[-1] == turns[0]
    seven = "abcdefg"
    assert {name for day in days[:4] for name in of_the_day(seven, 2, day)} == set(seven)


@pytest.mark.verify
@EACH
def test_the_same_runs_give_the_recorded_numbers(name):
    assert differences(ALL[name].load().run(), ALL[name].expected) == []


@EACH
def test_its_page_has_all_parts(name):
    text = (ALL[name].folder / "README.md").read_text("utf-8")
    assert ALL[name].title
    for part in ("Question", "Design", "Result", "What would overturn it"):
        assert re.search(rf"^(\*\*|#+ ){part}", text, re.MULTILINE), part
    assert [
        path for path in re.findall(r"\]\(([^)#:]+)\)", text) if not (ALL[name].folder / path).exists()
    ] == []


@EACH
def test_the_intervals_on_its_page_are_those_recorded(name):
    """Every ``a [b, c]`` is an estimate of the answer, rounded; or a hundred of it (percent, a century)."""
    text = (ALL[name].folder / "README.md").read_text("utf-8")
    recorded = [part for _, part in leaves(ALL[name].expected) if is_estimate(part)]
    written = INTERVAL.findall(text)
    assert written, "no result with its interval"
    assert [
        " ".join(words) for words in written if not any(is_rounded(words, part) for part in recorded)
    ] == []


def is_rounded(words, estimate):
    ends = [estimate[end] for end in ("value", "lower", "upper")]
    return None not in ends and any(
        all(rounds_to(word, times * end) for word, end in zip(words, ends, strict=True)) for times in (1, 100)
    )


def rounds_to(word, number):
    decimals = len(word.partition(".")[2])
    return abs(float(word.replace(",", "")) - number) <= 0.5000001 * 10**-decimals


@EACH
def test_what_is_recorded_is_plain_and_its_intervals_hold_their_values(name):
    answer = ALL[name].expected
    assert plain_answer(answer) == answer
    for place, part in leaves(answer):
        if is_estimate(part) and None not in part.values():
            assert part["lower"] <= part["value"] <= part["upper"], place


def test_the_check_of_the_pages_can_fail():
    estimate = {"value": 0.2345, "lower": 0.2, "upper": 0.27}
    assert is_rounded(("0.23", "0.20", "0.27"), estimate) and is_rounded(("23", "20", "27"), estimate)
    assert not is_rounded(("0.24", "0.20", "0.27"), estimate)
