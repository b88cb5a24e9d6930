"""``python -m regimesim demo`` as it is typed: what it says, where it listens, how it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from regimesim.cli import demo
from regimesim.cli.main import main

PROGRAM = (sys.executable, "-m", "regimesim", "demo", "open=false")


@pytest.fixture
def say(capsys):
    def carry_out(*arguments):
        code = main(["demo", *arguments])
        return code, *capsys.readouterr()

    return carry_out


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("port=99999", "port must lie in [0, 65535] (0: any that is free); got 99999"),
        ("port=eighty", "port must be a whole number"),
        ("open=maybe", "open must be true or false; got 'maybe'"),
        ("host=", "host must be a name or an address"),
        ("host=203.0.113.1", "cannot listen on 203.0.113.1, port 8808: "),
        ("host=no.such.host.invalid", "cannot listen on no.such.host.invalid, port 8808: "),
        ("+scenario=concrt", "no scenario 'concrt'. Did you mean 'concert'?"),
        ("transparency.level=2", "transparency.level must lie in [0, 1]; got 2"),
        ("epochs=[]", "epochs=[] cannot be set on the page; write it into a scenario file"),
        ("prt=80", "Did you mean 'port'?"),
    ],
)
def test_a_mistake_is_one_sentence(say, typed, sentence):
    code, out, err = say("open=false", typed) if not typed.startswith("open") else say(typed)
    assert (code, out) == (2, "")
    assert sentence in err and err.startswith("regimesim: ") and err.count("\n") == 1


def test_a_port_that_is_taken_is_said(say):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert say("open=false", f"port={port}")[2] == (
            f"regimesim: port {port} is taken; leave port= out, or choose another\n"
        )


def test_a_port_that_nobody_asked_for_may_be_another(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(demo, "PORT", taken.getsockname()[1])
        with demo.listen("127.0.0.1", None) as found:
            assert found.getsockname()[1] != taken.getsockname()[1]


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_what_is_not_installed_is_named(say, monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    code, out, err = say("open=false")
    assert (code, out) == (2, "")
    assert err == (
        f'regimesim: the page needs {missing}, which is not installed; type: pip install "regimesim[demo]"\n'
    )


@pytest.fixture
def served(monkeypatch):
    """What would be served, without waiting for anybody."""
    found = {}
    monkeypatch.setattr(demo, "_serve", lambda page, listening: found.update(port=listening.getsockname()[1]))
    monkeypatch.setattr(demo, "_open_soon", lambda address: found.update(opened=address))
    return found


def test_it_listens_to_this_machine_only_and_opens_a_browser(say, served):
    code, out, err = say("port=0")
    assert (code, err) == (0, "")
    assert out == f"The page is at http://127.0.0.1:{served['port']}/   (Ctrl+C ends it)\n"
    assert served["opened"] == f"http://127.0.0.1:{served['port']}/"


def test_it_says_so_when_others_can_reach_it(say, served):
    code, out, _ = say("open=false", "port=0", "host=0.0.0.0")
    assert code == 0 and "opened" not in served
    assert "listens on 0.0.0.0" in out and "everybody who can reach this machine" in out
    told = json.loads(say("--json", "open=false", "port=0", "host=0.0.0.0")[1])
    assert told["host"] == "0.0.0.0"


def test_what_is_typed_is_where_the_page_begins(say, served):
    _, out, _ = say("-q", "+scenario=bipolar", "transparency.level=0.7", "open=false", "port=0")
    assert out == f"http://127.0.0.1:{served['port']}/#scenario=bipolar&transparency.level=0.7\n"


def test_a_scenario_that_does_not_fit_the_page_is_left_out_and_named(say, served, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "configs" / "scenario"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text("states: {A: {}, B: {}}\n", "utf-8")
    (folder / "long.yaml").write_text("states: {A: {}, B: {}}\nyears: 9000\n", "utf-8")
    (folder / "wrong.yaml").write_text("states: {A: {}}\n", "utf-8")
    code, out, _ = say("open=false", "port=0", "+scenario=mine")
    assert code == 0 and "#scenario=mine" in out
    assert "left out: long (at most 300 years on this page; got 9,000" in out
    assert "left out: wrong (" in out and "left out: mine" not in out
    code, _, err = say("open=false", "port=0", "+scenario=long")
    assert code == 2 and "long cannot be shown" in err


def test_a_served_page_answers_and_ends_on_an_interrupt(root):
    page = subprocess.Popen(
        [*PROGRAM, "-q", "port=0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        address = page.stdout.readline().strip()
        with urllib.request.urlopen(address, timeout=30) as answer:
            assert answer.status == 200 and b"<title>regimesim" in answer.read()
        page.send_signal(signal.SIGINT)
        out, err = page.communicate(timeout=30)
        assert (page.returncode, out.strip(), err) == (0, "", "")
    finally:
        page.kill()
        page.communicate()
