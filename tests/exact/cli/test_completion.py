"""What a shell is offered, word by word, against what a person would expect there."""

import re
import subprocess
import sys

import pytest
from checkout import HEAVY

from regimesim.cli.completion import choices, read
from regimesim.cli.main import main
from regimesim.cli.table import COMMANDS
from regimesim.scenario.messages import InputError


@pytest.fixture
def offered(tmp_path, monkeypatch):
    """The words offered at the end of a line, in a folder with a scenario of one's own."""
    own = tmp_path / "configs" / "scenario"
    own.mkdir(parents=True)
    (own / "duel.yaml").write_text(
        "states:\n  Ruritania: {capability: 2}\n  Graustark: {}\nbuffers:\n  Hills: {strength: 0.6}\n",
        "utf-8",
    )
    (own / "broken.yaml").write_text("states: [\n", "utf-8")
    (tmp_path / "my results").mkdir()
    (tmp_path / "disputes.csv").write_text("", "utf-8")
    (tmp_path / ".hidden").write_text("", "utf-8")
    monkeypatch.chdir(tmp_path)

    def offer(line):
        words, _, _ = read(line)
        return [choice.word for choice in choices(words, COMMANDS)]

    return offer


EXPECTED = {
    "calib": ["calibrate"],
    "s": ["sweep", "sensitivity", "show"],
    "help hist": ["history"],
    "nothing of the kind": [],
    "run +sc": ["+scenario="],
    "run sc": ["scenario="],
    "run +scenario=ba": ["+scenario=balance_kaplan", "+scenario=balance_waltz"],
    "run scenario=du": ["scenario=duel"],
    "run +scenario=./conf": ["+scenario=./configs/"],
    "run +scenario=duel -q see": ["seed="],
    "run +scenario=duel seed=1 see": [],
    "run cho": ["choice.temperature=", "choice.tremble="],
    "run p": ["payoffs.", "periphery.", "power."],
    "run transparency.l": ["transparency.level="],
    "run transparency.level=": [],
    "run sanctions.rule=c": ["sanctions.rule=centralized", "sanctions.rule=collective"],
    "run +scenario=concert order=co": ["order=collective_security", "order=concert"],
    "theory world=super": ["world=superpowers_1946"],
    "theory wo": ["world="],
    "run wo": ["workers=", "world="],
    "run members=": ["members=all", "members=none"],
    "run world=trade order=concert states.": [f"states.{name}." for name in "ABCDE"],
    "run +scenario=concert world=superpowers_1946 states.": ["states.United_States.", "states.Soviet_Union."],
    "list or": ["orders"],
    "show equals_s": ["equals_seven"],
    "run strategy=gr": ["strategy=grim"],
    "run strategy=pr": ["strategy=prudent"],
    "run +scenario=duel sta": ["states."],
    "run +scenario=duel states.": ["states.Ruritania.", "states.Graustark."],
    "run +scenario=duel states.Graustark.g": [
        "states.Graustark.growth=",
    ],
    "run +scenario=duel states.Graustark.veto=f": ["states.Graustark.veto=false"],
    "run +scenario=duel states.Graustark.strategy=tit_for_ta": ["states.Graustark.strategy=tit_for_tat"],
    "run +scenario=duel buffers.": ["buffers.Hills.strength="],
    "run states.": [],
    "show duel states.": ["states.Ruritania.", "states.Graustark."],
    "sweep +scenario=duel,concert states.": ["states.Ruritania.", "states.Graustark."],
    "sweep sanctions.rule=none,ce": ["sanctions.rule=none,centralized"],
    "sweep +sweep=ins": ["+sweep=institutions"],
    "sweep engine=sl": ["engine=slurm"],
    "sweep points=d": ["points=disputes.csv"],
    "compare scenarios=[duel,d": [],
    "compare scenarios=[du": ["scenarios=[duel,", "scenarios=[duel]"],
    "compare scenarios=[duel,b": [
        f"scenarios=[duel,{name}" for name in ("balance_kaplan", "balance_waltz", "bipolar", "broken")
    ],
    "sensitivity parameters=[war.cost,pow": [
        f"parameters=[war.cost,power.{key}" for key in ("weight", "volatility")
    ],
    "sensitivity parameters=[war.cost,war.cos": [],
    "sensitivity outcome=": ["outcome=regime", "outcome=peace"],
    "plot outcome=": ["outcome=regime", "outcome=peace", "outcome=both"],
    "plot ": ["configs/", "disputes.csv", "my results/"],
    "plot my": ["my results/"],
    "plot .h": [".hidden"],
    "history disputes.csv era": ["era=", "eras="],
    "history ~/nowhere/": [],
    "list ": ["scenarios", "worlds", "orders", "strategies", "parameters"],
    "list parameters ": [],
    "show zero": ["zero_determinant"],
    "show measure.o": ["measure.onset"],
    "demo open=": ["open=true", "open=false"],
    "completion ": ["bash", "zsh", "fish"],
    "run --j": ["--json"],
}  # fmt: skip


