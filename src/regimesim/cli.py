"""The command line: ``python -m regimesim COMMAND ...``; what follows a command is Hydra's override grammar.

Nothing heavy is imported here, so that ``--help`` is instant.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType

FAILED, USED_WRONGLY, INTERRUPTED = 1, 2, 130
_LONGEST = 1_000
"""Letters of a complaint."""
_AGAIN = 0.02
"""Seconds until a signal that was lost comes again."""


@dataclass(frozen=True)
class Command:
    """A word after ``regimesim``: where it is carried out, and what it is for."""

    place: str  # "module:function", imported when it is called
    about: str
    usage: str


COMMANDS: Mapping[str, Command] = {
    "run": Command(
        "regimesim.commands:run",
        "simulate a scenario many times: how long cooperation lasts, and why it ends",
        "+scenario=concert [runs=1000] [seed=0] [years=100] [workers=2]\n"
        "                        [out=DIR] [PARAMETER=VALUE ...]\n\n"
        "  with -m, Hydra's multirun: a job for each of several values, by any of Hydra's launchers",
    ),
    "explain": Command(
        "regimesim.commands:explain",
        "the chronicle of one run",
        "+scenario=concert [replicate=17] [seed=0] [PARAMETER=VALUE ...]",
    ),
    "theory": Command(
        "regimesim.commands:theory",
        "what each pair of states is playing at the start, and what it takes to cooperate",
        "+scenario=concert [PARAMETER=VALUE ...]",
    ),
    "compare": Command(
        "regimesim.comparisons_cli:compare_command",
        "several scenarios on the same seeds: which lasts longer, and how sure that is",
        "[scenarios=[concert,bipolar,collective_security]] [runs=1000]\n"
        "                        [seed=0] [years=100] [out=DIR] [PARAMETER=VALUE ...]",
    ),
    "sweep": Command(
        "regimesim.sweep_cli:sweep_command",
        "many settings, many runs of each, in pieces that can be interrupted and gone on with",
        "+scenario=concert PARAMETER=VALUES ... [+sweep=NAME] [points=FILE.csv]\n"
        "                        [runs=100] [seed=0] [engine=local] [engine.workers=2]\n"
        "                        [extend=true] [out=DIR]\n\n"
        "  VALUES: 0.2,0.4,0.6 or range(0,1,0.1)",
    ),
    "diagnose": Command(
        "regimesim.comparisons_cli:diagnose_command",
        "is it a regime? What its institutions add to power, and what each arrangement carries",
        "+scenario=concert [runs=300] [seed=0] [PARAMETER=VALUE ...]",
    ),
    "sensitivity": Command(
        "regimesim.sensitivity_cli:sensitivity_command",
        "which judgements decide how long it lasts, and how sure that is",
        "+scenario=concert [outcome=regime] [runs=100] [trajectories=20]\n"
        "                        [samples=256] [top=8] [parameters=[NAME,...]]\n"
        "                        [NAME=interval(LOW,HIGH)] [out=DIR] [PARAMETER=VALUE ...]",
    ),
    "plot": Command(
        "regimesim.phases_cli:plot_command",
        "draw the results in a folder: of a sweep over its axes, of a run anew",
        "PATH [outcome=both] [out=DIR]",
    ),
    "calibrate": Command(
        "regimesim.calibrate_cli:calibrate_command",
        "which settings could have given the record: all that fit, what they agree on, what follows",
        "+scenario=concert [draws=1024] [runs=200] [parameters=[NAME,...]]\n"
        "                        [targets=[NAME,...]] [record=PATH] [answers=32] [seed=0]\n"
        "                        [out=DIR] [PARAMETER=VALUE ...]",
    ),
    "history": Command(
        "regimesim.history:history_command",
        "your own table of disputes, era by era, beside a scenario if one is given",
        "PATH [+scenario=concert] [era=concert] [runs=200]\n"
        "                        [columns.year=NAME ...] [out=DIR]",
    ),
    "experiment": Command(
        "regimesim.experiment_cli:experiment_command",
        "ask one of the questions in experiments/ again, and hold the answer against the recorded one",
        "[NAME] [scale=0.1] [out=DIR]",
    ),
    "demo": Command(
        "regimesim.app.command:demo",
        "a page to play with in a browser: sliders, a map through time, and a state to play",
        "[+scenario=concert] [open=false] [port=8808] [host=127.0.0.1]\n"
        "                        [PARAMETER=VALUE ...]",
    ),
    "list": Command(
        "regimesim.commands:list_",
        "what there is: scenarios, strategies, parameters",
        "[scenarios | strategies | parameters] [WORD ...]",
    ),
    "show": Command(
        "regimesim.commands:show",
        "a scenario, a strategy or a parameter in full",
        "NAME [PARAMETER=VALUE ...]",
    ),
    "completion": Command(
        "regimesim.shells:completion",
        "a script with which a shell completes commands, scenarios and parameters",
        "bash | zsh | fish",
    ),
}

_FLAGS = {
    "-q": "quiet", "--quiet": "quiet", "--json": "json", "-h": "help", "--help": "help",
    "-m": "multirun", "--multirun": "multirun",
}  # fmt: skip


@dataclass(frozen=True)
class Flags:
    """Switches that every command knows."""

    quiet: bool = False
    json: bool = False
    multirun: bool = False


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command; the exit code: 0 done, 1 failed, 2 cannot be done as asked, 130 interrupted."""
    try:
        code = _main(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of a help page (head, less) has seen enough
        _say_no_more()
        return 0
    except OSError as error:
        _complain(f"the system refuses: {error}")
        _say_no_more()
        return FAILED
    return code


def _main(arguments: Sequence[str] | None) -> int:
    words = list(sys.argv[1:] if arguments is None else arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that cannot show every letter
    if words[:2] == ["completion", "words"]:  # asked by a shell: flags among the words are not for us
        return _complete(words[2:])
    given = [word for word in words if word in _FLAGS or word == "--version"]
    rest = [word for word in words if word not in given]
    if "--version" in given:
        from regimesim.provenance import program_version

        print(f"regimesim {program_version()}")
        return 0
    chosen = {_FLAGS[word] for word in given}
    named = [word for word in rest if word != "help"]
    if not rest and "help" not in chosen:
        print(_help(None), file=sys.stderr)
        return USED_WRONGLY
    if not named or (("help" in chosen or rest[0] == "help") and named[0] in COMMANDS):
        print(_help(named[0] if named else None))
        return 0
    return _carry_out(named[0], rest[1:], _flags(chosen))


def _complete(asked: Sequence[str]) -> int:
    """Answer a shell; whatever is wrong, nothing is printed into the line that is being typed."""
    try:
        from regimesim.shells import answer

        answer(asked, COMMANDS)
    except Exception:
        return USED_WRONGLY
    return 0


def _flags(chosen: set[str]) -> Flags:
    return Flags(**dict.fromkeys(chosen - {"help"}, True))


def _carry_out(name: str, arguments: Sequence[str], flags: Flags) -> int:
    import logging

    from regimesim.scenario import InputError, known

    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # where it keeps its fonts is nobody's concern
    try:
        with _signals(), warnings.catch_warnings():
            warnings.showwarning = lambda message, *_: _complain(str(message))
            command = known(name, COMMANDS, "command")
            _refuse_unreadable(arguments)
            _refuse_options(arguments)
            if flags.multirun and name != "run":
                raise InputError("-m (many jobs by Hydra) goes with run; many settings at once are: sweep")
            _function(command.place)(arguments, flags)
            sys.stdout.flush()
    except InputError as error:
        _complain(str(error))
        return USED_WRONGLY
    except BrokenPipeError:
        # the reader (head, less) has seen enough
        _say_no_more()
    except OSError as error:
        _complain(f"the system refuses: {error}")
        _say_no_more()
        return FAILED
    except KeyboardInterrupt as interrupt:
        _complain(str(interrupt) or "interrupted; what was not finished is not kept")
        return INTERRUPTED
    except _Terminated as ended:
        # all is tidied up: now die of the signal, which leaves nothing for threads to trip over
        signal.signal(ended.number, signal.SIG_DFL)
        os.kill(os.getpid(), ended.number)
        return 128 + ended.number
    return 0


def _say_no_more() -> None:
    """Let nothing more be written to an output that takes nothing, not even at the end."""
    with suppress(io.UnsupportedOperation):  # no file, in a notebook for instance
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(words: str) -> None:
    """Say on stderr what is the matter: one line, not too long, of letters that the terminal only shows."""
    folded = " ".join(line.strip() for line in words.strip().splitlines())
    line = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in folded)
    if len(line) > _LONGEST:
        line = f"{line[: _LONGEST - 200]} ... {line[-200:]}"
    with suppress(OSError, ValueError):  # nobody listens
        print(f"regimesim: {line}", file=sys.stderr)


def _refuse_unreadable(arguments: Sequence[str]) -> None:
    from regimesim.parameters import legible, quoted
    from regimesim.scenario import InputError

    for word in arguments:
        if any("\ud800" <= letter <= "\udfff" for letter in word):
            raise InputError(f"{ascii(word)[:60]} is not text in UTF-8")
        if not legible(word) or set(word) & set("\t\n\r"):
            raise InputError(f"{quoted(word)} holds a sign that is no letter; type it without")


def _refuse_options(arguments: Sequence[str]) -> None:
    """Refuse ``--runs 100``, and say what to type instead."""
    from difflib import get_close_matches

    from regimesim.scenario import InputError

    for word, following in zip(arguments, [*arguments[1:], ""], strict=False):
        if not word.startswith("-"):
            continue
        name, _, value = word.lstrip("-").partition("=")
        near = get_close_matches(word, [*_FLAGS, "--version"], 1, 0.7)
        plus = "+" if name == "scenario" else ""
        given = value or (following if "=" not in following else "") or "VALUE"
        hint = f"did you mean {near[0]}?" if near else f"settings are written {plus}{name}={given}"
        raise InputError(f"no option '{word}'; {hint}")


@contextmanager
def _signals() -> Iterator[None]:
    """Let the signals that end the program wait for what is begun to be taken away.

    The first one ends it. A second, while that goes on, changes nothing: a closed terminal sends two. Who
    insists with a third ends it at once. Signals whose effect somebody has chosen are left alone.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        came.append(number)
        if len(came) != 2:
            raise _ended(number)

    def unheard(lost: sys.UnraisableHookArgs) -> None:
        if isinstance(lost.exc_value, KeyboardInterrupt | _Terminated) and came:
            # in a destructor or a callback of the compiler, from where it does not get through: once more
            threading.Timer(_AGAIN, os.kill, (os.getpid(), came.pop())).start()
        else:
            hook(lost)

    named = [getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP")]
    untold = (signal.SIG_DFL, signal.default_int_handler)
    found = [number for number in named if number is not None and signal.getsignal(number) in untold]
    hook, before = sys.unraisablehook, {}
    try:
        for number in found:
            before[number] = signal.signal(number, end)
        sys.unraisablehook = unheard
        yield
    except Exception as error:
        if came:  # it has left something half made, and this is what came of it
            raise _ended(came[0]) from error
        raise
    finally:
        sys.unraisablehook = hook
        for number, handler in before.items():
            signal.signal(number, handler)


def _ended(number: int) -> BaseException:
    return KeyboardInterrupt() if number == signal.SIGINT else _Terminated(number)


class _Terminated(BaseException):
    """A signal has come that ends the program."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _function(place: str) -> Callable[[Sequence[str], Flags], None]:
    from importlib import import_module

    module, _, name = place.partition(":")
    function: Callable[[Sequence[str], Flags], None] = getattr(import_module(module), name)
    return function


def _help(name: str | None) -> str:
    if name is not None and name in COMMANDS:
        command = COMMANDS[name]
        return f"python -m regimesim {name} {command.usage}\n\n  {command.about}\n{OPTIONS}"
    lines = [f"  {word:<12}{command.about}" for word, command in COMMANDS.items()]
    return "\n".join([
        "regimesim: when do rival states restrain themselves, and how long does it last?",
        "",
        "python -m regimesim COMMAND ...",
        "",
        *lines,
        "",
        "The main job:     python -m regimesim run +scenario=concert",
        "What can be set:  python -m regimesim list parameters",
        "About a command:  python -m regimesim help run",
        OPTIONS,
    ])  # fmt: skip


OPTIONS = """
  -q, --quiet   print only where the results are
  --json        print the result as JSON
  --version     print the version"""
