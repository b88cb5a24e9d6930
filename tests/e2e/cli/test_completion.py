"""Completion in real shells: what a tab makes of a line that has been begun."""

import os
import shutil
import sysconfig
from pathlib import Path

import pytest

pexpect = pytest.importorskip("pexpect", reason="shells are driven by pexpect")

SCRIPTS = Path(sysconfig.get_path("scripts"))

# how a shell is started, and what it is told so that control-G prints the line as it stands
SHELLS = {
    "bash": (
        "bash --norc --noprofile -i",
        """eval "$(regimesim completion bash)"; bind -x '"\\C-g": printf "<<%s>>" "$READLINE_LINE"'""",
    ),
    "zsh": (
        "zsh -f -i",
        """autoload -U compinit; compinit -u -D; eval "$(regimesim completion zsh)"; """
        """shown() { print -rn -- "<<$BUFFER>>" }; zle -N shown; bindkey "^G" shown""",
    ),
    "fish": (
        "fish --no-config -i",
        """regimesim completion fish | source; bind \\cg 'printf "<<%s>>" (commandline)'""",
    ),
}

BEGUN = {
    "regimesim ca": "regimesim calibrate ",
    "X=1 regimesim help diag": "X=1 regimesim help diagnose ",
    "regimesim run +sc": "regimesim run +scenario=",
    "regimesim run +scenario=conc": "regimesim run +scenario=concert ",
    "regimesim run scenario=du": "regimesim run scenario=duel ",
    "regimesim run +scenario=./mi": "regimesim run +scenario=./mine.yaml ",
    "regimesim run transparency.lev": "regimesim run transparency.level=",
    "regimesim sweep sanctions.rule=none,cen": "regimesim sweep sanctions.rule=none,centralized ",
    "regimesim run +scenario=duel states.Rur": "regimesim run +scenario=duel states.Ruritania.",
    "regimesim run +scenario=duel states.Ruritania.strategy=gri": "regimesim run +scenario=duel "
    "states.Ruritania.strategy=grim ",
    "regimesim sensitivity 'parameters=[war.cost,war.cap": "regimesim sensitivity 'parameters=[war.cost,"
    "war.capability_loss",
    "regimesim list par": "regimesim list parameters ",
    "regimesim plot my": "regimesim plot my\\ results/",
    "regimesim run --js": "regimesim run --json ",
    # nothing can be said, so nothing is: no traceback, no change
    "regimesim run +scenario=nix states.F": "regimesim run +scenario=nix states.F",
    "regimesim run +scenario=broken states.F": "regimesim run +scenario=broken states.F",
}


@pytest.fixture
def folder(tmp_path):
    """A folder with scenarios of one's own, and one whose name has a space."""
    own = tmp_path / "configs" / "scenario"
    own.mkdir(parents=True)
    (own / "duel.yaml").write_text("states: {Ruritania: {}, Graustark: {}}\n", "utf-8")
    (own / "broken.yaml").write_text("states: [\n", "utf-8")
    (tmp_path / "mine.yaml").write_text("states: {A: {}, B: {}}\n", "utf-8")
    (tmp_path / "my results").mkdir()
    return tmp_path


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("shell", SHELLS)
def test_a_tab(shell, folder):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    if not (SCRIPTS / "regimesim").is_file():
        pytest.skip("the command regimesim is not installed")
    start, setting = SHELLS[shell]
    path = f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "HOME": str(folder), "TERM": "xterm", "LC_ALL": "C.UTF-8"}
    terminal = pexpect.spawn(
        start, cwd=str(folder), env=environment, encoding="utf-8", timeout=60, dimensions=(50, 250)
    )
    try:
        terminal.sendline(setting)
        terminal.sendline("echo re''ady")
        terminal.expect("ready")
        found = {}
        for line in BEGUN:
            terminal.send(f"{line}\t\x07")
            terminal.expect("<<([^\r\n]*)>>")
            found[line] = terminal.match[1]
            terminal.send("\x15")  # forget the line
    finally:
        terminal.close(force=True)
    assert found == BEGUN