@pytest.mark.parametrize("line", EXPECTED)
def test_what_is_offered(line, offered):
    assert offered(line) == EXPECTED[line]


def test_every_command_is_offered_with_what_it_is_for(offered):
    assert offered("") == list(COMMANDS) == offered("help ")
    (found,) = choices(["theory"], COMMANDS)
    assert found.about == "what each pair of states is playing at the start, and what it takes to cooperate"


def test_a_parameter_is_offered_with_its_meaning_and_bounds():
    (found,) = choices(["run", "transparency.le"], COMMANDS)
    assert found.about == "transparency: how good the monitoring of other states' actions is: [0, 1]"


def test_every_option_that_is_offered_can_be_given(offered, capsys):
    """A wrong value is refused for its value, not for the name of the option."""
    playing = {name: command for name, command in COMMANDS.items() if re.search("scenarios?=", command.usage)}
    assert len(playing) == 11
    for name, command in playing.items():
        for word in offered(f"{name} +scenario=duel "):
            if not word.endswith("=") or word.lstrip("+") in ("scenario=", "strategy="):
                continue
            needs = ["+scenario=duel"] if "+scenario" in command.usage else []
            assert main([name, *needs, word if word == "out=" else f"{word}[oops"]) == 2
            said = capsys.readouterr().err
            assert "no parameter" not in said and "no option" not in said, (name, word, said)


@pytest.mark.parametrize(
    ("line", "words", "start", "quote"),
    [
        ("", [""], 0, ""),
        ("regimesim ", ["regimesim", ""], 0, ""),
        ("regimesim  run +scenario=con", ["regimesim", "run", "+scenario=con"], 10, ""),
        ("a b=c:d", ["a", "b=c:d"], 4, ""),
        ("a 'b c", ["a", "b c"], 0, "'"),
        ("a b='c d", ["a", "b=c d"], 2, "'"),
        ("a 'b c' d", ["a", "b c", "d"], 0, ""),
        ('a "b\\"c', ["a", 'b"c'], 0, '"'),
        ("a 'b\\", ["a", "b\\"], 0, "'"),
        ("a b\\ c", ["a", "b c"], 0, ""),
        ("a b\\", ["a", "b"], 0, ""),
        ("a \"it's", ["a", "it's"], 0, '"'),
    ],
)
def test_a_line_that_may_end_anywhere(line, words, start, quote):
    assert read(line, "=:") == (words, start, quote)


def test_bash_is_given_what_follows_its_last_break(offered, capsys):
    def ends(line):
        assert main(["completion", "words", "bash", line, " \t\n\"'><=;|&(:"]) == 0
        return capsys.readouterr().out.splitlines()

    assert ends("regimesim run +scenario=conc") == ["concert"]
    assert ends("regimesim run +scen") == ["+scenario="]
    assert ends("regimesim run +scenario='conc") == ["concert"]
    assert ends("regimesim plot my") == ["my\\ results/"]
    assert ends("regimesim plot 'my") == ["my results/"]


def test_nothing_is_printed_when_something_is_wrong(offered, capsys):
    with pytest.raises(InputError, match=r"broken\.yaml, line 2"):
        offered("run +scenario=broken states.")
    wrong = (
        ["zsh", "run", "+scenario=broken", "states."],
        ["zsh", "run", "+scenario=nix", "states."],
        ["zsh"],
        [],
        ["bash"],
    )
    for asked in wrong:
        assert main(["completion", "words", *asked]) == 2
        assert capsys.readouterr() == ("", "")


def test_the_command(capsys):
    assert main(["completion"]) == 2
    assert (
        capsys.readouterr().err
        == "regimesim: which shell? python -m regimesim completion bash | zsh | fish\n"
    )
    assert main(["completion", "bsh"]) == 2
    assert "no shell 'bsh'. Did you mean 'bash'?" in capsys.readouterr().err
    assert main(["completion", "zsh"]) == 0
    assert capsys.readouterr().out.startswith("#compdef regimesim\n")


@pytest.mark.parametrize(
    "line", ["r", "run +scenario=", "run +scenario=concert states.F", "run sanctions.rule=", "show w"]
)
def test_nothing_heavy_is_imported_at_a_tab(line):
    asked = ["completion", "words", "zsh", *line.split()]
    program = "import sys; from regimesim.cli.main import main; "
    program += f"main({asked!r}); print(sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) > 1 and done.stdout.splitlines()[-1] == "[]"
