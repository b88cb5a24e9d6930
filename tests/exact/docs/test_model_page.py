"""``docs/model.md`` against the code: names, draws, the order of the round, neutral values, code."""

import ast
import inspect
import math
import random
import re

import numpy as np
import pytest
from checkout import ROOT

from regimesim.core import draws, elementary, kernel
from regimesim.core.compiler import entry
from regimesim.scenario.messages import show
from regimesim.scenario.parameters import BUFFER, BY_NAME, FIXED, STATE
from regimesim.scenario.reading import read_scenario
from regimesim.simulation.columns import QUANTITIES, THRESHOLDS
from regimesim.simulation.simulate import simulate

PAGE = (ROOT / "docs/model.md").read_text(encoding="utf-8")
NAME = re.compile(r"`([a-z_]+\.[a-z_]+)`")
FORMULAS = re.findall(r"^(?: {4}\S.*\n| {6,}.*\n)+", re.sub(r"```.*?```", "", PAGE, flags=re.S), re.MULTILINE)


def section(number):
    """The text under a heading, up to the next one of its rank or above."""
    rank = "##" if "." not in number else "##+"
    found = re.search(rf"^##+ {re.escape(number)} .*?(?=^{rank} |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"no section {number}"
    return found[0]


def rows(text):
    """The cells of every table row."""
    lines = [line for line in text.splitlines() if line.startswith("|") and "---" not in line]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_sections_that_the_code_refers_to_are_there():
    numbers = set()
    for path in [*ROOT.glob("src/regimesim/**/*.py"), *ROOT.glob("tests/**/*.py")]:
        numbers |= set(re.findall(r"model\.md(?:``)?(?:,? section)? (\d(?:\.\d)?)", path.read_text("utf-8")))
    numbers |= {p.source for p in BY_NAME.values() if re.fullmatch(r"\d(\.\d)?", p.source)}
    assert len(numbers) > 8
    for number in sorted(numbers | {f"4.{n}" for n in range(1, 8)}):
        section(number)


def test_every_parameter_named_on_the_page_exists_and_every_parameter_is_on_it():
    names = {name for name in NAME.findall(PAGE) if not name.endswith((".py", ".md", ".yaml"))}
    assert names - set(BY_NAME) == set()
    symbols = {name for name in BY_NAME if re.search(rf"(?<![\w.]){BY_NAME[name].key}(?!\w)", PAGE)}
    assert set(BY_NAME) - names - symbols == set()


def test_symbols_are_those_declared():
    cells = [cell for row in rows(section("2")) if len(row) == 4 for cell in (row[:2], row[2:])]
    listed = {name.strip("`"): symbol for symbol, name in cells if name.startswith("`")}
    declared = {p.name: p.symbol for p in BY_NAME.values() if p.symbol not in ("", p.key)}
    for name in IN_WORDS:
        assert f"`{name}`" in section("2")
        del declared[name]
    assert listed == declared


IN_WORDS = ("shadow.resolve", "war.years")
"""Parameters for which the formulas have what a state or a round makes of them, r_i and w."""


def test_formulas_use_declared_names_only():
    """Whatever in a formula is not a word of the text, a variable with indices or a letter is a parameter."""
    assert len(FORMULAS) > 10
    known = {p.key for p in BY_NAME.values()} | {p.symbol for p in BY_NAME.values()}
    known |= {p.symbol for p in (*STATE, *BUFFER)} | {f"{p.name}_i" for p in STATE}
    variables = (
        "(exposure|warning|appetite|cost|fear|calm|strength|turmoil|member|prior|seen|worth|net|law|left)"
        "_[ijk]{1,2}"
    )
    for word in re.findall(r"(?<!\w)[a-z]{2,}(?:_[a-z]+)+", "".join(FORMULAS)):
        assert word in known or re.fullmatch(variables, word), word


def test_neutral_values_are_the_defaults():
    listed = re.findall(r"`([a-z_.]+)` = (\w+)", section("1"))
    assert len(listed) > 30
    assert {name: show(BY_NAME[name].default) for name, _ in listed} == dict(listed)


def test_what_holds_for_a_whole_run_is_listed():
    text = re.search(r"These hold for the whole run:(.*?)\n\n", section("2"), re.DOTALL)[1]
    assert set(NAME.findall(text)) == FIXED


def test_the_rules_of_sanctions_are_listed():
    listed = re.search(r"`sanctions.rule` is one of (.*?)\.", section("4.5"))[1]
    assert tuple(listed.split(", ")) == BY_NAME["sanctions.rule"].choices


def test_the_draws_table_is_that_of_the_code():
    listed = {row[0]: int(row[1]) for row in rows(section("5")) if row[1].isdigit()}
    constants = {
        name: number
        for name, number in vars(draws).items()
        if name.isupper() and name[0] != "_" and isinstance(number, np.integer)
    }
    assert constants.pop("NOBODY") == 0
    assert constants.pop("MOST_BUFFERS") == constants["RESTORE"] - constants["ABSORB"]
    constants["QUARREL"] = constants["WAR"]  # the other side's word of the same draw
    assert listed == constants


def test_every_draw_of_the_table_is_used_in_the_rules():
    used = set(re.findall(r"\b([A-Z]{3,})(?:\+k)?\((?=[ijkz0])", section("3") + section("4")))
    assert used == {row[0] for row in rows(section("5")) if row[1].isdigit()}


def play_source():
    return inspect.getsource(source_of(kernel.play))


def source_of(function):
    return getattr(function, "py_func", function)


def calls_in(function):
    """What a function calls, in order; those that put steps in order are gone into."""
    calls = [
        n for n in ast.walk(ast.parse(inspect.getsource(source_of(function)))) if isinstance(n, ast.Call)
    ]
    calls.sort(key=lambda n: (n.lineno, n.col_offset))
    for name in (n.func.id for n in calls if isinstance(n.func, ast.Name)):
        yield name
        if name in ("reckon", "intend", "deal", "record"):
            yield from calls_in(getattr(kernel, name))


def test_the_steps_of_the_round_are_those_of_the_kernel():
    """By the comments of ``kernel.play``: ``# 1 events``, ``# 4 act, 5 observe and accuse``, ...

    A step may come in parts; together they have its words, and they begin in the order of the page.
    """
    comments = re.findall(r"^\s*# (\d+ .*)$", play_source(), re.MULTILINE)
    parts = [re.split(r"\W+", step) for line in comments for step in re.split(r", (?=\d)", line)]
    in_code = {}
    for number, *words in parts:
        in_code.setdefault(int(number), set()).update(words)
    on_page = {int(row[0]): set(re.split(r"\W+", row[1])) for row in rows(section("3")) if row[0].isdigit()}
    assert list(in_code) == list(on_page) == list(range(1, 11))
    for number, words in on_page.items():
        assert in_code[number] - {"and"} == words - {"and"}


def test_the_functions_of_the_round_are_called_in_the_order_of_the_page():
    """But for what a pair may do early, which the page says."""
    order = list(dict.fromkeys(calls_in(kernel.play)))
    named = [re.findall(r"`(\w+)`", row[-1]) for row in rows(section("3")) if row[0].isdigit()]
    listed = list(dict.fromkeys(name for step in named for name in step))
    early = {"pay", "learn", "move_on"}
    assert early <= set(calls_in(kernel.deal)) & set(listed)
    assert [n for n in order if n in listed and n not in early] == [n for n in listed if n not in early]


def test_thresholds_of_the_measure():
    for name, levels in THRESHOLDS.items():
        high, low = (re.escape(show(level)) for level in (levels.onset, levels.collapse))
        assert re.search(rf"\({high}, {low}\) as `{name}_years`", re.sub(r"\s+", " ", section("6")))


def test_measures_named_on_the_page_are_columns_and_all_columns_are_named():
    scenario = read_scenario({"states": {"A": {}, "B": {}}, "years": 2}, "two")
    columns = set(simulate(scenario, runs=1, workers=1).columns) | set(QUANTITIES)
    words = set(re.findall(r"`(\w+)`", section("6")))
    assert {word for word in words if "_" in word} - columns == set()
    implied = {"point", "replicate", "seed"} | {name for name in columns if name.endswith("_ended")}
    measured = columns - implied - set(QUANTITIES) - {"restraint_against_interest"}
    assert measured - words == set()


@pytest.fixture(scope="module")
def page_code():
    found = {}
    for block in re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL):
        exec(block, found)
    return found


