"""Commands and options are declared once: what is declared is what is checked, printed and completed."""

import re

import pytest

from regimesim.analysis.calibration.findings import ANSWER_DRAWS
from regimesim.analysis.comparison import DEFAULT
from regimesim.cli.demo import PLACE
from regimesim.cli.sweep import RUNS_A_POINT
from regimesim.cli.table import COMMANDS, WIDTH, Option
from regimesim.scenario.messages import InputError

OPTIONS = [(command, option) for command in COMMANDS.values() for option in command.options]
OWN = [(command, option) for command, option in OPTIONS if option.kind != "setting"]


def named(pair):
    return f"{pair[0].name} {pair[1].name}"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_declared_whole(name):
    command = COMMANDS[name]
    assert command.name == name and command.about
    keys = [option.key for option in command.options]
    assert len(keys) == len(set(keys))
    assert max(map(len, command.help.splitlines())) <= WIDTH
    assert command.usage.splitlines()[0] in command.help
    for option in command.options:
        assert option.typed in command.usage and option.about in re.sub(r"\s+", " ", command.help)


@pytest.mark.parametrize("pair", OWN, ids=named)
def test_an_option_takes_what_it_is_declared_to_take(pair):
    command, option = pair
    if option.kind == "whole":
        low, high = option.ends
        for value in (low, high):
            assert command.read([f"{option.name}={value}"]).options[option.name] == value
        for value in (low - 1, high + 1):
            with pytest.raises(InputError, match=rf"{option.name} must lie in \[{low}, {high}\]"):
                command.read([f"{option.name}={value}"])
        with pytest.raises(InputError, match=f"{option.name} must be a whole number; got 1.5"):
            command.read([f"{option.name}=1.5"])
    elif option.kind == "switch":
        assert command.read([f"{option.name}=true"]).options[option.name] is True
        with pytest.raises(InputError, match=f"{option.name} must be true or false; got 1"):
            command.read([f"{option.name}=1"])
    elif option.kind == "names":
        assert command.read([f"{option.name}=[a,b]"]).options[option.name] == ["a", "b"]
        with pytest.raises(InputError, match=f"{option.name} must be a list such as"):
            command.read([f"{option.name}=3"])
    elif option.kind == "table":
        assert command.read([f"{option.name}={{a.b:2}}"]).options[option.name] == {"a.b": 2}
        with pytest.raises(InputError, match=f"{option.name} must be a table such as"):
            command.read([f"{option.name}=3"])
    elif option.kind == "group":
        assert command.read([f"{option.key}x=y"]).options[option.key] == {"x": "y"}
    elif option.choices:
        for value in option.choices:
            assert command.read([f"{option.name}={value}"]).options[option.name] == value
        with pytest.raises(InputError, match=rf"no {option.name} 'xyz'.*all: {', '.join(option.choices)}"):
            command.read([f"{option.name}=xyz"])
    else:
        assert command.read([f"{option.name}=0.5"]).options[option.name] in ("0.5", 0.5)


@pytest.mark.parametrize("pair", OWN, ids=named)
def test_an_option_is_given_once(pair):
    command, option = pair
    word = f"{option.name}={'[a]' if option.kind == 'names' else option.shown or option.default or 1}"
    if option.kind == "table":
        word = f"{option.name}={{a:1}}"
    if option.kind in ("names", "whole", "number", "switch"):
        word = (
            f"{option.name}={'[a]' if option.kind == 'names' else 'true' if option.kind == 'switch' else 1}"
        )
        word = word if option.low <= 1 else f"{option.name}={int(option.low)}"
    with pytest.raises(InputError, match="is given twice"):
        command.read([word, f"+{word}"])


def test_defaults_pass_their_own_check():
    for _, option in OWN:
        if option.kind in ("whole", "number") and option.default is not None:
            assert option.value(str(option.default)) == option.default


def test_what_is_typed_is_sorted():
    given = COMMANDS["history"].read(
        [
            "own.csv",
            "+scenario=concert",
            "columns.year=jahr",
            "out='a b'",
            "transparency.level=0.3",
            "runs=1e2",
        ]
    )
    assert given.words == ("own.csv",)
    assert given.settings == ("+scenario=concert", "transparency.level=0.3")
    assert given.options["columns."] == {"year": "jahr"}
    assert (given.options["out"], given.options["runs"], given.options["seed"]) == ("a b", 100, 0)
    assert given.typed == {"columns.year", "out", "runs"}
    assert given.has("scenario") and not given.has("years")


def test_a_file_is_a_word_whatever_is_in_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out=there").mkdir()
    assert COMMANDS["plot"].read(["out=there", "outcome=peace"]).words == ("out=there",)
    assert COMMANDS["plot"].read(["out=here"]).words == ()


def test_numbers_that_the_library_declares_too_are_the_same():
    def default(command, name):
        return next(option for option in COMMANDS[command].options if option.name == name)

    assert default("calibrate", "answers").default == ANSWER_DRAWS
    assert tuple(default("compare", "scenarios").default) == tuple(DEFAULT)
    assert default("sweep", "runs").shown == str(RUNS_A_POINT)
    assert PLACE.as_posix() in default("demo", "out").about


def test_a_number_may_exclude_its_end():
    scale = Option("scale", "number", "", 1.0, 0, 1, open_low=True, shown="0.1")
    assert scale.value("1") == 1.0 and scale.bounds == "above 0 to 1"
    for text, words in (
        ("0", r"must lie in \(0, 1\]; got 0"),
        ("x", "must be a number such as 0.1; got 'x'"),
    ):
        with pytest.raises(InputError, match=words):
            scale.value(text)
