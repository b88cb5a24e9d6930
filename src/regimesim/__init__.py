"""Simulates security regimes: how long states restrain themselves, and why it ends.

    >>> import regimesim as rs
    >>> concert = rs.load_scenario("concert", ["transparency.level=0.3"])
    >>> rs.simulate(concert, runs=8, seed=0)
    <Results of concert: 8 runs of 100 years>

The public names are those of ``__all__``. Each is imported when it is first used, so that importing
the package costs nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regimesim import theory
    from regimesim.ablation import ablate
    from regimesim.compare import compare
    from regimesim.config import load_scenario
    from regimesim.model import BufferState, RegimeModel, State
    from regimesim.results import Results
    from regimesim.scenario import InputError, Scenario
    from regimesim.simulate import simulate
    from regimesim.sweep import sweep
    from regimesim.swept import load_results

    __version__: str

__all__ = [
    "BufferState",
    "InputError",
    "RegimeModel",
    "Results",
    "Scenario",
    "State",
    "__version__",
    "ablate",
    "compare",
    "load_results",
    "load_scenario",
    "simulate",
    "sweep",
    "theory",
]

_HOME = {
    "BufferState": "model",
    "InputError": "scenario",
    "RegimeModel": "model",
    "Results": "results",
    "Scenario": "scenario",
    "State": "model",
    "ablate": "ablation",
    "compare": "compare",
    "load_results": "swept",
    "load_scenario": "config",
    "simulate": "simulate",
    "sweep": "sweep",
}
"""The module in which each public name is defined."""


class _Package(ModuleType):
    """This package: loading its module ``simulate`` does not hide its function of that name."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


if not TYPE_CHECKING:  # to a type checker a misspelt name is an error, not an object

    def __getattr__(name: str) -> object:
        value: object
        if name in _HOME:
            value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        elif name == "theory":
            value = import_module(f"{__name__}.theory")
        elif name == "__version__":
            from importlib.metadata import version

            value = version(__name__)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
