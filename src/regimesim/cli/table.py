"""The table of commands: each with its options, declared once.

What is typed is parsed and checked by these declarations; usage lines, ``--help``, completion and the page of
reference are made from them. Nothing heavy is imported here, so that help is instant.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from regimesim.scenario.limits import (
    MOST_FUTURES,
    MOST_POINTS,
    MOST_REPLICATE,
    MOST_RUNS,
    MOST_RUNS_EACH,
    MOST_SEED,
    MOST_TRIES,
    MOST_WORKERS,
    whole_within,
)
from regimesim.scenario.messages import InputError, known, quoted, show

OptionKind = Literal[
    "whole", "number", "switch", "names", "table", "word", "text", "path", "group", "setting"
]
"""Kinds of values that an option takes.

``names`` is a list, ``table`` names and values, ``word`` one of some, ``text`` anything, ``group`` stands for
all options that begin alike (``columns.year`` for ``columns.``), and a ``setting`` is read with those of the
scenario.
"""

WIDTH = 100
"""Letters of a line of help."""
_COLUMN = 24
"""Letters of an option up to which its meaning stands beside it."""
_FIRST = "python -m regimesim "
_SETTING = re.compile(r"\s*\+{0,2}([A-Za-z_][\w.-]*)\s*=")


@dataclass(frozen=True)
class Option:
    """A setting of a command, ``name=value``.

    Attributes
    ----------
    name : str
    kind : OptionKind
    about : str
        What it is for.
    default : object
        Where it is not given.
    low, high : float
        Bounds of a number; both are permitted, ``low`` unless ``open_low``.
    choices : tuple of str
        The words that are taken, if there are only some.
    note : str
        Said after the bounds where they are not kept.
    shown : str
        The value that stands in the usage; the default unless given.
    offers : tuple of str, or str
        Words that completion offers, or what they are names of (``scenario``, ``parameter``).
    also : {"", "word", "table"}
        What a list may be instead: a single word, or a table of names and values.
    plus : bool
        It is written with Hydra's ``+``.
    needed : bool
    """

    name: str
    kind: OptionKind
    about: str
    default: Any = None
    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    choices: tuple[str, ...] = ()
    note: str = ""
    shown: str = ""
    offers: tuple[str, ...] | str = ()
    also: Literal["", "word", "table"] = ""
    plus: bool = False
    needed: bool = False

    @property
    def key(self) -> str:
        """Name by which the option is found, or the beginning of those that it stands for."""
        return self.name.partition(".")[0] + "." if self.kind == "group" else self.name

    @property
    def typed(self) -> str:
        """The option as the usage shows it: ``runs=1000``."""
        return f"{'+' * self.plus}{self.name}={self.shown or show(self.default)}"

    @property
    def usage(self) -> str:
        """The same in brackets if it may be left out."""
        more = " ..." if self.kind == "group" and self.shown == "NAME" else ""
        return self.typed if self.needed else f"[{self.typed}{more}]"

    @property
    def bounds(self) -> str:
        """Permitted values, for people."""
        if self.kind == "switch":
            return "true or false"
        if math.isinf(self.low) or math.isinf(self.high):
            return ""
        low, high = (f"{end:,}" if end < 2**40 else f"2^{math.log2(end + 1):g} - 1" for end in self.ends)
        return f"{'above ' * self.open_low}{low} to {high}"

    @property
    def ends(self) -> tuple[int | float, int | float]:
        """The bounds of a number, whole if it is."""
        return (int(self.low), int(self.high)) if self.kind == "whole" else (self.low, self.high)

    def value(self, text: str) -> Any:
        """Read the value as it was typed.

        Raises
        ------
        InputError
            If it is not what the option takes.
        """
        from regimesim.scenario.compose import literal, option_value

        if self.kind in ("word", "text", "path", "group"):
            found = literal(text)
            return known(found, self.choices, self.name) if self.choices else found
        if self.kind == "names" and self._listed_without_brackets(text):
            raise InputError(f"{self.name} is a list; write it in brackets: {self.name}=[{text}]")
        found = option_value(self.name, text)
        if found is None and self.default is None:
            return None
        if self.kind == "switch" and not isinstance(found, bool):
            raise InputError(f"{self.name} must be true or false; got {quoted(found)}")
        if self.kind == "names":
            return self._names(found)
        if self.kind == "table" and not isinstance(found, dict):
            raise InputError(f"{self.name} must be a table such as {self.shown}; got {quoted(found)}")
        if self.kind == "whole":
            low, high = self.ends
            return whole_within(found, self.name, int(low), int(high), self.note)
        return self._number(found) if self.kind == "number" else found

    def _listed_without_brackets(self, text: str) -> bool:
        from regimesim.scenario.compose import several

        return not text.lstrip().startswith(("[", "{")) and bool(several(self.name, text))

    def _names(self, found: object) -> object:
        if (self.also == "word" and isinstance(found, str)) or (
            self.also == "table" and isinstance(found, dict)
        ):
            return [found] if isinstance(found, str) else found
        if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
            raise InputError(f"{self.name} must be a list such as {self.shown}; got {quoted(found)}")
        return found

    def _number(self, found: object) -> float:
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise InputError(f"{self.name} must be a number such as {self.shown}; got {quoted(found)}")
        if not self.low <= found <= self.high or (self.open_low and found == self.low):
            left = "(" if self.open_low else "["
            raise InputError(
                f"{self.name} must lie in {left}{show(self.low)}, {show(self.high)}]; got {show(found)}"
            )
        return float(found)


@dataclass(frozen=True)
class Given:
    """Words that were typed after a command.

    Attributes
    ----------
    arguments : tuple of str
        All of it.
    options : dict
        The command's own options, each with its value or its default; of a group, a table of the rest of each
        name and its text.
    typed : frozenset of str
        Names of the options that were given.
    words : tuple of str
        What is no setting.
    settings : tuple of str
        Settings that are not the command's own: those of a scenario.
    """

    arguments: tuple[str, ...]
    options: dict[str, Any]
    typed: frozenset[str]
    words: tuple[str, ...]
    settings: tuple[str, ...]

    def has(self, name: str) -> bool:
        """Tell whether a setting of that name is among those of the scenario."""
        return any(word.lstrip("+").startswith(f"{name}=") for word in self.settings)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of what the settings of the scenario give values to."""
        return tuple(word.partition("=")[0].lstrip("+~") for word in self.settings)


