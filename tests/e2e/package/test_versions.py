"""Every Python that is supported, with the oldest and the newest libraries: the same commands, the same bits.

python -m pytest -m verify tests/e2e/package/test_versions.py
"""

import json
import sys

import pytest
from installing import AGES, PYTHONS, Environment, environment, interpreter

pytestmark = pytest.mark.verify

COMMANDS = (
    ("run", "+scenario=concert", "runs=64", "years=40", "out=run"),
    ("compare", "scenarios=[concert,bipolar,league]", "runs=32", "years=20", "out=compare"),
    ("sweep", "+scenario=concert", "transparency.level=0.2,0.6", "runs=16", "years=20", "out=sweep"),
    ("explain", "+scenario=concert", "replicate=17"),
    ("list",),
)

MODEL = """
import json
import regimesim as rs

model = rs.RegimeModel("concert", seed=0, replicate=3)
model.run(years=20)
trust = [[one.trust_in(other.name) for other in model.states if other is not one] for one in model.states]
print(json.dumps([model.round, trust]))
"""

NUMBERS = """
import hashlib, json
from pathlib import Path
import pyarrow.parquet as pq

def digest(path):
    table = pq.read_table(path)
    columns = [repr((name, table[name].to_pylist())) for name in table.column_names]
    return hashlib.sha256("\\n".join(columns).encode()).hexdigest()

found = sorted(Path().glob("*/*.parquet")) + sorted(Path().glob("*/parts/*.parquet"))
# the name of a sweep's part ends with the checksum of its bytes, among which is PyArrow's version
names = [path.name.rpartition("_")[0] if path.parent.name == "parts" else str(path) for path in found]
print(json.dumps({name: digest(path) for name, path in zip(names, found, strict=True)}))
"""

LIBRARIES = """
from importlib.metadata import version
names = ("numpy", "numba", "pandas", "pyarrow", "scipy", "mesa", "matplotlib")
print(*(f"{name} {version(name)}" for name in names))
"""


def numbers(installed):
    """What the commands print, and the numbers they leave, in words that are equal only if all bits are."""
    said = {}
    for words in COMMANDS:
        done = installed("-m", "regimesim", *words)
        assert (done.returncode, done.stderr) == (0, ""), (words, done.stderr)
        said[words[0]] = done.stdout
    for name, program in (("model", MODEL), ("numbers", NUMBERS)):
        done = installed("-c", program)
        assert done.returncode == 0, done.stderr
        said[name] = json.loads(done.stdout)
    return said


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """The numbers of this very environment and checkout."""
    folder = tmp_path_factory.mktemp("here") / "empty"
    folder.mkdir()
    found = numbers(Environment(sys.executable, folder))
    assert len(found["numbers"]) > 6 and found["model"][0] == 80
    return found


@pytest.mark.parametrize("age", AGES)
@pytest.mark.parametrize("version", PYTHONS)
def test_the_same_bits(version, age, built, expected, tmp_path):
    python = interpreter(version)
    if python is None:
        pytest.skip(f"there is no Python {version} on this machine")
    installed = environment(tmp_path, built.wheel, python, age)
    print(version, age, installed("-c", LIBRARIES).stdout)
    assert numbers(installed) == expected
