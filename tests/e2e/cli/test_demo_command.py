"""``python -m regimesim demo`` as it is typed: what it writes, what it says, what it refuses."""

import json
from pathlib import Path

import pytest

from regimesim.app.page import MOST_BYTES, TITLE
from regimesim.cli import demo
from regimesim.cli.main import main

WORLD = "states: {Red: {}, Blue: {}}\nyears: 10\nabout: {title: 'Red & <Blue>'}\n"


@pytest.fixture
def say(capsys, monkeypatch, tmp_path):
    """Carry out the command in an empty folder; ``say.opened`` are the files that a browser was shown."""
    monkeypatch.chdir(tmp_path)
    opened = []
    monkeypatch.setattr(demo, "_open", opened.append)

    def carry_out(*arguments):
        code = main(["demo", *arguments])
        return code, *capsys.readouterr()

    carry_out.opened = opened
    return carry_out


def test_without_a_name_it_is_written_below_outputs_and_opened(say):
    code, out, err = say()
    place = Path("outputs/demo.html")
    assert (code, err, say.opened) == (0, "", [place])
    assert out.startswith(f"The page is {place} (") and out.count("\n") == 1
    text = place.read_text("utf-8")
    assert text.startswith("<!doctype html>") and f"<title>{TITLE}</title>" in text and "{{" not in text
    assert len(text.encode()) <= MOST_BYTES


def test_a_named_file_is_written_and_not_opened_and_may_be_written_again(say):
    assert say("out=class.html", "-q")[:2] == (0, "class.html\n")
    first = Path("class.html").read_bytes()
    code, out, _ = say("out=class.html", "--json")
    assert code == 0 and json.loads(out) == {"file": "class.html", "bytes": len(first)}
    assert Path("class.html").read_bytes() == first  # nothing in it tells the time or the place
    assert say.opened == []
    say("out=class.html", "open=true")
    assert say.opened == [Path("class.html")]


def test_a_world_of_ones_own_comes_into_the_page(say):
    Path("mine.yaml").write_text(WORLD)
    assert say("+scenario=mine.yaml", "war.cost=3", "out=mine.html")[0] == 0
    assert Path("mine.html").read_bytes() != b""


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (["open=maybe"], "open must be true or false; got 'maybe'"),
        (["out=page.txt"], "out must be the name of a file that ends with .html; got 'page.txt'"),
        (["out=letter.html"], "out=letter.html exists already and is no page of this program"),
        (["out=folder.html"], "out=folder.html is a folder"),
        (["out=letter.html/page.html"], "is not a folder"),
        (["+scenario=concrt"], "no scenario 'concrt'. Did you mean 'concert'?"),
        (["+scenario=concert", "transparency.level=2"], "transparency.level must lie in [0, 1]; got 2"),
        (["+scenario=concert", "years=2000"], "at most 2,400 rounds a run"),
        (["transparency.level=0.2"], "which scenario?"),
        (["+scenario=concert", "opn=true"], "Did you mean 'open'?"),
    ],
)
def test_a_mistake_is_one_sentence_and_nothing_is_written(say, typed, sentence):
    Path("letter.html").write_text("<p>Dear all</p>")
    Path("folder.html").mkdir()
    code, out, err = say(*typed)
    assert (code, out) == (2, "")
    assert sentence in err and err.startswith("regimesim: ") and err.count("\n") == 1
    assert Path("letter.html").read_text() == "<p>Dear all</p>"
    assert {path.name for path in Path().iterdir()} == {"letter.html", "folder.html"}