@dataclass(frozen=True)
class Command:
    """A word after ``regimesim``.

    Attributes
    ----------
    name : str
    place : str
        Where it is carried out, ``module:function``; imported when it is called.
    about : str
        What it is for.
    options : tuple of Option
    words : str
        Usage of what stands first and is no setting.
    offers : tuple of str, or str
        What completion offers there.
    forms : tuple of str
        Usage of other settings.
    notes : str
        Said below the usage.
    """

    name: str
    place: str
    about: str
    options: tuple[Option, ...] = ()
    words: str = ""
    offers: tuple[str, ...] | str = ()
    forms: tuple[str, ...] = ()
    notes: str = ""

    @property
    def parameters(self) -> bool:
        """Tell whether settings of a scenario may follow."""
        return any("PARAMETER=" in form for form in self.forms)

    @property
    def usage(self) -> str:
        """Words that may follow the command, in lines that fit."""
        needed = [option.usage for option in self.options if option.needed]
        free = [option.usage for option in self.options if not option.needed]
        must = [form for form in self.forms if form[0] != "["]
        may = [form for form in self.forms if form[0] == "["]
        parts = [*([self.words] if self.words else []), *needed, *must, *free, *may]
        indent = " " * (len(_FIRST) + 4)
        fixed = " ".join(part.replace(" ", "\0") for part in parts)
        head = f"{_FIRST}{self.name} "
        lines = textwrap.wrap(
            fixed,
            WIDTH,
            initial_indent="\1" * len(head),
            subsequent_indent=indent,
            break_on_hyphens=False,
            break_long_words=False,
        )
        text = "\n".join(lines).replace("\0", " ").lstrip("\1")
        return f"{text}\n\n{textwrap.indent(self.notes, '  ')}" if self.notes else text

    @property
    def help(self) -> str:
        """Everything that is declared of it."""
        parts = [f"{_FIRST}{self.name} {self.usage}", f"  {self.about}"]
        wide = min(max((len(option.typed) for option in self.options), default=0), _COLUMN) + 4
        lines = []
        for option in self.options:
            about = f"{option.about} ({option.bounds})" if option.bounds else option.about
            head = f"  {option.typed}".ljust(wide)
            lines += [head] if len(head) > wide else []
            first = " " * wide if len(head) > wide else head
            lines.append(textwrap.fill(about, WIDTH, initial_indent=first, subsequent_indent=" " * wide))
        return "\n\n".join([*parts, *(["\n".join(lines)] if lines else []), SWITCH_LINES])

    def read(self, arguments: Sequence[str]) -> Given:
        """Sort and check what was typed.

        Raises
        ------
        InputError
            For an option that is given twice, or whose value it does not take, or that there is not.
        """
        own = {option.key: option for option in self.options if option.kind != "setting"}
        values: dict[str, Any] = {
            key: {} if option.kind == "group" else option.default for key, option in own.items()
        }
        typed: set[str] = set()
        words: list[str] = []
        settings: list[str] = []
        for word in arguments:
            name = self._name_in(word)
            key = next((key for key in (name, name.partition(".")[0] + ".") if key in own), None)
            if not name or (key is None and not self.options):
                (settings if self.parameters and not self.words else words).append(word)
            elif key is None and self.parameters:
                settings.append(word)
            else:
                option = own[key] if key else known(name, own, "option")
                if name in typed:
                    raise InputError(f"{name} is given twice (command line)")
                typed.add(name)
                value = option.value(word.partition("=")[2])
                if option.kind == "group":
                    values[option.key][name.removeprefix(option.key)] = value
                else:
                    values[name] = value
        return Given(tuple(arguments), values, frozenset(typed), tuple(words), tuple(settings))

    def _name_in(self, word: str) -> str:
        """The name that a setting gives a value to; nothing if the word is none."""
        if self.words:
            from regimesim.scenario.files import there

            if there(Path(word)):
                return ""
        if self.parameters and word.startswith("~"):
            return word
        found = _SETTING.match(word)
        return found[1] if found else ""


