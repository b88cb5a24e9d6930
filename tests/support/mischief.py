"""What people and machines may give the program: any valid world, broken ones, words, tables, damaged files.

Strategies of hypothesis, what may come of them, and how the program is heard. Trees are written as YAML
here, without the program's own writer.
"""

import hashlib
import io
import json
import math
import os
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from regimesim.cli.main import main
from regimesim.scenario.parameters import FIXED, GROUPS, PARAMETERS, STATE
from regimesim.simulation.columns import MEASURES, RUN, SHARES, SPELL_NAMES

FEW = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck), print_blob=True,
    phases=(Phase.explicit, Phase.generate, Phase.shrink) if "REGIMESIM_NO_SHRINK" not in os.environ else (Phase.explicit, Phase.generate),
)  # fmt: skip
"""The same examples every time: what fails, fails for everybody."""

MANY = settings(FEW, derandomize=False)


def sizes(few, many):
    """Numbers of examples: few every day, many with ``-m verify``."""
    marks = pytest.mark.verify
    return pytest.mark.parametrize(
        "budget",
        [settings(FEW, max_examples=few), pytest.param(settings(MANY, max_examples=many), marks=marks)],
        ids=["few", "many"],
    )


# ------------------------------------------------------------------------------------------------ the program


def heard(*words):
    """Carry out a command in this process: its exit code, and what it wrote to stdout and to stderr."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(list(words))
    return code, out.getvalue(), err.getvalue()


def answered(*words):
    """Carry out a command that is done or refused in a sentence; what it wrote to stdout, None if refused."""
    code, out, err = heard(*words)
    if code == 0:
        assert "Traceback" not in err
        return out
    assert (code, out) == (2, ""), (code, out, err)
    assert_a_sentence(err)
    return None


def assert_a_sentence(err):
    """One line that a person can read and a terminal cannot be steered by."""
    assert err.startswith("regimesim: ") and err.endswith("\n"), err
    sentence = err.removeprefix("regimesim: ").removesuffix("\n")
    assert sentence.isprintable() and 10 < len(sentence) <= 1_010, err
    assert "Traceback" not in err and "object at 0x" not in err, err


COUNTS = [name for name in MEASURES if RUN[name].dtype == "int32"]
ROUNDING = 1e-9


def assert_within_bounds(results):
    """Every number is one, and where docs/model.md, section 6, has it."""
    runs, horizon = results.runs.copy(), results.scenario.rounds / results.scenario.rounds_per_year
    onset = runs.pop("regime_onset")
    assert np.isfinite(runs.select_dtypes("number").to_numpy(np.float64)).all()
    for name in SHARES:
        assert runs[name].between(-ROUNDING, 1 + ROUNDING).all(), name
    for name in COUNTS:
        assert (runs[name] >= 0).all(), name
    for spell in SPELL_NAMES:
        assert runs[f"{spell}_years"].between(0, horizon).all(), spell
        reached = runs[f"{spell}_years"] == horizon
        assert runs.loc[~reached & (runs[f"{spell}_years"] > 0), f"{spell}_ended"].isin([True, False]).all()
    assert (onset.isna() == (runs["regime_spells"] == 0)).all()
    assert onset.dropna().between(0, horizon).all()
    assert runs["trust_spread"].between(0, 0.5 + ROUNDING).all()
    assert np.isfinite(results.yearly).all()
    paths = results.paths
    for name in ("cooperation", "trust", "norm", "credibility", "war", "buffers"):
        series = paths[paths["quantity"] == name]["mean"]
        assert series.between(-1e-6, 1 + 1e-6).all(), name
    assert results.events["kind"].notna().all() and len(results.pairs) >= 0


# ------------------------------------------------------------------------------------------------ valid worlds

TRICKY = (
    "Österreich-Ungarn", "大清", "שלום", "a b", "a/b", "x=y", "q'uote", '"', "no", "on", "NULL", "1e3", "~", "$",
    "%s", "<b>", "{c}", "a,b", "[d]", "#e", "f: g", "- h", "!i", "*j", "&k", "?", "|", ">", "@", "`", "0x1F",
    "1_000", "default", "to", "é", "e\u0301", "1:30", "2001-01-01", "<<", "=", "True", "nan", "inf", "\\", "\\n",
    "states", "A", "B", "C", "😀", "x" * 60, "می\u200cخواهم", "__class__", "_target_", "%(x)d", "*", "..."[:0] or "D",
)  # fmt: skip
names = st.one_of(st.sampled_from(TRICKY), st.text("ABCäß字ع -/'_0", min_size=1, max_size=12)).filter(
    lambda name: name == " ".join(name.split()) and name
)

STRATEGIES = (
    "prudent", "tit_for_tat", "grim", "random", "punish(3)", "punish(inf)", "memory_one(1, 0.5, 0, 1/3)",
    "memory_one(0.1, 0.9, 0.4, 0.5, 0)", "generous_tit_for_tat(1/3)", "zero_determinant_extortion(2, 0.05)",
)  # fmt: skip
texts = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cf")), max_size=30).filter(
    lambda text: "${" not in text
)


def reals(low, high, open_low=False):
    """Numbers between bounds, with a taste for the bounds."""
    inside = st.floats(low, high, exclude_min=open_low)
    edges = [high, *([] if open_low else [low]), *([0.0] if low < 0 < high else [])]
    return st.one_of(inside, st.sampled_from(edges), st.floats(low, min(high, low + 2), exclude_min=open_low))


def values(parameter):
    """Permitted values of a parameter, extremes among them."""
    if parameter.kind == "switch":
        return st.booleans()
    if parameter.kind == "choice":
        return st.sampled_from(parameter.choices)
    if parameter.kind == "integer":
        high = int(min(parameter.high, 10**6))
        whole = st.integers(int(parameter.low), high)
        return st.one_of(whole, st.just(math.inf)) if parameter.takes_infinity else whole
    real = reals(parameter.low, min(parameter.high, 1e12), parameter.open_low)
    return st.one_of(real, st.just(math.inf)) if parameter.takes_infinity else real


APART = ("payoffs", "measure", "trust.initial", "shadow.rounds_per_year")
"""Settings that have to go together with others, or decide how long a run takes."""


def groups(fixed_too=True):
    """Settings of any groups."""
    tables = {}
    for group in GROUPS:
        keys = {
            p.key: values(p) for p in PARAMETERS
            if p.group == group and not {p.group, p.name} & set(APART) and (fixed_too or p.name not in FIXED)
        }  # fmt: skip
        if keys:
            tables[group] = st.fixed_dictionaries({}, optional=keys)
    return st.fixed_dictionaries({}, optional=tables)


dilemmas = st.one_of(
    st.just({}),
    st.sampled_from(
        [(5, 3, 1, 0), (1e6, 9e5, -1e6 + 1, -1e6), (1e-9, 6e-10, 1e-12, 0), (3.1, 3, 2.9, 2.8)]
    ).map(lambda four: dict(zip(("temptation", "reward", "punishment", "sucker"), four, strict=True))),
    st.fixed_dictionaries(
        {"game": st.just("any")},
        optional=dict.fromkeys(("temptation", "reward", "punishment", "sucker"), reals(-1e6, 1e6)),
    ),
)
measures = st.tuples(reals(0, 1), reals(0, 1), reals(0.02, 20)).map(
    lambda three: {"onset": max(three[:2]), "collapse": min(three[:2]), "window": three[2]}
)


def pair_keys(states):
    """What pairs of states may be called."""
    pairs = [(a, b) for a in states for b in states if a != b]
    return st.sampled_from([f"{a}{join}{b}" for a, b in pairs for join in ("-", "-to-")] + ["default"])


def state_settings(epoch=False):
    """Settings of one state; an epoch may change all but its capability."""
    keys = {p.name: values(p) for p in STATE if not (epoch and p.name == "capability")}
    if not epoch:
        keys["strategy"] = st.sampled_from(STRATEGIES)
    return st.fixed_dictionaries({}, optional=keys)


@st.composite
def worlds(draw, most=5):
    """A valid scenario as a tree: every mechanism, every bound, names of all kinds."""
    states = draw(st.lists(names, min_size=2, max_size=most, unique=True))
    others = draw(st.lists(names, max_size=3, unique=True))
    tree = draw(groups())
    tree["states"] = {name: draw(state_settings()) for name in states}
    tree["years"] = draw(st.one_of(st.sampled_from([0.25, 1, 2, 2.5]), st.floats(0.25, 4)))
    tree.setdefault("shadow", {})["rounds_per_year"] = draw(st.sampled_from([1, 1, 2, 4, 13, 52]))
    endless = tree["shadow"].get("discount_factor", 0) > 1 - 1e-9
    if endless:
        tree["shadow"]["punishment_years"] = 7
    tree["payoffs"], tree["measure"] = draw(dilemmas), draw(measures)
    pairs = [[a, b] for k, a in enumerate(states) for b in states[:k]]
    tree["buffers"] = {
        name: {"between": draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=3)), "strength": draw(reals(0, 1))}
        for name in others
    }  # fmt: skip
    tree["affinity"] = draw(st.dictionaries(pair_keys(states), reals(0, 1e6), max_size=3))
    trust = st.one_of(reals(0, 1), st.dictionaries(pair_keys(states), reals(0, 1), max_size=3))
    tree.setdefault("trust", {})["initial"] = draw(trust)
    tree["about"] = draw(st.fixed_dictionaries({}, optional={
        "title": texts, "represents": texts, "source": texts, "start": reals(-10_000, 10_000),
        "claims": st.lists(texts, max_size=2),
    }))  # fmt: skip
    start, year = tree["about"].get("start", 0), 0.0
    tree["epochs"] = []
    for _ in range(draw(st.integers(0, 2))):
        year += draw(st.sampled_from([0.001, 0.5, 1, 3]))
        tree["epochs"].append(draw(epochs(start + year, states, others)))
        if endless:
            tree["epochs"][-1].get("shadow", {}).pop("punishment_years", None)
    return tree


@st.composite
def epochs(draw, year, states, buffers):
    """What changes in a year."""
    block = draw(groups(fixed_too=False)) | {"year": year, "because": draw(texts)}
    block.get("shadow", {}).pop("discount_factor", None)
    changed = draw(st.lists(st.sampled_from(states), max_size=2, unique=True))
    block["states"] = {name: draw(state_settings(epoch=True)) for name in changed}
    block["buffers"] = {name: {"strength": draw(reals(0, 1))} for name in buffers[:1]}
    block["affinity"] = draw(st.dictionaries(pair_keys(states), reals(0, 1e6), max_size=2))
    return block


# ------------------------------------------------------------------------------------------------ broken ones

NESTED = {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": 1}}}}}}}}}}}}}
JUNK = (
    None, True, False, -1, 0, 1, 2, 1.5, math.nan, math.inf, -math.inf, -0.0, 5e-324, 1e308, 10**30, 10**400, "", " ",
    "x", "A", "B", "${oc.env:HOME}", "${", "???", "_target_", "os.system", "\x00", "\x1b[31m", "\u202ex", "x" * 3000,
    "x" * 70, "2001-01-01", "1e3", "no", [], {}, [None], [1, 2], [["A", "B"]], [["A", "A"]], {"A": 1}, {"a": {}}, NESTED,
    {"_target_": "os.system", "command": "true"}, "../../etc/passwd", "/dev/zero", "punish(3)", "a.b", "a\nb",
)  # fmt: skip
KEYS = (
    "x", "", "_target_", "defaults", "hydra", "${oc.env:HOME}", "A", "A-B", "A-to-B", "default", "strategy", "level",
    "year", "initial", "between", "strength", "nuclear", "war", "cost", "states", "\x00", "x" * 200, "1", "no", "__class__",
)  # fmt: skip
TEXTS = (
    "", "hello", "5", "[1, 2]", "---\na: 1\n---\nb: 2", "%YAML 9.9\n---\nstates: {A: {}, B: {}}", "states:\n\tA: {}",
    "states: " + "[" * 10_000, "states: " + "{a: " * 10_000, "? " * 5_000 + "x", "- " * 5_000,
    "".join(" " * k + "a:\n" for k in range(300)), "&a {states: *a}", "states: &a {A: *a, B: {}}",
    "a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]", "a: &a {b: 1}\nstates: {A: {<<: *a}, B: {}}",
    "states: !!python/object/apply:os.system ['true']", "states: !!python/name:os.system", "!!python/module:os",
    "states: !include /etc/passwd", "!<tag:yaml.org,2002:python/object/new:os.system> [true]", "states: !!set {A, B}",
    "states: !!omap [A: {}, B: {}]", "years: !!binary aGk=\nstates: {A: {}, B: {}}", "states: {A: {}, A: {}, B: {}}",
    "states: {A: {}, B: {}}\nyears: 5\nyears: 6", "? [a, b]\n: 1", "? {a: b}\n: 1", "states: {[A]: {}, B: {}}",
    "states: {A: {}, B: {}}\nwar: {cost: " + "9" * 5_000 + "}", "states: {A: {}, B: {}}\nyears: 0x" + "f" * 5_000,
    "states: {A: {}, B: {}}\nwar: {cost: " + "9:" * 5_000 + "9}", "states: {A: {}, B: {}}\nyears: 1e400",
    "states: {A: {}, B: {}}\nabout: {start: 2001-13-45}", "states: {A: {}, B: {}}\ntrust:", "states: {A: {}, B: {}}\nwar:",
    "states: {no: {}, on: {}}", "states: {null: {}, ~: {}}", "states: {1: {}, 2.5: {}}", "states:", "#", "\ufeff",
    "defaults: [override hydra/launcher: x]\nstates: {A: {}, B: {}}", "hydra: {run: {dir: /}}\nstates: {A: {}, B: {}}",
    "states: {A: {}, B: {}}\nabout: {title: '${oc.env:HOME}'}", "states: {A: {strategy: '${oc.env:HOME}'}, B: {}}",
    "states: {A-B: {}, C: {}, A: {}, B-C: {}}", "states: {A: {}, B: {}}\nepochs: 0", "states: {A: {}, B: {}}\nwar: false",
    "{" * 500 + "}" * 500, "'", '"', "|", ">", "@", "`", "a: b: c", "a: [", "- a\nb", "\x00", "a: \x1b", "\u2028",
)  # fmt: skip
"""Texts that are no scenario, or one only on the face of it."""


def places(tree, before=()):
    """Every place in a tree, from the top."""
    yield before
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in inside:
        yield from places(value, (*before, key))


@st.composite
def broken(draw, whole):
    """A tree with one to three things in it that do not belong."""
    tree = json.loads(json.dumps(draw(whole)))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(list(places(tree))))
        if not place:
            tree[draw(st.sampled_from(KEYS))] = draw(st.sampled_from(JUNK))
            continue
        *outer, last = place
        target = tree
        for key in outer:
            target = target[key]
        how = draw(st.sampled_from(("junk", "junk", "add", "take", "rename")))
        junk = draw(st.sampled_from(JUNK))
        junk = json.loads(json.dumps(junk)) if isinstance(junk, dict | list) else junk
        if how == "take":
            del target[last]
        elif how == "rename" and isinstance(target, dict):
            target[draw(st.sampled_from(KEYS))] = target.pop(last)
        elif how == "add" and isinstance(target[last], dict):
            target[last][draw(st.sampled_from(KEYS))] = junk
        else:
            target[last] = junk
    return tree


def yaml_text(tree):
    """A tree as YAML: JSON is YAML, but for numbers that are none."""
    if isinstance(tree, dict):
        return (
            "{"
            + ", ".join(f"{json.dumps(str(k), ensure_ascii=False)}: {yaml_text(v)}" for k, v in tree.items())
            + "}"
        )
    if isinstance(tree, list | tuple):
        return "[" + ", ".join(map(yaml_text, tree)) + "]"
    if isinstance(tree, float) and not math.isfinite(tree):
        return ".nan" if math.isnan(tree) else ".inf" if tree > 0 else "-.inf"
    if isinstance(tree, float):
        return f"{tree!r}".replace("e", "e+").replace("e+-", "e-") if "." in repr(tree) else f"{tree:.17e}"
    return json.dumps(tree, ensure_ascii=False)


@st.composite
def contents(draw, whole):
    """Bytes of a file of settings: of a broken tree, a text out of this world, or bytes gone wrong."""
    kind = draw(st.sampled_from(("tree", "tree", "text", "bytes")))
    if kind == "text":
        return draw(st.sampled_from(TEXTS)).encode("utf-8", "surrogatepass")
    text = yaml_text(draw(broken(whole)))
    if draw(st.booleans()):
        text = text.replace(", ", ",\r\n")
    content = text.encode(draw(st.sampled_from(("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-8"))))
    return draw(damaged(st.just(content))) if kind == "bytes" else content


@st.composite
def damaged(draw, whole):
    """Bytes of which some are flipped, lost or added."""
    content = bytearray(draw(whole))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, max(0, len(content) - 1)))
        how = draw(st.sampled_from(("flip", "flip", "cut", "add", "drop", "zero")))
        if how == "flip" and content:
            content[place] ^= 1 << draw(st.integers(0, 7))
        elif how == "cut":
            del content[place:]
        elif how == "add":
            content[place:place] = draw(st.binary(max_size=8))
        elif how == "drop":
            del content[place : place + draw(st.integers(1, 64))]
        elif how == "zero":
            length = min(len(content) - place, 16)
            content[place : place + length] = bytes(length)
    return bytes(content)


# ------------------------------------------------------------------------------------------------ words

VALUES = (
    "", " ", "0", "1", "-1", "0.5", "1e3", "1e400", "-1e400", "-0", "nan", "inf", "-inf", "null", "true", "0x10", "9" * 50,
    "9" * 5_000, "[]", "{}", "[1]", "[[A,B]]", "{a:1}", "{_target_:os.system}", "[" * 5_000, "{a:" * 2_000, "(", ")", "'", '"',
    "'x", "\\", "a b", "a,b", "0.1,0.2", "range(0,1,0.1)", "range(0,1,0)", "range(nan,1)", "range(0,inf)", "choice()",
    "choice(a,b)", "glob(*)", "shuffle(1,2)", "interval(0,1)", "sort(2,1)", "tag(a,1)", "int(3.5)", "str(3)", "json_str(x)",
    "extend_list(1)", "${oc.env:HOME}", "${years}", "${oc.decode:1}", "${now:%Y}", "'${'", "???", "*", "~", "$HOME", "`id`",
    "../../etc/passwd", "/etc/passwd", "/dev/zero", "/dev/stdin", "~root", "x.yaml", "grim", "punish(3)", "punish(nan)",
    "memory_one(1,0,0,1)", "memory_one(" * 50, "os.system", "x" * 5_000, "大清", "שלום", "\x00", "a\nb", "\x1b[31m", "\udcff",
    "\u202e", "a=b", "=", "+", "--help", "A", "B",
)  # fmt: skip
HEADS = (
    "war.cost", "transparency.level", "states.A.strategy", "states.B.revisionism", "states.A", "states", "strategy", "years",
    "epochs", "affinity", "affinity.A-B", "trust.initial", "trust.initial.A-to-B", "buffers", "about", "payoffs.game", "runs",
    "seed", "workers", "replicate", "scenario", "scenarios", "shadow.punishment_years", "norms.half_life", "war", "measure",
    "hydra.run.dir", "hydra/launcher", "hydra.searchpath", "defaults", "_target_", "war._target_", "world", "config",
    "scenario@x", "war@y", "engine", "engine.workers", "sweep", "points", "extend", "outcome", "top", "samples",
    "trajectories", "parameters", "targets", "record", "answers", "draws", "era", "eras", "columns.year", "scale", "port",
    "host", "open", "x", "", " ", "x" * 3_000, "大清", "a b", ".", "..", "states.", ".A", "states..A", "__class__",
)  # fmt: skip
SIGNS = ("", "", "", "+", "++", "+++", "~", "-", "--", "~+", " ")
LONELY = (
    "", " ", "-", "--", "-x", "--x", "-cd", "--config-dir=/etc", "--multirun=1", "=", "+", "~", "x", "concert", "+scenario",
    "anarchy", "grim", "prudent", "parameters", "\x00", "\n", "\udcff", "x" * 5_000, "*", "/etc/passwd", ".", "..", "~",
)  # fmt: skip

words = st.one_of(
    st.tuples(st.sampled_from(SIGNS), st.sampled_from(HEADS), st.sampled_from(VALUES)).map(
        lambda three: f"{three[0]}{three[1]}={three[2]}"
    ),
    st.tuples(st.sampled_from(("~", "", "+")), st.sampled_from(HEADS)).map("".join),
    st.sampled_from(LONELY),
    st.text(max_size=20),
)


# ------------------------------------------------------------------------------------------------ folders


def snapshot(folder):
    """Every file below a folder, with its content."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def restore(folder, files):
    """Make a folder what it was."""
    for path in sorted(folder.rglob("*"), key=lambda path: len(path.parts), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


HARMS = ("damage", "damage", "damage", "swap", "empty", "take", "folder", "pipe", "link")


@st.composite
def harms(draw, files):
    """Something done to one file of a folder: its name, what, and the new content where there is one."""
    name = draw(st.sampled_from(sorted(files)))
    how = draw(st.sampled_from(HARMS))
    content = None
    if how == "damage":
        content = draw(damaged(st.just(files[name])))
    elif how == "swap":
        content = files[draw(st.sampled_from(sorted(files)))]
    return name, how, content


def do_harm(folder, harm):
    """Do it."""
    name, how, content = harm
    place = folder / name
    place.unlink()
    if how in ("damage", "swap"):
        place.write_bytes(content)
    elif how == "empty":
        place.write_bytes(b"")
    elif how == "folder":
        place.mkdir()
    elif how == "pipe":
        os.mkfifo(place)
    elif how == "link":
        Path(place).symlink_to(place.name)


def seal(place):
    """Make the checksums fit, as whoever means harm would."""
    lines = []
    for line in (place / "checksums.txt").read_text().splitlines():
        name = line.split()[1]
        if (place / name).is_file():
            lines.append(f"{hashlib.sha256((place / name).read_bytes()).hexdigest()}  {name}\n")
    (place / "checksums.txt").write_text("".join(lines))
