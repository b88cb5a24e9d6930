"""What a bad file is answered with: one sentence that names file and key, exit code 2, no traceback."""

import pytest

from regimesim.cli.main import USED_WRONGLY, main
from regimesim.scenario.compose import load_scenario

GOOD = """
about: {start: 1900}
years: 10
states: {Athens: {}, Sparta: {}}
"""
"""A scenario without a fault; each case below changes or adds one thing."""

STRATEGY = "states: {Athens: {strategy: %s}, Sparta: {}}"
PLAIN = "states: {Athens: {}, Sparta: {}}"

BAD = {
    "unknown strategy": (
        {PLAIN: STRATEGY % "tit_for_tatt"},
        "bad.yaml, states.Athens.strategy: no strategy 'tit_for_tatt'. Did you mean 'tit_for_tat'?",
    ),
    "unknown strategy for all": (
        {"years: 10": "years: 10\nstrategy: grimm"},
        "no strategy 'grimm'. Did you mean 'grim'?",
    ),
    "unknown family": (
        {PLAIN: STRATEGY % "'punsh(3)'"},
        "bad.yaml, states.Athens.strategy: no family of strategies 'punsh'. Did you mean 'punish'?",
    ),
    "numbers out of range": (
        {PLAIN: STRATEGY % "'memory_one(1, 0, 0, 2)'"},
        "bad.yaml, states.Athens.strategy: strategy 'memory_one(1, 0, 0, 2)'",
    ),
    "strategy file that is not there": (
        {PLAIN: STRATEGY % "missing.yaml"},
        "bad.yaml, states.Athens.strategy: missing.yaml: no such file",
    ),
    "probability above 1": (
        {PLAIN: STRATEGY % "eager.yaml"},
        "bad.yaml, states.Athens.strategy: eager.yaml, states.nice: cooperate must lie in [0, 1]; got 1.2",
    ),
    "probability below 0": (
        {PLAIN: STRATEGY % "sullen.yaml"},
        "bad.yaml, states.Athens.strategy: sullen.yaml, states.nice: cooperate must lie in [0, 1]; got -0.1",
    ),
    "next state that does not exist": (
        {PLAIN: STRATEGY % "lost.yaml"},
        "bad.yaml, states.Athens.strategy: lost.yaml, states.nice.after.CD: no state 'nasty'",
    ),
    "outcome left out": (
        {PLAIN: STRATEGY % "silent.yaml"},
        "silent.yaml, states.nice.after: what follows CD is missing; it must name a state",
    ),
    "veto of a state that is not there": (
        {"years: 10": "years: 10\nepochs: [{year: 1905, states: {Spartaa: {veto: true}}}]"},
        "bad.yaml, epochs[0].states: no state 'Spartaa'. Did you mean 'Sparta'?  (all: Athens, Sparta)",
    ),
    "misspelt veto": (
        {PLAIN: "states: {Athens: {vetoo: true}, Sparta: {}}"},
        "bad.yaml, states.Athens: no setting of a state 'vetoo'. Did you mean 'veto'?",
    ),
    "veto that is no switch": (
        {PLAIN: "states: {Athens: {veto: 2}, Sparta: {}}"},
        "bad.yaml, states.Athens: veto must be ",
    ),
    "buffer between unknown states": (
        {"years: 10": "years: 10\nbuffers: {Megara: {between: [[Athens, Corinth]]}}"},
        "bad.yaml, buffers.Megara.between: no state 'Corinth'.  (all: Athens, Sparta)",
    ),
    "empty states": (
        {PLAIN: "states: {}"},
        "bad.yaml, states: a scenario needs between 2 and 200 states; got 0",
    ),
    "states left blank": ({PLAIN: "states:"}, "bad.yaml, states: a scenario needs between 2 and 200 states"),
    "temptation below reward": (
        {"years: 10": "years: 10\npayoffs: {temptation: 2}"},
        "bad.yaml: payoffs must be a Prisoners' Dilemma, temptation > reward > punishment > sucker",
    ),
    "temptation below reward in an epoch": (
        {"years: 10": "years: 10\nepochs: [{year: 1905, payoffs: {temptation: 2}}]"},
        "bad.yaml",
    ),
    "misspelt key of an epoch": (
        {"years: 10": "years: 10\nepochs: [{yaer: 1905}]"},
        "bad.yaml, epochs[0]: no key of an epoch 'yaer'. Did you mean 'year'?",
    ),
    "misspelt parameter in an epoch": (
        {"years: 10": "years: 10\nepochs: [{year: 1905, sanctions: {quorom: 0.5}}]"},
        "bad.yaml, epochs[0]: no parameter 'sanctions.quorom'. Did you mean 'sanctions.quorum'?",
    ),
    "epoch before the start": (
        {"years: 10": "years: 10\nepochs: [{year: 1890}]"},
        "bad.yaml, epochs[0]: year must come after 1900; got 1890",
    ),
    "epochs in the wrong order": (
        {"years: 10": "years: 10\nepochs: [{year: 1905}, {year: 1903}]"},
        "bad.yaml, epochs[1]: year must come after 1905; got 1903",
    ),
}