@entry
def drawn(keys, replicate, t, channel, i, j):
    return draws.draw(keys, replicate, t, channel, i, j)


@entry
def computed(x):
    return elementary.exponential(x), elementary.logarithm(abs(x))


def test_the_draw_on_the_page_is_the_draw_of_the_code(page_code):
    rng = random.Random(0)
    for _ in range(300):
        seed, replicate = rng.randrange(2**64), rng.randrange(2**32)
        t, channel, i, j = rng.randrange(10**6), rng.randrange(3200), rng.randrange(200), rng.randrange(200)
        here = drawn(draws.round_keys(seed), np.uint32(replicate), t, channel, i, j)
        assert page_code["u"](seed, replicate, t, channel, i, j) == here


def test_the_elementary_functions_on_the_page_are_those_of_the_code(page_code):
    rng = random.Random(0)
    for x in [
        1.0,
        -1.0,
        700.0,
        -700.0,
        800.0,
        -800.0,
        *(rng.gauss(0, 1) * 10 ** rng.uniform(-8, 2.5) for _ in range(2000)),
    ]:
        e, ln = computed(x)
        assert page_code["exp"](x) == e
        assert page_code["ln"](abs(x)) == ln
        assert e == pytest.approx(math.exp(max(-700.0, min(700.0, x))), rel=1e-14)


def test_links_and_anchors_lead_somewhere():
    for name in ("docs/model.md", "docs/README.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)]+)\)", text):
            path, _, anchor = target.partition("#")
            there = (ROOT / name).parent / path
            assert there.exists(), target
            if anchor:
                heads = re.findall(r"^#+ (.*)$", there.read_text("utf-8"), re.MULTILINE)
                assert anchor in {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
