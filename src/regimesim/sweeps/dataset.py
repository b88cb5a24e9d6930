"""A sweep on disk: what was asked, the points, and a part for every chunk that has been played.

::

    manifest.json      what was asked, of which program, and how it is cut into chunks
    design.parquet     a row per point: point, base (the number of its scenario), the swept settings
    parts/             a Parquet file per chunk: a row per run, columns as in ``Results.runs``
    summary.parquet    a row per point, once all parts are there; it says which they were
    checksums.txt      of manifest, design and summary
    sweep.log          what happened: chunks begun anew, parts found damaged

A part is written under another name and then given its own, which carries a checksum of its content and of
what was asked of its chunk: what has a part's name and the right checksum is whole and belongs here, whoever
wrote it and however often. What does not is put into ``damaged/`` and played again. Whoever reads a part or
the summary checks it first (:mod:`regimesim.sweeps.parts`).
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from regimesim.scenario.messages import InputError, spelt
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import Scenario, tree_of
from regimesim.simulation.assumptions import told_again
from regimesim.simulation.checksums import DAMAGE, SUMS, listed_sums
from regimesim.simulation.folders import PARTIAL, write_whole
from regimesim.simulation.provenance import PYTHON, provenance
from regimesim.simulation.simulate import Columns
from regimesim.sweeps.chunks import Rectangle, cut
from regimesim.sweeps.points import Place, Points

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

FORMAT = 2
MANIFEST, DESIGN, PARTS, SUMMARY_FILE, LOG, DAMAGED, LOCK = (
    "manifest.json",
    "design.parquet",
    "parts",
    "summary.parquet",
    "sweep.log",
    "damaged",
    ".lock",
)
_PART = re.compile(r"r(\d+)-(\d+)_p(\d+)-(\d+)_([0-9a-f]{16})\.parquet")
_DERIVED = ("seed",)  # the same in every row: it stands in the manifest


class Cut(NamedTuple):
    """A rectangle of runs and how many of them make a chunk."""

    rectangle: Rectangle
    size: int


@dataclass(frozen=True)
class Manifest:
    """Request of a sweep, and how it is cut.

    Attributes
    ----------
    seed, runs : int
        ``runs`` replicates of every point.
    cuts : tuple of Cut
        The first, and one or two for every time that runs or points were added.
    about : dict
        Provenance: version, core, libraries, command ...
    identity : str
        Checksum of points, seed, runs and version of the model, where it was read from a folder.
    """

    seed: int
    runs: int
    cuts: tuple[Cut, ...]
    about: dict[str, Any]
    identity: str = ""

    @property
    def chunks(self) -> list[Rectangle]:
        """All chunks, in the order in which they are to be played."""
        return [chunk for rectangle, size in self.cuts for chunk in cut(rectangle, size)]


@dataclass(frozen=True)
class Folder:
    """The folder of a sweep."""

    path: Path

    @property
    def exists(self) -> bool:
        """True if a sweep was begun here."""
        try:
            return (self.path / MANIFEST).is_file()
        except OSError:  # a name too long to be one
            return False

    @property
    def vacant(self) -> bool:
        """True if a sweep can be begun here: nothing is here, or one that was killed as it began."""
        if not self.path.exists():
            return True
        names = {path.name for path in self.path.iterdir() if not path.name.startswith(PARTIAL)}
        if LOCK not in names:
            return not names
        return names <= {LOCK, DESIGN, PARTS, LOG, SUMS} and not self._files()

    def begin(self, points: Points, manifest: Manifest) -> None:
        """Write what was asked, the points first: a manifest is there only when all it speaks of is."""
        (self.path / PARTS).mkdir(parents=True, exist_ok=True)
        self.write_design(points)
        tree = {
            "format": FORMAT,
            "seed": manifest.seed,
            "runs": manifest.runs,
            "points": len(points),
            "swept": list(points.swept),
            "design": _points_digest(points),
            "cuts": [{**c.rectangle._asdict(), "size": c.size} for c in manifest.cuts],
            "worlds": [
                {
                    "name": world.name,
                    "settings": tree_of(world),
                    "places": {name: place._asdict() for name, place in places.items()},
                }
                for world, places in zip(points.worlds, points.places, strict=True)
            ],
            "about": manifest.about,
        }
        if points.held is not None:
            tree["assumptions"] = [under.told() for under in points.assumed]
        tree["checksum"] = _tree_digest(tree)
        text = json.dumps(tree, indent=1, ensure_ascii=False) + "\n"
        write_whole(self.path / MANIFEST, text.encode())

    def write_design(self, points: Points) -> None:
        """Write the points, a row each."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns: dict[str, Any] = {"point": np.arange(len(points)), "base": points.world}
        columns |= points.columns
        buffer = io.BytesIO()
        pq.write_table(pa.table(columns), buffer)
        write_whole(self.path / DESIGN, buffer.getvalue())

    def read(self, listed: bool = True, points: Points | None = None) -> tuple[Points, Manifest]:
        """The points and the manifest.

        Parameters
        ----------
        listed : bool
            False: they need not be those in the list of checksums.
        points : Points, optional
            Taken in place of the design, if they are those that the manifest speaks of.

        Raises
        ------
        InputError
            If there is no sweep here, or it is damaged.
        """
        tree = self._tree()
        try:
            if listed:
                self._check_listed()
            points = self._points(tree) if points is None else points
            if _points_digest(points) != tree["design"]:
                raise ValueError(f"{DESIGN} has been changed")
            return points, _manifest(tree)
        except DAMAGE as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise DamagedSweep(f"the sweep in {self.path} is damaged: {reason}") from None

    def _check_listed(self) -> None:
        """Hold manifest and design against the list of checksums; only a finished sweep has one."""
        if (self.path / SUMS).is_file():
            listed = listed_sums(self.path)
            for name in (MANIFEST, DESIGN):
                if listed.get(name) != hashlib.sha256(content_of(self.path / name)).hexdigest():
                    raise ValueError(f"{name} is not the one in {SUMS}")

    def _tree(self) -> dict[str, Any]:
        try:
            tree = json.loads(content_of(self.path / MANIFEST))
        except FileNotFoundError:
            raise DamagedSweep(f"no sweep in {self.path} (there is no {MANIFEST})") from None
        except DAMAGE as error:
            raise DamagedSweep(f"the sweep in {self.path} is damaged: {MANIFEST}: {error}") from None
        if not isinstance(tree, dict) or tree.pop("checksum", None) != _tree_digest(tree):
            raise DamagedSweep(f"the sweep in {self.path} is damaged: {MANIFEST} has been changed")
        if tree.get("format") != FORMAT:
            raise InputError(f"the sweep in {self.path} was written by another version of regimesim")
        return tree

    def _points(self, tree: dict[str, Any]) -> Points:
        import pyarrow.parquet as pq

        # killed as points were being added, it may hold more of them than its manifest
        content = content_of(self.path / DESIGN)  # a relative path could pass for an address of the web
        table = pq.read_table(io.BytesIO(content)).slice(0, tree["points"])
        worlds = [read_scenario(w["settings"], w["name"], MANIFEST) for w in tree["worlds"]]
        places = [
            {
                name: Place(p["array"], tuple(p["fields"]), p["row"], tuple(p["phases"]))
                for name, p in world["places"].items()
            }
            for world in tree["worlds"]
        ]
        columns = {name: table[name].to_numpy() for name in tree["swept"]}
        world = table["base"].to_numpy().astype(np.intp)
        return Points(tuple(worlds), world, columns, tuple(places), _held(worlds, tree.get("assumptions")))

    def candidates(self) -> dict[Rectangle, list[Path]]:
        """The files that are named like parts, by chunk; what is in them is not looked at."""
        found: dict[Rectangle, list[Path]] = {}
        for path in self._files():
            found.setdefault(_chunk_of(path), []).append(path)
        return found

    def holds_some_of(self, keys: Keys) -> bool:
        """Tell whether there is a part of such a sweep."""
        return any(
            path.is_file() and keys.fit(path, chunk, path.read_bytes())
            for chunk, paths in self.candidates().items()
            if chunk in keys
            for path in paths
        )

    def _files(self) -> list[Path]:
        return sorted(path for path in (self.path / PARTS).glob("r*.parquet") if _PART.fullmatch(path.name))

    def write_part(self, chunk: Rectangle, columns: Columns, key: str) -> Path:
        """Write a part; writing it again, from anywhere, gives the same file (``key``: of its chunk)."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        kept = {name: column for name, column in columns.items() if name not in _DERIVED}
        buffer = io.BytesIO()
        pq.write_table(pa.table(kept), buffer, compression="zstd", row_group_size=1 << 16)
        content = buffer.getvalue()
        name = (
            f"r{chunk.first:09d}-{chunk.last:09d}_p{chunk.first_point:07d}-{chunk.last_point:07d}"
            f"_{checksum(content, key)}.parquet"
        )
        return write_whole(self.path / PARTS / name, content)

    def mend(self, keys: Keys) -> tuple[set[Rectangle], list[str]]:
        """Check every part; take away what was never finished, put aside what is not as it should be.

        Parameters
        ----------
        keys : Keys
            Of the chunks that are wanted.

        Returns
        -------
        whole : set of Rectangle
        damaged : list of str
            Names of files that are damaged, or parts of another sweep; they are in ``damaged/`` now.
        """
        self.tidy()
        whole, damaged = set(), []
        for path in self._files():
            chunk = _chunk_of(path)
            if path.is_file() and chunk in keys and keys.fit(path, chunk, path.read_bytes()):
                whole.add(chunk)
            else:
                damaged.append(path.name)
                (self.path / DAMAGED).mkdir(exist_ok=True)
                os.replace(path, self.path / DAMAGED / path.name)
        return whole, damaged

    def tidy(self) -> None:
        """Take away files that were being written when their process was killed."""
        for folder in (self.path, self.path / PARTS):
            for stale in folder.glob(f"{PARTIAL}*"):
                if stale.is_dir():  # pictures in the making
                    shutil.rmtree(stale, ignore_errors=True)
                else:
                    stale.unlink(missing_ok=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder: a second sweep into it is refused while this one is going on.

        Raises
        ------
        InputError
        """
        self.path.mkdir(parents=True, exist_ok=True)
        for name in (LOCK, LOG, MANIFEST, DESIGN, SUMMARY_FILE, SUMS):
            if os.path.lexists(self.path / name) and not (self.path / name).is_file():
                raise InputError(f"the sweep in {self.path} is damaged: {name} is no file; remove it")
        with open(self.path / LOCK, "w") as lock:
            try:
                if fcntl is not None:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                other = spelt("out=DIR", "folder")
                raise InputError(
                    f"another sweep is writing to {self.path}; wait for it, or choose another {other}"
                ) from None
            except OSError:
                pass  # a file system without locks: parts are written whole and may be written twice
            yield


