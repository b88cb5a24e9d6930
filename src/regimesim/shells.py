"""The command ``completion``: scripts for shells, and what these scripts ask at every tab.

A script does as little as it can: it hands on what has been typed and inserts what it is answered. Whatever
goes wrong there, nothing is printed into the line that is being typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from regimesim.completion import SHELLS, choices
from regimesim.scenario import InputError, known

if TYPE_CHECKING:
    from regimesim.cli import Command, Flags

_BASH = r"""
_regimesim() {
    local word
    COMPREPLY=()
    while IFS= read -r word; do
        COMPREPLY+=("$word")
    done < <(
        "${1/#\~/$HOME}" completion words bash "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null
    )
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=./,] ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -F _regimesim regimesim
"""

_ZSH = r"""
#compdef regimesim
_regimesim() {
    local word about
    local -a whole partial whole_about partial_about
    while IFS=$'\t' read -r word about; do
        if [[ $word == *[=./,] ]]; then
            partial+=("$word") partial_about+=("$word${about:+  -- $about}")
        else
            whole+=("$word") whole_about+=("$word${about:+  -- $about}")
        fi
    done < <(
        "${(Q)words[1]/#\~/$HOME}" completion words zsh "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null
    )
    (( $#whole )) && compadd -l -d whole_about -a whole
    (( $#partial )) && compadd -l -S '' -d partial_about -a partial
    (( $#whole + $#partial ))
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _regimesim "$@"; else compdef _regimesim regimesim; fi
"""

_FISH = r"""
function __regimesim_words
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    $words[1] completion words fish $words[2..-1] "$current" 2>/dev/null
end
complete -c regimesim -f -a '(__regimesim_words)'
"""

_SCRIPTS = dict(zip(SHELLS, (_BASH, _ZSH, _FISH), strict=True))


def completion(arguments: Sequence[str], flags: Flags) -> None:
    """Print the script of a shell."""
    if len(arguments) != 1:
        raise InputError(f"which shell? python -m regimesim completion {' | '.join(SHELLS)}")
    print(known(arguments[0], _SCRIPTS, "shell").strip())


def answer(asked: Sequence[str], commands: Mapping[str, Command]) -> None:
    """Print what a script asks for: a line for each word, with its meaning after a tab where that is shown.

    Parameters
    ----------
    asked : sequence of str
        The shell and what it hands on: of bash the line up to the cursor and its word breaks, of the others
        the words, the last being typed.
    commands : mapping
        As ``cli.COMMANDS``.
    """
    shell, *typed = asked
    if shell == "bash":
        lines = _for_bash(typed[0], typed[1], commands)
    else:
        words = [*typed[:-1], read(typed[-1])[0][-1]] if shell == "fish" else typed
        lines = [f"{choice.word}\t{choice.about}".rstrip() for choice in choices(words, commands)]
    print("".join(f"{line}\n" for line in lines), end="")


def _for_bash(line: str, breaks: str, commands: Mapping[str, Command]) -> list[str]:
    """The ends of words that bash is to insert: it replaces what follows the last of its breaks."""
    words, start, quote = read(line, breaks)
    found = choices(words[1:], commands)
    ends = [choice.word[start:] for choice in found]
    return ends if quote else [re.sub(r"([^\w@%+=:,./~-])", r"\\\1", end) for end in ends]


def read(line: str, breaks: str = "") -> tuple[list[str], int, str]:
    """The words of a line that may end anywhere.

    Returns
    -------
    words : list of str
        Without quotes and backslashes; the last is being typed and may be empty.
    start : int
        Letters of the last word before its last break or opening quote.
    quote : str
        The quote that is open, or nothing.

    >>> read("regimesim run +scenario=con", "=:")
    (['regimesim', 'run', '+scenario=con'], 10, '')
    >>> read("plot 'my res")
    (['plot', 'my res'], 0, "'")
    """
    words, word, start, quote, escaped = [], "", 0, "", False
    for letter in line:
        if escaped or (quote and letter not in (quote, "\\")) or (quote == "'" and letter == "\\"):
            word, escaped = word + letter, False
        elif letter == "\\":
            escaped = True
        elif quote:
            quote = ""
        elif letter in "'\"":
            quote, start = letter, len(word)
        elif letter.isspace():
            if word:
                words.append(word)
            word, start = "", 0
        else:
            word += letter
            start = len(word) if letter in breaks else start
    return [*words, word], start, quote