SCENARIO_OPTION = Option(
    "scenario",
    "setting",
    "a scenario's name, or the path of a file",
    shown="concert",
    offers="scenario",
    plus=True,
    needed=True,
)
ANY_SCENARIO_OPTION = Option(
    "scenario",
    "setting",
    "a scenario's name, or the path of a file",
    shown="concert",
    offers="scenario",
    plus=True,
)
YEARS_OPTION = Option("years", "setting", "horizon, if not the scenario's own", shown="100")
SEED_OPTION = Option("seed", "whole", "seed of all runs: the same seed, the same runs", 0, 0, MOST_SEED)
WORKERS_OPTION = Option("workers", "whole", "threads; all cores by default", None, 1, MOST_WORKERS, shown="2")
_RECORD_OPTIONS = (
    Option("members", "path", "a table of who belonged to the system, and when", shown="FILE"),
    Option("covers", "text", "years that the table of disputes covers", shown="FIRST-LAST"),
    Option("columns.year", "group", "names that the table has for its columns", shown="NAME"),
)
"""Options that say how a table of disputes is to be read."""
_REMEDY_OPTIONS = (
    Option("odds", "number", "the chance that is wanted of a remedy", 0.9, 0, 1, open_low=True),
    Option("stand", "number", "years for which it is to stand with a remedy", 50.0, 0.25, 10_000),
    Option(
        "levers",
        "names",
        "parameters of the order that a remedy may move; by default all that the scenario uses",
        shown="[NAME,...]",
        offers="parameter",
        also="word",
    ),
)
FORMAT_OPTION = Option(
    "format",
    "word",
    "a format for the table of runs, beside Parquet: csv",
    "parquet",
    offers=("parquet", "csv"),
    choices=("parquet", "csv"),
)
OUT_OPTION = Option("out", "path", "a new folder for what is written; below outputs/ by default", shown="DIR")
ASSUMPTIONS_OPTION = Option(
    "assumptions",
    "word",
    "published, or set: each run under one of the settings that fit the record of its states",
    "published",
    offers=("published", "set"),
)
WORLD_AND_ORDER = "[world=NAME] [order=NAME]"
PARAMETER = "[PARAMETER=VALUE ...]"
SPELL_WORDS = ("regime", "peace")


def _runs_option(
    default: int | None, about: str = "how many times it is simulated", shown: str = ""
) -> Option:
    return Option("runs", "whole", about, default, 1, MOST_RUNS, shown=shown)