def _held(worlds: Sequence[Scenario], told: Sequence[dict[str, Any]] | None) -> tuple[str, ...] | None:
    """Parameters that no draw sets, if runs are played under draws: with the sets as they are now."""
    if told is None:
        return None
    under = [told_again(world, one) for world, one in zip(worlds, told, strict=True)]
    return tuple(sorted({name for one in under for name in one.held}))


def content_of(path: Path) -> bytes:
    """All of a file; a pipe in its place would have no end."""
    if path.exists() and not path.is_file():
        raise ValueError(f"{path.name} is no file")
    return path.read_bytes()


class Keys:
    """For every chunk of a sweep a name for what it plays: points, worlds, seed, version of the model."""

    def __init__(self, points: Points, manifest: Manifest) -> None:
        self.points, self.about = points, f"{manifest.seed} {manifest.about.get('core')}"
        if own := manifest.about.get(PYTHON):
            self.about += f" {json.dumps(own, sort_keys=True)}"
        self.chunks = frozenset(manifest.chunks)
        self._digests: dict[tuple[int, int], str] = {}

    def __contains__(self, chunk: Rectangle) -> bool:
        return chunk in self.chunks

    def __getitem__(self, chunk: Rectangle) -> str:
        between = chunk.first_point, chunk.last_point
        if between not in self._digests:
            self._digests[between] = _points_digest(self.points.take(*between))
        return f"{tuple(chunk)} {self.about} {self._digests[between]}"

    def fit(self, path: Path, chunk: Rectangle, content: bytes) -> bool:
        """Tell whether a file is the part that its name says, of this very sweep."""
        return path.stem.endswith(f"_{checksum(content, self[chunk])}")


