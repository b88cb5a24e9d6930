"""The table of commands: where each is carried out, what it is for, and how it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """A word after ``regimesim``: where it is carried out, and what it is for."""

    place: str  # "module:function", imported when it is called
    about: str
    usage: str


COMMANDS: Mapping[str, Command] = {
    "run": Command(
        "regimesim.cli.run:run_command",
        "simulate a scenario many times: how long cooperation lasts, and why it ends",
        "+scenario=concert [world=NAME] [order=NAME] [runs=1000] [seed=0]\n"
        "                        [years=100] [workers=2] [out=DIR] [PARAMETER=VALUE ...]\n\n"
        "  another order may be put into the scenario's world, and its order into another world;\n"
        "  a world and an order together need no scenario\n\n"
        "  with -m, Hydra's multirun: a job for each of several values, by any of Hydra's launchers",
    ),
    "explain": Command(
        "regimesim.cli.run:explain_command",
        "the chronicle of one run",
        "+scenario=concert [replicate=17] [seed=0] [PARAMETER=VALUE ...]",
    ),
    "theory": Command(
        "regimesim.cli.run:theory_command",
        "what each pair of states is playing at the start, and what it takes to cooperate",
        "+scenario=concert [PARAMETER=VALUE ...]",
    ),
    "compare": Command(
        "regimesim.cli.compare:compare_command",
        "several scenarios on the same seeds: which lasts longer, and how sure that is",
        "[scenarios=[concert,bipolar,collective_security]] [runs=1000]\n"
        "                        [seed=0] [years=100] [out=DIR] [PARAMETER=VALUE ...]",
    ),
    "sweep": Command(
        "regimesim.cli.sweep:sweep_command",
        "many settings, many runs of each, in pieces that can be interrupted and gone on with",
        "+scenario=concert PARAMETER=VALUES ... [+sweep=NAME] [points=FILE.csv]\n"
        "                        [runs=100] [seed=0] [engine=local] [engine.workers=2]\n"
        "                        [extend=true] [out=DIR]\n\n"
        "  VALUES: 0.2,0.4,0.6 or range(0,1,0.1)",
    ),
    "diagnose": Command(
        "regimesim.cli.compare:diagnose_command",
        "is it a regime? What its institutions add to power, and what each arrangement carries",
        "+scenario=concert [runs=300] [seed=0] [PARAMETER=VALUE ...]",
    ),
    "sensitivity": Command(
        "regimesim.cli.sensitivity:sensitivity_command",
        "which judgements decide how long it lasts, and how sure that is",
        "+scenario=concert [outcome=regime] [runs=100] [trajectories=20]\n"
        "                        [samples=256] [top=8] [parameters=[NAME,...]]\n"
        "                        [NAME=interval(LOW,HIGH)] [out=DIR] [PARAMETER=VALUE ...]",
    ),
    "plot": Command(
        "regimesim.cli.sweep:plot_command",
        "draw the results in a folder: of a sweep over its axes, of a run anew",
        "PATH [outcome=both] [out=DIR]",
    ),
    "calibrate": Command(
        "regimesim.cli.calibrate:calibrate_command",
        "which settings could have given the record: all that fit, what they agree on, what follows",
        "+scenario=concert [draws=1024] [runs=200] [parameters=[NAME,...]]\n"
        "                        [targets=[NAME,...]] [record=PATH] [answers=32] [seed=0]\n"
        "                        [out=DIR] [PARAMETER=VALUE ...]",
    ),
    "history": Command(
        "regimesim.cli.history:history_command",
        "your own table of disputes, era by era, beside a scenario if one is given",
        "PATH [+scenario=concert] [era=concert] [runs=200]\n"
        "                        [columns.year=NAME ...] [out=DIR]",
    ),
    "experiment": Command(
        "regimesim.cli.experiment:experiment_command",
        "ask one of the questions in experiments/ again, and hold the answer against the recorded one",
        "[NAME] [scale=0.1] [seed=N] [record=true] [out=DIR]",
    ),
    "demo": Command(
        "regimesim.cli.demo:demo",
        "a page to play with in a browser: sliders, a map through time, and a state to play",
        "[+scenario=concert] [open=false] [port=8808] [host=127.0.0.1]\n"
        "                        [PARAMETER=VALUE ...]",
    ),
    "list": Command(
        "regimesim.cli.run:list_command",
        "what there is: scenarios, worlds, orders, strategies, parameters",
        "[scenarios | worlds | orders | strategies | parameters] [WORD ...]",
    ),
    "show": Command(
        "regimesim.cli.run:show_command",
        "a scenario, a world, an order, a strategy or a parameter in full",
        "NAME | world=NAME | order=NAME [PARAMETER=VALUE ...]",
    ),
    "completion": Command(
        "regimesim.cli.completion:completion",
        "a script with which a shell completes commands, scenarios and parameters",
        "bash | zsh | fish",
    ),
}

_FLAGS = {
    "-q": "quiet",
    "--quiet": "quiet",
    "--json": "json",
    "-h": "help",
    "--help": "help",
    "-m": "multirun",
    "--multirun": "multirun",
}


@dataclass(frozen=True)
class Flags:
    """Switches that every command knows."""

    quiet: bool = False
    json: bool = False
    multirun: bool = False


OPTIONS = """
  -q, --quiet   print only where the results are
  --json        print the result as JSON
  --version     print the version"""