COMMANDS: Mapping[str, Command] = {
    command.name: command
    for command in (
        Command(
            "run",
            "regimesim.cli.run:run_command",
            "simulate a scenario many times: how long cooperation lasts, and why it ends",
            (
                SCENARIO_OPTION,
                _runs_option(1000),
                SEED_OPTION,
                YEARS_OPTION,
                ASSUMPTIONS_OPTION,
                WORKERS_OPTION,
                FORMAT_OPTION,
                OUT_OPTION,
            ),
            forms=(WORLD_AND_ORDER, PARAMETER),
            notes="another order may be put into the scenario's world, and its order into another world;\n"
            "a world and an order together need no scenario\n\n"
            "with -m, Hydra's multirun: a job for each of several values, by any of Hydra's launchers",
        ),
        Command(
            "explain",
            "regimesim.cli.run:explain_command",
            "the chronicle of one run, its turning points, what would have ended it otherwise or saved it",
            (
                SCENARIO_OPTION,
                Option("replicate", "whole", "number of the run", 0, 0, MOST_REPLICATE, shown="17"),
                SEED_OPTION,
                ASSUMPTIONS_OPTION,
                Option(
                    "futures",
                    "whole",
                    "futures forked from each year for the turning points; 0 for none",
                    None,
                    0,
                    MOST_FUTURES,
                    shown="500",
                ),
                Option(
                    "until",
                    "number",
                    "year of the calendar of which it is asked whether cooperation still stands; ten years "
                    "after its end by default",
                    None,
                    shown="1853",
                ),
                Option("spell", "word", "what must stand", "regime", offers=(*SPELL_WORDS, "systemic")),
                Option("hinges", "switch", "look for the draws that turn the ending", False, shown="true"),
                Option("remedies", "switch", "look for what would have saved it", False, shown="true"),
                *_REMEDY_OPTIONS,
                Option(
                    "replace",
                    "names",
                    "draws that come out otherwise, as hinges name them",
                    shown="[DATE:DRAW:STATE:...:NUMBER]",
                    also="word",
                ),
            ),
            forms=(PARAMETER,),
            notes="replace=1848-Q1:spread:Austria:1 gives a draw another number in [0, 1]; of draws that "
            "decide\nwhether something happens, 1 prevents it and 0 has it happen; "
            "replace=1848-Q1:round:5 gives a\nround the luck of run 5",
        ),
        Command(
            "theory",
            "regimesim.cli.run:theory_command",
            "what each pair of states is playing at the start, and what it takes to cooperate",
            (SCENARIO_OPTION,),
            forms=(PARAMETER,),
        ),
        Command(
            "compare",
            "regimesim.cli.compare:compare_command",
            "several scenarios, or orders in one world, on the same seeds: which lasts longer",
            (
                Option(
                    "scenarios",
                    "names",
                    "the scenarios",
                    ["concert", "bipolar", "collective_security"],
                    shown="[concert,bipolar,collective_security]",
                    offers="scenario",
                ),
                Option(
                    "worlds",
                    "names",
                    "instead of scenarios: each of these worlds under each of the orders",
                    shown="[NAME,...]",
                    offers="world",
                    also="word",
                ),
                Option(
                    "orders",
                    "names",
                    "instead of scenarios: each of these orders in each of the worlds",
                    shown="[NAME,...]",
                    offers="order",
                    also="word",
                ),
                _runs_option(1000, "how many times each is simulated"),
                SEED_OPTION,
                YEARS_OPTION,
                ASSUMPTIONS_OPTION,
                WORKERS_OPTION,
                OUT_OPTION,
            ),
            forms=(WORLD_AND_ORDER, PARAMETER),
            notes="without scenarios, worlds and orders: three scenarios, and each of their worlds under\n"
            "each of their orders; world=NAME orders=[NAME,...] compares orders in one world",
        ),
        Command(
            "sweep",
            "regimesim.cli.sweep:sweep_command",
            "many settings, many runs of each, in pieces that can be interrupted and gone on with",
            (
                SCENARIO_OPTION,
                Option("sweep", "word", "a design of configs/sweep", shown="NAME", offers="sweep", plus=True),
                Option("points", "path", "a table of points", shown="FILE.csv"),
                _runs_option(
                    None,
                    "how many times each point is simulated, unless the design says",
                    "100",
                ),
                SEED_OPTION,
                ASSUMPTIONS_OPTION,
                WORKERS_OPTION,
                Option("engine", "word", "what carries it out, of configs/engine", "local", offers="engine"),
                Option("engine.workers", "group", "settings of the engine", shown="2"),
                Option("extend", "switch", "add points or runs to a sweep", False, shown="true"),
                FORMAT_OPTION,
                OUT_OPTION,
            ),
            forms=("PARAMETER=VALUES ...",),
            notes="VALUES: 0.2,0.4,0.6 or range(0,1,0.1)",
        ),
        Command(
            "diagnose",
            "regimesim.cli.compare:diagnose_command",
            "is it a regime? What its institutions add to power, and what each arrangement carries",
            (
                SCENARIO_OPTION,
                _runs_option(300, "how many times each of its worlds is simulated"),
                SEED_OPTION,
                ASSUMPTIONS_OPTION,
                WORKERS_OPTION,
                OUT_OPTION,
            ),
            forms=(PARAMETER,),
        ),
        Command(
            "sensitivity",
            "regimesim.cli.sensitivity:sensitivity_command",
            "which assumptions decide how long it lasts, and how sure that is",
            (
                SCENARIO_OPTION,
                Option("outcome", "word", "regime, peace or a rate (wars)", "regime", offers=SPELL_WORDS),
                _runs_option(100, "how many times each point is simulated"),
                Option("trajectories", "whole", "of the screening (Morris)", 20, 2, 100_000),
                Option("samples", "whole", "of the shares (Sobol'); a power of two", 256, 2, 2**20),
                Option("top", "whole", "parameters of which the shares are printed", 8, 1, 100),
                Option(
                    "parameters",
                    "names",
                    "those to vary, instead of all that the scenario uses",
                    shown="[NAME,...]",
                    offers="parameter",
                    also="word",
                ),
                SEED_OPTION,
                WORKERS_OPTION,
                OUT_OPTION,
            ),
            forms=("[NAME=interval(LOW,HIGH)]", PARAMETER),
        ),
        Command(
            "remedies",
            "regimesim.cli.remedies:remedies_command",
            "the cheapest change of an order with which cooperation stands, and different ways to it",
            (
                SCENARIO_OPTION,
                *_REMEDY_OPTIONS,
                Option(
                    "costs",
                    "table",
                    "price of a move all the way to the end of the range, by lever; 1 where none is given",
                    shown="{NAME:PRICE,...}",
                ),
                Option(
                    "target",
                    "number",
                    "instead of odds: years that it lasts on average, up to the horizon",
                    None,
                    0,
                    open_low=True,
                    shown="60",
                ),
                Option("budget", "number", "cost at most", 1.0, 0, 1_000_000, open_low=True),
                Option("spell", "word", "what must stand", "regime", offers=(*SPELL_WORDS, "systemic")),
                Option("tries", "whole", "changes that are tried", 1500, 1, MOST_TRIES),
                Option("runs", "whole", "runs of each change that is tried", 100, 1, MOST_RUNS_EACH),
                SEED_OPTION,
                YEARS_OPTION,
                WORKERS_OPTION,
                OUT_OPTION,
            ),
            forms=(WORLD_AND_ORDER, PARAMETER),
            notes="costs={transparency.level:2,norms.half_life:0.5} makes one lever twice as dear as others, "
            "one half",
        ),
        Command(
            "plot",
            "regimesim.cli.sweep:plot_command",
            "draw the results in a folder: of a sweep over its axes, of a run anew",
            (
                Option(
                    "outcome",
                    "word",
                    "of a sweep: regime, peace, both, or a column of its summary",
                    shown="both",
                    offers=(*SPELL_WORDS, "both"),
                ),
                Option("out", "path", "the folder for the pictures, if not that of the results", shown="DIR"),
            ),
            words="PATH",
            offers="path",
        ),
        Command(
            "calibrate",
            "regimesim.cli.calibrate:calibrate_command",
            "which settings could have given the record: all that fit, what they agree on, what follows",
            (
                SCENARIO_OPTION,
                Option("draws", "whole", "how many settings are tried", 1024, 1, MOST_POINTS - 1),
                _runs_option(200, "histories of each draw"),
                Option(
                    "parameters",
                    "names",
                    "those to vary; or a table of them with ranges, {NAME:[LOW,HIGH]}",
                    shown="[NAME,...]",
                    offers="parameter",
                    also="table",
                ),
                Option("targets", "names", "what of the record is to be met", shown="[NAME,...]"),
                Option("record", "path", "a table of disputes of one's own", shown="PATH"),
                *_RECORD_OPTIONS,
                Option(
                    "answers",
                    "whole",
                    "how many draws that fit are compared with other orders; 0 for none",
                    32,
                    0,
                    100_000,
                    note=", 0 for none",
                ),
                SEED_OPTION,
                WORKERS_OPTION,
                OUT_OPTION,
            ),
            forms=(PARAMETER,),
        ),
        Command(
            "predict",
            "regimesim.cli.predict:predict_command",
            "how well later years are predicted from those up to 1870, beside chance at a constant rate",
            (
                Option("draws", "whole", "how many settings are tried", 1024, 1, MOST_POINTS - 1),
                _runs_option(40, "histories of each draw"),
                Option("assumptions", "path", "a table of settings to use instead", shown="FILE.csv"),
                Option(
                    "record",
                    "path",
                    "a folder with a record of one's own, for a logit with capability and contiguity",
                    shown="FOLDER",
                ),
                SEED_OPTION,
                WORKERS_OPTION,
                OUT_OPTION,
            ),
            notes="the table of settings has a column for each parameter, and may have a column weight",
        ),
        Command(
            "history",
            "regimesim.cli.history:history_command",
            "your own table of disputes, era by era, beside a scenario if one is given",
            (
                ANY_SCENARIO_OPTION,
                Option("era", "text", "the era that a scenario is set beside", shown="concert"),
                Option("eras", "text", "eras of one's own", shown="NAME:FIRST-LAST,..."),
                _runs_option(1000, "how many times the scenario is simulated", "200"),
                SEED_OPTION,
                WORKERS_OPTION,
                *_RECORD_OPTIONS,
                OUT_OPTION,
            ),
            words="PATH",
            offers="path",
            forms=(PARAMETER,),
        ),
        Command(
            "experiment",
            "regimesim.cli.experiment:experiment_command",
            "ask one of the questions in experiments/ again, and hold the answer against the recorded one",
            (
                Option(
                    "scale", "number", "how large, of the full size", 1.0, 0, 1, open_low=True, shown="0.1"
                ),
                Option("seed", "whole", "other luck than the recorded", None, 0, MOST_SEED, shown="7"),
                Option("record", "switch", "write it into the experiment's folder", False, shown="true"),
                OUT_OPTION,
            ),
            words="[NAME]",
            offers="experiment",
            notes="ends with 1 if the answer is not the recorded one",
        ),
        Command(
            "demo",
            "regimesim.cli.demo:demo",
            "a page for the classroom, in one file: a game, a sandbox, and a state to play",
            (
                ANY_SCENARIO_OPTION,
                Option("out", "path", "the file; outputs/demo.html by default", shown="demo.html"),
                Option(
                    "open", "switch", "open it in a browser; by default if no file is named", shown="false"
                ),
            ),
            forms=(WORLD_AND_ORDER, PARAMETER),
            notes="with +scenario=FILE the page begins with a world of your own",
        ),
        Command(
            "list",
            "regimesim.cli.run:list_command",
            "what there is: scenarios, worlds, orders, strategies, parameters",
            words="[scenarios | worlds | orders | strategies | parameters] [WORD ...]",
            offers=("scenarios", "worlds", "orders", "strategies", "parameters"),
        ),
        Command(
            "show",
            "regimesim.cli.run:show_command",
            "a scenario, a world, an order, a strategy or a parameter: its files, or what they come to",
            (Option("resolved", "switch", "the full tree instead of the files", False, shown="true"),),
            words="NAME | world=NAME | order=NAME",
            offers="thing",
            forms=(PARAMETER,),
            notes="files are shown as they are written, with comments; with resolved=true, or with any\n"
            "setting, the full tree that they come to, which can be saved as a scenario",
        ),
        Command(
            "completion",
            "regimesim.cli.completion:completion",
            "a script with which a shell completes commands, scenarios and parameters",
            words="bash | zsh | fish",
            offers=("bash", "zsh", "fish"),
        ),
    )
}


@dataclass(frozen=True)
class Switch:
    """A word that every command knows, such as ``--json``."""

    name: str
    words: tuple[str, ...]
    about: str


SWITCHES = (
    Switch("quiet", ("-q", "--quiet"), "print only where the results are"),
    Switch("json", ("--json",), "print the result as JSON"),
    Switch("help", ("-h", "--help"), "what the command takes"),
    Switch("version", ("--version",), "print the version"),
)
MULTIRUN = Switch("multirun", ("-m", "--multirun"), "of run: many jobs by Hydra")
SWITCH_OF = {word: switch.name for switch in (*SWITCHES, MULTIRUN) for word in switch.words}
"""The name of a switch by each of its words."""
SWITCH_LINES = "\n".join(f"  {', '.join(switch.words):<14}{switch.about}" for switch in SWITCHES)


@dataclass(frozen=True)
class Flags:
    """Switches that were given."""

    quiet: bool = False
    json: bool = False
    multirun: bool = False

    @property
    def screen(self) -> bool:
        """Tell whether an answer is to be shown as a person reads it."""
        return not (self.quiet or self.json)
