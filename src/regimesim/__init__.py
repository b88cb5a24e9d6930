"""Simulates security regimes: how long states cooperate, and why it ends.

    >>> import regimesim as rs
    >>> concert = rs.load_scenario("concert", ["transparency.level=0.3"])
    >>> rs.simulate(concert, runs=8, seed=0)
    <Results of concert: 8 runs of 100 years>

The public names are those of ``__all__``. Each is imported when it is first used, so that importing
the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regimesim import theory
    from regimesim.analysis.ablation import ablate
    from regimesim.analysis.cheapest import cheapest_changes
    from regimesim.analysis.comparison import compare
    from regimesim.analysis.matrix import matrix
    from regimesim.analysis.remedies import remedies
    from regimesim.analysis.turning_points import turning_points
    from regimesim.scenario.compose import load_scenario
    from regimesim.scenario.messages import InputError
    from regimesim.scenario.scenario import Scenario
    from regimesim.simulation.agents import BufferState, State
    from regimesim.simulation.assumptions import assumptions
    from regimesim.simulation.mechanisms.mechanism import Mechanism
    from regimesim.simulation.model import RegimeModel
    from regimesim.simulation.results import Results
    from regimesim.simulation.simulate import simulate
    from regimesim.sweeps.results import load_results
    from regimesim.sweeps.sweep import sweep

    __version__: str

__all__ = [
    "BufferState",
    "InputError",
    "Mechanism",
    "RegimeModel",
    "Results",
    "Scenario",
    "State",
    "__version__",
    "ablate",
    "assumptions",
    "cheapest_changes",
    "compare",
    "load_results",
    "load_scenario",
    "matrix",
    "remedies",
    "simulate",
    "sweep",
    "theory",
    "turning_points",
]

_HOME = {
    "BufferState": "simulation.agents",
    "InputError": "scenario.messages",
    "Mechanism": "simulation.mechanisms.mechanism",
    "RegimeModel": "simulation.model",
    "Results": "simulation.results",
    "Scenario": "scenario.scenario",
    "State": "simulation.agents",
    "ablate": "analysis.ablation",
    "assumptions": "simulation.assumptions",
    "cheapest_changes": "analysis.cheapest",
    "compare": "analysis.comparison",
    "load_results": "sweeps.results",
    "load_scenario": "scenario.compose",
    "matrix": "analysis.matrix",
    "remedies": "analysis.remedies",
    "simulate": "simulation.simulate",
    "sweep": "sweeps.sweep",
    "turning_points": "analysis.turning_points",
}
"""The module in which each public name is defined; none of the packages bears the name of a function."""

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
