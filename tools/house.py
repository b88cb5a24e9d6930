"""Counts of the house: ``python tools/house.py [CHECKOUT]`` prints what a reader of the package meets.

Everything is read from the source files under ``src/regimesim``; nothing is imported. An *import* counts
whether it stands at the top of a file or inside a function, but not under ``TYPE_CHECKING``.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

PACKAGE = "regimesim"
LONGEST = 40
"""Lines of a function that fits a screen."""
QUESTIONS = ("What", "How", "Whether", "Where", "Which")
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def modules(source: Path) -> dict[str, Path]:
    """Names of all modules under ``src`` with their files; a package stands for its ``__init__``."""
    found = {}
    for path in sorted((source / PACKAGE).rglob("*.py")):
        parts = path.relative_to(source).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def _for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk a tree without the branches that only a type checker reads."""
    for child in ast.iter_child_nodes(tree):
        if _for_types_only(child):
            assert isinstance(child, ast.If)
            # `if not TYPE_CHECKING:` runs
            kept = child.body if isinstance(child.test, ast.UnaryOp) else child.orelse
            for part in kept:
                yield part
                yield from _nodes(part)
        else:
            yield child
            yield from _nodes(child)


def imports(tree: ast.Module, names: Mapping[str, object]) -> set[str]:
    """Modules of the package that a file imports, at its top or in a function."""
    found: set[str] = set()
    for node in _nodes(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "relative imports are not followed"
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            found.update(name if name in names else str(node.module) for name in whole)
    return {name for name in found if name in names}


def graph(source: Path) -> dict[str, set[str]]:
    """Which modules each module imports."""
    files = modules(source)
    return {name: imports(ast.parse(path.read_text("utf-8")), files) for name, path in files.items()}


def cycles(arrows: Mapping[str, set[str]]) -> list[set[str]]:
    """Groups of modules that import each other, in a ring or directly (Tarjan's components)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found = []

    def visit(name: str) -> None:
        order[name] = low[name] = len(order)
        stack.append(name)
        for other in sorted(arrows[name]):
            if other not in order:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], order[other])
        if low[name] == order[name]:
            at = stack.index(name)
            ring = set(stack[at:])
            del stack[at:]
            if len(ring) > 1 or name in arrows[name]:
                found.append(ring)

    for name in arrows:
        if name not in order:
            visit(name)
    return found


def depth(arrows: Mapping[str, set[str]]) -> int:
    """Length of the longest chain of imports; the modules of a ring count as one."""
    ring_of = {name: min(ring) for ring in cycles(arrows) for name in ring}
    merged: dict[str, set[str]] = {}
    for name, others in arrows.items():
        mine = merged.setdefault(ring_of.get(name, name), set())
        mine |= {ring_of.get(other, other) for other in others}

    @cache
    def chain(name: str) -> int:
        return 1 + max((chain(other) for other in merged[name] if other != name), default=0)

    return max(chain(name) for name in merged)


def _assigned(node: ast.stmt) -> Iterator[str]:
    targets = (
        node.targets
        if isinstance(node, ast.Assign)
        else [node.target]
        if isinstance(node, ast.AnnAssign)
        else []
    )
    for target in targets:
        for part in ast.walk(target):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                yield part.id


def names(tree: ast.Module) -> set[str]:
    """Names that a file defines at its top: functions, classes, constants."""
    found = set()
    for node in tree.body:
        if isinstance(node, DEFINITIONS):
            found.add(node.name)
        else:
            found.update(_assigned(node))
    return {name for name in found if not name.startswith("__")}


def documented(tree: ast.Module) -> Iterator[str]:
    """Docstrings of a file, of its functions and of its classes."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, *DEFINITIONS)):
            text = ast.get_docstring(node)
            if text:
                yield text


def long_functions(tree: ast.Module) -> Iterator[str]:
    """Functions over :data:`LONGEST` lines, docstring and signature included."""
    for node in ast.walk(tree):
        if isinstance(node, DEFINITIONS[:2]) and (node.end_lineno or 0) - node.lineno + 1 > LONGEST:
            yield node.name


def counts(checkout: Path) -> dict[str, int]:
    """All counts of a checkout."""
    source = checkout / "src"
    files = modules(source)
    texts = {name: path.read_text("utf-8") for name, path in files.items()}
    trees = {name: ast.parse(text) for name, text in texts.items()}
    defined = Counter(name for tree in trees.values() for name in names(tree))
    docstrings = [text for tree in trees.values() for text in documented(tree)]
    arrows = graph(source)
    return {
        "files": len(files),
        "files directly in the package": sum(
            name.count(".") == 1 and path.name != "__init__.py" for name, path in files.items()
        ),
        "lines": sum(len(text.splitlines()) for text in texts.values()),
        "names defined in two or more files": sum(number > 1 for number in defined.values()),
        "of them public": sum(number > 1 and name[0] != "_" for name, number in defined.items()),
        "import depth": depth(arrows),
        "rings of imports": len(cycles(arrows)),
        "files in the largest ring": max(map(len, cycles(arrows)), default=0),
        "fmt: skip": sum(text.count("# fmt: skip") for text in texts.values()),
        "docstrings": len(docstrings),
        "that begin with What, How, Whether, Where or Which": sum(
            text.split()[0] in QUESTIONS for text in docstrings
        ),
        f"functions over {LONGEST} lines": sum(1 for tree in trees.values() for _ in long_functions(tree)),
    }


def twice(checkout: Path) -> dict[str, list[str]]:
    """Names defined in two or more files, with the files."""
    found: dict[str, list[str]] = {}
    for module, path in modules(checkout / "src").items():
        for name in names(ast.parse(path.read_text("utf-8"))):
            found.setdefault(name, []).append(module)
    return {name: places for name, places in sorted(found.items()) if len(places) > 1}


def main(arguments: list[str]) -> None:
    """Print the counts of a checkout, by default the one that this program is in."""
    named = [word for word in arguments if not word.startswith("-")]
    checkout = Path(named[0]) if named else Path(__file__).resolve().parent.parent
    for what, number in counts(checkout).items():
        print(f"{number:>7,}  {what}")
    if "--names" in arguments:
        for name, places in twice(checkout).items():
            print(f"{name:<28}{' '.join(places)}")


if __name__ == "__main__":
    main(sys.argv[1:])