class DamagedSweep(InputError):
    """The manifest or the design of a sweep is missing or damaged; the message says which."""


def _points_digest(points: Points) -> str:
    """A name for points and all that they play."""
    digest = hashlib.sha256(points.world.astype(np.int64).tobytes())
    for world, places in zip(points.worlds, points.places, strict=True):
        digest.update(_tree_digest([tree_of(world), places]).encode())
    for under in points.assumed:
        digest.update(_tree_digest(under.told()).encode())
    for name, column in points.columns.items():
        values = "\0".join(column) if column.dtype == object else column
        digest.update(name.encode())
        digest.update(values.encode() if isinstance(values, str) else np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def _tree_digest(tree: Any) -> str:
    return hashlib.sha256(json.dumps(tree, sort_keys=True).encode()).hexdigest()


def new_manifest(seed: int, runs: int, cuts: Sequence[Cut], **about: Any) -> Manifest:
    """A manifest of this very program."""
    return Manifest(seed, runs, tuple(cuts), provenance(**about))


def extended(manifest: Manifest, runs: int, cuts: Sequence[Cut]) -> Manifest:
    """A manifest with runs or points added."""
    return replace(manifest, runs=runs, cuts=(*manifest.cuts, *cuts))


def _manifest(tree: dict[str, Any]) -> Manifest:
    cuts = [
        Cut(Rectangle(c["first_point"], c["last_point"], c["first"], c["last"]), c["size"])
        for c in tree["cuts"]
    ]
    seed, runs, about = int(tree["seed"]), int(tree["runs"]), dict(tree["about"])
    identity = _tree_digest([seed, runs, about.get("core"), tree["design"]])
    return Manifest(seed, runs, tuple(cuts), about, identity)


def _chunk_of(path: Path) -> Rectangle:
    first, last, a, b = map(int, re.findall(r"\d+", path.stem.rpartition("_")[0]))
    return Rectangle(a, b, first, last)


def checksum(content: bytes, key: str) -> str:
    """Give the checksum in a part's name: of its content, and of what its chunk plays."""
    digest = hashlib.sha256(key.encode())
    digest.update(content)
    return digest.hexdigest()[:16]
