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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

from regimesim.cli.table import COMMANDS, SWITCH_LINES, SWITCH_OF, Flags, Given

FAILED, USED_WRONGLY, INTERRUPTED = 1, 2, 130
_LONGEST_MESSAGE = 1_000
"""Letters of a complaint."""
_POLL_SECONDS = 0.02
"""Seconds until a signal that was lost comes again."""


KERNELS = {
    "numba": "compiled by numba at the first use",
    "python": "not compiled: NUMBA_DISABLE_JIT is set",
}
"""Words of ``--version`` for kernels that were not made ahead of time."""


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
        return _complete_words(words[2:])
    given = [word for word in words if word in SWITCH_OF]
    rest = [word for word in words if word not in given]
    chosen = {SWITCH_OF[word] for word in given}
    if "version" in chosen:
        from regimesim.core.keeping import target
        from regimesim.simulation.provenance import program_version

        print(f"regimesim {program_version()} ({KERNELS.get(kernel := target(), f'compiled for {kernel}')})")
        return 0
    named = [word for word in rest if word != "help"]
    if not rest and "help" not in chosen:
        print(_help(None), file=sys.stderr)
        return USED_WRONGLY
    if not named or (("help" in chosen or rest[0] == "help") and named[0] in COMMANDS):
        print(_help(named[0] if named else None))
        return 0
    return _carry_out(named[0], rest[1:], _flags_chosen(chosen))


def _complete_words(asked: Sequence[str]) -> int:
    """Answer a shell; whatever is wrong, nothing is printed into the line that is being typed."""
    try:
        from regimesim.cli.completion import answer_shell

        answer_shell(asked, COMMANDS)
    except Exception:
        return USED_WRONGLY
    return 0


def _flags_chosen(chosen: set[str]) -> Flags:
    return Flags(**dict.fromkeys(chosen - {"help"}, True))


def _carry_out(name: str, arguments: Sequence[str], flags: Flags) -> int:
    import logging

    from regimesim.cli.advice import of_several_values
    from regimesim.scenario.compose import SeveralValues
    from regimesim.scenario.messages import InputError, known, prompt

    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # where it keeps its fonts is nobody's concern
    try:
        with _signals(), warnings.catch_warnings(), prompt():
            warnings.showwarning = lambda message, *_: _complain(str(message))
            command = known(name, COMMANDS, "command")
            _refuse_unreadable(arguments)
            _refuse_options(arguments)
            _refuse_hydras_settings(arguments, flags.multirun)
            if flags.multirun and name != "run":
                raise InputError("-m (many jobs by Hydra) goes with run; many settings at once are: sweep")
            if flags.multirun:
                from regimesim.cli.run import multirun

                multirun(arguments, flags)
                return 0
            code = _function(command.place)(command.read(arguments), flags)
            sys.stdout.flush()
            return code or 0
    except SeveralValues as several:
        advice = of_several_values(several, command, arguments)
        _complain(f"{several}; {advice}" if advice else str(several))
        return USED_WRONGLY
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
    except MemoryError:
        _complain("there is not memory enough for so much; ask for fewer states, years or workers")
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
    if len(line) > _LONGEST_MESSAGE:
        line = f"{line[: _LONGEST_MESSAGE - 200]} ... {line[-200:]}"
    with suppress(OSError, ValueError):  # nobody listens
        print(f"regimesim: {line}", file=sys.stderr)


def _refuse_unreadable(arguments: Sequence[str]) -> None:
    from regimesim.scenario.messages import InputError, legible, quoted

    for word in arguments:
        if any("\ud800" <= letter <= "\udfff" for letter in word):
            raise InputError(f"{ascii(word)[:60]} is not text in UTF-8")
        if not legible(word) or set(word) & set("\t\n\r"):
            raise InputError(f"{quoted(word)} holds a sign that is no letter; type it without")


def _refuse_options(arguments: Sequence[str]) -> None:
    """Refuse ``--runs 100``, and say what to type instead."""
    from difflib import get_close_matches

    from regimesim.cli.advice import of_hydras_flag
    from regimesim.scenario.messages import InputError

    for word, following in zip(arguments, [*arguments[1:], ""], strict=False):
        if not word.startswith("-"):
            continue
        name, _, value = word.lstrip("-").partition("=")
        near = get_close_matches(word, SWITCH_OF, 1, 0.7)
        plus = "+" if name == "scenario" else ""
        given = value or (following if "=" not in following else "") or "VALUE"
        setting = f"{plus}{name}={given}" if len(name) > 1 else "NAME=VALUE"
        hint = f"did you mean {near[0]}?" if near else f"settings are written {setting}"
        raise InputError(f"no option '{word}'; {of_hydras_flag(word, arguments) or hint}")


def _refuse_hydras_settings(arguments: Sequence[str], multirun: bool) -> None:
    """Refuse ``hydra.run.dir=DIR``, and say what to type instead."""
    from regimesim.cli.advice import of_hydras_setting
    from regimesim.scenario.messages import InputError, quoted

    for word in arguments:
        if advice := of_hydras_setting(word, multirun):
            raise InputError(f"{quoted(word)} is a setting of Hydra's; {advice}")


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
            threading.Timer(_POLL_SECONDS, os.kill, (os.getpid(), came.pop())).start()
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


def _function(place: str) -> Callable[[Given, Flags], int | None]:
    from importlib import import_module

    module, _, name = place.partition(":")
    function: Callable[[Given, Flags], int | None] = getattr(import_module(module), name)
    return function


def _help(name: str | None) -> str:
    if name is not None and name in COMMANDS:
        return COMMANDS[name].help
    lines = [f"  {word:<12}{command.about}" for word, command in COMMANDS.items()]
    return "\n".join(
        [
            "regimesim: when do rival states cooperate, and how long does it last?",
            "",
            "python -m regimesim COMMAND ...",
            "",
            *lines,
            "",
            "The main job:     python -m regimesim run +scenario=concert",
            "What can be set:  python -m regimesim list parameters",
            "About a command:  python -m regimesim help run",
            "",
            SWITCH_LINES,
        ]
    )
