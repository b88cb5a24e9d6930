"""Mutation of the core: does a test notice when an operator is wrong?

    python tools/mutation.py                        every operator; a line for each change nobody noticed
    python tools/mutation.py --share 0.1 --seed 0   a sample
    python tools/mutation.py --file game.py         one module
    python tools/mutation.py --constants            numbers off by one, in place of operators

Every arithmetic, bitwise, comparison and logical operator in ``src/regimesim/core`` (but for ``COMPILED``) is
exchanged for another, one at a time, and the fast tests of ``STAGES`` play against the changed core. A mutant
is *caught* if one of them fails, the core cannot be imported or the tests do not come to an end. Mutants
that no test can catch are in ``tools/mutation_equivalent.yaml``, each with its reason.

The core is played in plain Python (``NUMBA_DISABLE_JIT``), since compiling would take most of the time, and
every mutant is tried in a process forked from one that has imported whatever is heavy.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import gc
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import random
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
CORE = ROOT / "src" / "regimesim" / "core"
EQUIVALENT = ROOT / "tools" / "mutation_equivalent.yaml"

STAGES = (
    ("tests/twin/test_rules.py", "tests/twin/test_thresholds.py"),
    ("tests/twin/test_edges.py",),
    (
        "tests/exact/core/test_elementary.py",
        "tests/exact/scenario/test_strategies.py",
        "tests/exact/docs/test_model_page.py",
    ),
    ("tests/exact/core/test_automata.py",),
    ("tests/exact/core/test_draws.py",),
)
"""Fast tests in the order in which they are tried; a group sees what those before it let pass. A module's own
tests come first."""

COMPILED = ("bundles.py", "compiler.py", "jit.py", "keeping.py", "native.py", "numba_alone.py")
"""How the core is compiled and kept. Nothing of it is at work in plain Python, so it is left out here."""

ENOUGH = 0.95
SECONDS, WAITING = 300, 1800
"""Tests that take so much of the processor's time, many times what they need, count as failed."""
MEMORY = 6 * 2**30
HEAVY = ("hypothesis", "numba", "numpy", "pytest", "yaml")

OPTIONS = ("-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-W", "ignore::RuntimeWarning")
"""Without the warnings of plain Python: compiled code gives none, so they catch nothing."""

EXCHANGED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitOr, ast.And: ast.Or, ast.Or: ast.And,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.USub: ast.UAdd,
}  # fmt: skip
"""Comparisons keep their direction and move their boundary, which is harder to notice than the reverse."""


Change = tuple[ast.AST, str, int | None, object]
"""A field of a node, a place in it if it is a list, and what is to stand there."""


class Mutant(NamedTuple):
    """One change: ``name`` says where and what, but not in which line; ``site`` numbers the places."""

    name: str
    path: Path
    line: int
    site: int
    constant: bool


def mutants(path: Path, constants: bool = False) -> Iterator[Mutant]:
    """Every mutant of a module."""
    seen: Counter[str] = Counter()
    for site, (function, node, change) in enumerate(_sites(_parsed(path), constants)):
        before = ast.unparse(node)
        back = _put(*change)
        name = f"{path.name} {function}: {before} -> {ast.unparse(node)}"
        _put(*change[:3], back)
        seen[name] += 1
        again = f" ({seen[name]})" if seen[name] > 1 else ""
        yield Mutant(name + again, path, getattr(node, "lineno", 0), site, constants)


def code_of(mutant: Mutant) -> CodeType:
    """The whole module with that change."""
    tree = _parsed(mutant.path)
    _, _, change = _sites(tree, mutant.constant)[mutant.site]
    _put(*change)
    return compile(ast.fix_missing_locations(tree), str(mutant.path), "exec", dont_inherit=True)


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _sites(tree: ast.Module, constants: bool) -> list[tuple[str, ast.AST, Change]]:
    """Every place that can be changed: in which function, in which expression or statement, and how."""
    changes = _number if constants else _operators
    return [(where, node, change) for where, node in _executed(tree, "module") for change in changes(node)]


