"""What tests share: small worlds, the historical record, and a kernel compiled once."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import hypothesis
import pytest
from checkout import ROOT

from regimesim.core.keeping import anything_kept
from regimesim.scenario.reading import read_scenario

hypothesis.settings.register_profile("untimed", deadline=None)  # how long a test takes says nothing of it
hypothesis.settings.load_profile("untimed")


COMPILE = "import regimesim as rs; rs.simulate('anarchy', runs=1, years=1)"


def pytest_configure(config):
    """Before several workers start, compile the kernel once; each then loads it from the cache.

    A shell starts what runs in the background with interrupts ignored, and so would be all that tests start:
    here they are not.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        with contextlib.suppress(ValueError):  # where this is not the main thread
            signal.signal(signal.SIGINT, signal.default_int_handler)
    workers = getattr(config.option, "numprocesses", None)
    if workers and not hasattr(config, "workerinput") and not anything_kept():
        subprocess.run([sys.executable, "-c", COMPILE], cwd=ROOT, check=False, capture_output=True)


@pytest.fixture(scope="session")
def root():
    """The folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The package made by the build backend, but for compiled code: ``built.wheel``, ``built.sdist``."""
    folder = tmp_path_factory.mktemp("built")
    build = "import sys, hatchling.build as h; h.build_sdist(sys.argv[1]); h.build_wheel(sys.argv[1])"
    settings = os.environ | {"REGIMESIM_TARGETS": "none"}
    subprocess.run(
        [sys.executable, "-c", build, folder], cwd=ROOT, check=True, capture_output=True, env=settings
    )
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return SimpleNamespace(wheel=wheel, sdist=sdist)


@pytest.fixture(scope="session")
def world():
    """A builder of small scenarios: neutral, but for what is said.

    ``world({"transparency.level": 1.0}, states=3, years=10, buffers={...})``: parameters by full name; a
    number of states (A, B, C ...) or a table of them; any other key of a scenario's tree.
    """

    def build(parameters=(), *, states=2, years=10, name="small", **rest):
        tree = {"years": years, **rest}
        if isinstance(states, int):
            states = {chr(ord("A") + i): {} for i in range(states)}
        tree["states"] = states
        for full, value in dict(parameters).items():
            group, _, key = full.partition(".")
            tree.setdefault(group, {})[key] = value
        return read_scenario(tree, name)

    return build


@pytest.fixture(scope="session")
def record():
    """The folder of the historical record, in the shape that ``regimesim history`` reads."""
    named = os.environ.get("REGIMESIM_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not (folder / "great_power_dyad_years.csv").is_file():
        pytest.skip("no historical record: set REGIMESIM_DATA to the folder with great_power_dyad_years.csv")
    return folder