AUTOMATON = "states: {nice: {cooperate: %s, after: {%s}}}"
FILES = {
    "eager.yaml": AUTOMATON % (1.2, "CC: nice, CD: nice, DC: nice, DD: nice"),
    "sullen.yaml": AUTOMATON % (-0.1, "CC: nice, CD: nice, DC: nice, DD: nice"),
    "lost.yaml": AUTOMATON % (1, "CC: nice, CD: nasty, DC: nice, DD: nice"),
    "silent.yaml": AUTOMATON % (1, "CC: nice, DC: nice, DD: nice"),
    "fine.yaml": AUTOMATON % (1, "CC: nice, CD: nice, DC: nice, DD: nice"),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working directory with the strategy files in it."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refusal(capsys, *words):
    """What is said when a command is refused: one sentence on stderr, nothing else."""
    assert main(["run", *words, "runs=2"]) == USED_WRONGLY
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("regimesim: ") and said.err.endswith("\n")
    assert said.err.count("\n") == 1 and "Traceback" not in said.err
    return said.err.removeprefix("regimesim: ").rstrip("\n")


def scenario_file(folder, changes=None):
    text = GOOD
    for old, new in (changes or {}).items():
        assert old in text
        text = text.replace(old, new)
    (folder / "bad.yaml").write_text(text, "utf-8")
    return "+scenario=bad.yaml"


@pytest.mark.parametrize(("changes", "message"), BAD.values(), ids=BAD)
def test_a_bad_file_is_one_sentence(folder, capsys, changes, message):
    said = refusal(capsys, scenario_file(folder, changes))
    assert message in said
    assert said.startswith("bad.yaml"), said


def test_the_file_that_the_cases_start_from_is_good(folder):
    scenario_file(folder, {PLAIN: STRATEGY % "fine.yaml"})
    assert load_scenario("bad.yaml").states == ("Athens", "Sparta")


def test_a_file_elsewhere_is_named_by_its_path(folder, capsys, monkeypatch):
    scenario_file(folder, {PLAIN: "states: {}"})
    path = folder / "bad.yaml"
    monkeypatch.chdir("/")
    assert refusal(capsys, f"+scenario={path}").endswith("bad.yaml, states: a scenario needs between 2 and "
                                                         "200 states; got 0")  # fmt: skip


def test_a_file_that_is_not_there(folder, capsys):
    assert refusal(capsys, "+scenario=nowhere.yaml") == "no scenario file 'nowhere.yaml'"


def test_a_file_that_is_not_yaml(folder, capsys):
    assert refusal(capsys, scenario_file(folder, {PLAIN: "states: {Athens: {"})).startswith("bad.yaml, line ")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("states.Germany.veto=true", "command line: no state 'Germany' in this scenario (all: "),
        ("states.China.veto=7", "veto must be "),
        ("states.China.strategy=tit_for_tatt", "no strategy 'tit_for_tatt'. Did you mean 'tit_for_tat'?"),
        ("payoffs.temptation=2", "payoffs must be a Prisoners' Dilemma"),
    ],
)
def test_a_bad_word_on_the_command_line_is_one_sentence(capsys, override, message):
    said = refusal(capsys, "+scenario=security_council", override)
    assert message in said