def _executed(node: ast.AST, function: str) -> Iterator[tuple[str, ast.AST]]:
    """All nodes but annotations, with the function or class that each is in."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        function = node.name
    yield function, node
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and field not in ("annotation", "returns"):
                yield from _executed(child, function)


def _operators(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            yield node, "ops", place, EXCHANGED[type(operator)]()
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node, "operand", None, ast.UnaryOp(ast.Not(), node.operand)
    elif isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp | ast.UnaryOp):
        yield node, "op", None, EXCHANGED[type(node.op)]()


def _number(node: ast.AST) -> Iterator[Change]:
    number = node.value if isinstance(node, ast.Constant) else None
    if isinstance(number, int | float) and not isinstance(number, bool):
        yield node, "value", None, number + 1


def _put(owner: ast.AST, field: str, place: int | None, new: object) -> object:
    """Set a field, and give what stood there."""
    old = getattr(owner, field)
    if place is None:
        setattr(owner, field, new)
        return old
    old, getattr(owner, field)[place] = old[place], new
    return old


class Changed(importlib.abc.MetaPathFinder, importlib.machinery.SourceFileLoader):  # type: ignore[misc]
    """Imports the mutated module in place of the one on disk."""

    def __init__(self, mutant: Mutant) -> None:
        self.code = code_of(mutant)
        super().__init__(f"regimesim.core.{mutant.path.stem}", str(mutant.path))

    def find_spec(
        self, fullname: str, path: object = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.path, loader=self)

    def get_code(self, fullname: str) -> CodeType:
        return self.code


def tried(mutant: Mutant | None, stage: Sequence[str]) -> bool:
    """Whether a group of tests passes with a mutant, or with the core as it is."""
    child = os.fork()
    if child == 0:
        _try_here(mutant, stage)
    deadline = time.monotonic() + WAITING
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def _try_here(mutant: Mutant | None, stage: Sequence[str]) -> None:
    """The rest of a forked process."""
    status = 1
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        if mutant is not None:
            sys.meta_path.insert(0, Changed(mutant))
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, 1)
            os.dup2(nothing, 2)
        import pytest

        status = int(pytest.main([*OPTIONS, *stage]))
    except BaseException as failure:
        print(repr(failure))
    finally:
        sys.stdout.flush()
        os._exit(status)


def equivalent() -> dict[str, str]:
    """The mutants that cannot be caught, by name, with the reason of each."""
    import yaml

    groups = yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8")) or []
    return {name: group["because"] for group in groups for name in group["mutants"]}


def all_mutants(chosen: Sequence[str] = (), constants: bool = False) -> list[Mutant]:
    """Mutants of the named modules, or of all that are at work in plain Python."""
    return [
        mutant
        for path in sorted(CORE.glob("*.py"))
        if path.name not in COMPILED and (not chosen or path.name in chosen)
        for mutant in mutants(path, constants)
    ]


def sample(everything: Sequence[Mutant], share: float, seed: int) -> list[Mutant]:
    """A share of them, by chance."""
    if share >= 1:
        return list(everything)
    return random.Random(seed).sample(everything, max(1, round(share * len(everything))))


def prepare() -> None:
    """Import what is heavy and hangs on nothing in the core."""
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    os.chdir(ROOT)
    sys.path[:0] = [*(str(ROOT / folder) for folder in ("src", "tests/support", "tools"))]
    for name in HEAVY:
        importlib.import_module(name)
    import pytest

    with open(os.devnull, "w") as nothing, contextlib.redirect_stdout(nothing):  # loads its plugins
        pytest.main([*OPTIONS, "--noconftest", "configs"])
    gc.freeze()


def survivors(among: Sequence[Mutant], say: bool = True) -> list[Mutant]:
    """The mutants that no test notices."""
    found = []
    for number, mutant in enumerate(among, 1):
        own = f"tests/exact/core/test_{mutant.path.stem}.py"
        stages = sorted(STAGES, key=lambda stage: own not in stage)
        if all(tried(mutant, stage) for stage in stages):
            found.append(mutant)
            if say:
                print(f"line {mutant.line} of {mutant.name}", flush=True)
        if say and number % 50 == 0:
            print(f"{number} of {len(among)} tried, {len(found)} not caught", flush=True)
    return found


def main() -> int:
    """The command; its exit code is 1 where less than 95 % were caught."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--share", type=float, default=1.0, help="how much of it all")
    parser.add_argument("--seed", type=int, default=0, help="which sample")
    parser.add_argument("--file", action="append", default=[], help="only this module")
    parser.add_argument("--constants", action="store_true", help="numbers in place of operators")
    given = parser.parse_args()
    prepare()
    everything, known = all_mutants(given.file, given.constants), equivalent()
    if not all(tried(None, stage) for stage in STAGES):
        print("the tests fail without a mutation")
        return 2
    among = [m for m in sample(everything, given.share, given.seed) if m.name not in known]
    left = survivors(among)
    share = 1 - len(left) / max(1, len(among))
    same = len([m for m in everything if m.name in known])
    print(f"caught {len(among) - len(left)} of {len(among)} ({share:.1%}); {same} more are equivalent")
    return 0 if share >= ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
