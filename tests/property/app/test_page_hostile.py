"""Questions that nobody asks the page in good faith: they get a sentence, soon, and nothing else."""

import json
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serving import serving

from regimesim.app import server, setting
from regimesim.app.server import LOOPBACK, QUESTIONS, host_allowed, hosts_for, is_loopback
from regimesim.app.setting import MOST_BODY, Deadline
from regimesim.scenario.files import configs_folder
from regimesim.scenario.messages import InputError

TWO = "states: {A: {}, B: {}}\nyears: 5\n"
MANY = ", ".join(f"S{k}: {{}}" for k in range(13))
LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.fixture(scope="module")
def page():
    with serving() as served:
        served.ask("look", scenario="concert", runs=4)
        served.ask("play", scenario="concert", state="Austria", moves=["CCCC"] * 20)
        served.ask("film", scenario="concert")
        yield served


def refused(page, body, question="look"):
    """The sentence with which a question is refused."""
    begun = time.monotonic()
    status, found = page.post(question, body)
    assert status == 400, found
    assert list(found) == ["error"]
    sentence = found["error"]
    assert 10 < len(sentence) < 600 and "\n" not in sentence
    assert "Traceback" not in sentence and "object at 0x" not in sentence
    assert time.monotonic() - begun < 20
    return sentence


YAMLS = {
    "nothing": ("", "a scenario is a table"),
    "a word": ("hello", "a scenario is a table"),
    "not YAML": ("states: {A: {", "your file, line 1"),
    "laughs": (LAUGHS, "anchors (&) and aliases (*) are not read"),
    "aliases by the thousand": (TWO + "about: {claims: [&x y, " + "*x, " * 9000 + "*x]}", "anchors"),
    "an alias to itself": ("&a {states: *a}", "anchors"),
    "merge keys": ("a: &a {b: 1}\nstates: {A: {<<: *a}, B: {}}", "anchors"),
    "an object": ("states: !!python/object/apply:os.system ['true']", "tags (!) are not read"),
    "a name of Python": ("states: !!python/name:os.system", "tags"),
    "a file of its own": ("states: !include /etc/passwd", "tags"),
    "deep brackets": ("states: " + "[" * 30_000, "nested more than"),
    "deep braces": ("states: " + "{a: " * 10_000, "nested more than"),
    "deep indentation": ("".join(" " * k + "a:\n" for k in range(200)), "nested more than"),
    "deep question marks": ("? " * 5_000 + "x", "nested more than"),
    "a number of 4,000 digits": (TWO + "war: {cost: " + "9" * 4000 + "}", "got a number of 4000 digits"),
    "a number of 5,000 digits": (TWO + "war: {cost: " + "9" * 5000 + "}", "5,000 digits is too large"),
    "a number like a time": (TWO + "war: {cost: " + "9:" * 500 + "9}", "got a number of 891 digits"),
    "infinity": (TWO + "war: {cost: .inf}", "war.cost must lie in"),
    "no number": (TWO + "war: {cost: .nan}", "must be a number; got nan"),
    "a date that is none": (TWO + "about: {start: 2001-13-45}", "line 3: '2001-13-45' cannot be read"),
    "a long text": (TWO + "about: {title: " + "x" * 3000 + "}", "too long"),
    "too many states": (f"states: {{{MANY}}}", "at most 12 states on this page; got 13"),
    "thousands of states": (f"states: {{{', '.join(f'S{k}: 1' for k in range(5000))}}}", "between 2 and 200"),
    "too many years": (TWO.replace("5", "9000"), "at most 300 years on this page; got 9,000"),
    "too many rounds": (TWO.replace("5", "300") + "shadow: {rounds_per_year: 52}", "at most 2,400 rounds"),
    "a strategy in a file": ("states: {A: {strategy: /etc/passwd}, B: {}}", "no strategy '/etc/passwd'"),
    "a strategy in a YAML file": ("states: {A: {strategy: ../x.yaml}, B: {}}", "no strategy '../x.yaml'"),
    "a family in a file": ("states: {A: {strategy: 'punish(/etc/passwd)'}, B: {}}", "is not a number"),
    "an interpolation": (TWO + "war: {cost: '${oc.env:HOME}'}", "${...} is not filled in"),
    "a list for a name": ("? [a, b]\n: 1\n" + TWO, "your file, line 1"),
    "two documents": (TWO + "---\n" + TWO, "your file"),
    "a null byte": ("states: \0", "your file"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), YAMLS.values(), ids=YAMLS)
def test_a_hostile_file_is_one_sentence(page, text, sentence):
    assert sentence in refused(page, {"yaml": text})


def test_a_file_may_not_be_longer_than_it_says(page):
    assert "at most 65,536 are read" in refused(page, {"yaml": "#" + "x" * 70_000})


QUESTIONABLE = {
    "a path for a scenario": ({"scenario": "../../etc/passwd"}, "no scenario '../../etc/passwd'"),
    "a file for a scenario": ({"scenario": "configs/scenario/concert.yaml"}, "no scenario 'configs"),
    "a scenario of no kind": ({"scenario": {"a": 1}}, "scenario must be a word"),
    "a long name": ({"scenario": "x" * 5000}, "scenario must be a word"),
    "two worlds": ({"scenario": "concert", "yaml": TWO}, "either a scenario or the text of one"),
    "no world": ({}, "either a scenario or the text of one"),
    "an unknown key": ({"scenario": "concert", "path": "/etc"}, "no key of a question 'path'"),
    "an attribute": ({"scenario": "concert", "set": {"__class__": 1}}, "no parameter '__class__'"),
    "a whole group": ({"scenario": "concert", "set": {"war": {"cost": 1}}}, "no parameter 'war'"),
    "a table for a value": ({"scenario": "concert", "set": {"war.cost": {"a": 1}}}, "must be a single value"),
    "epochs": ({"scenario": "concert", "set": {"epochs": []}}, "no parameter 'epochs'"),
    "a value out of bounds": ({"scenario": "concert", "set": {"war.years": 1e308}}, "war.years must lie in"),
    "a large number": ({"scenario": "concert", "set": {"war.cost": 10**400}}, "got a number of 401 digits"),
    "a state that is not there": ({"scenario": "concert", "set": {"states.X.veto": True}}, "no parameter"),
    "a strategy in a file": (
        {"scenario": "concert", "set": {"states.France.strategy": "/etc/passwd.yaml"}}, "no strategy",
    ),
    "no runs": ({"scenario": "concert", "runs": 0}, "runs must lie in [1, 2,000] on this page; got 0"),
    "many runs": ({"scenario": "concert", "runs": 10**12}, "runs must lie in [1, 2,000]"),
    "half a run": ({"scenario": "concert", "runs": 1.5}, "runs must be a whole number"),
    "a seed below 0": ({"scenario": "concert", "seed": -1}, "seed must lie in"),
    "much work": (
        {"scenario": "league", "runs": 2000, "set": {"years": 200}}, "dealings between two states",
    ),
    "an unknown arrangement": ({"scenario": "concert", "without": ["walls"]}, "no arrangement 'walls'"),
    "a list of lists": ({"scenario": "concert", "without": [[]]}, "no arrangement '[]'"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "sentence"), QUESTIONABLE.values(), ids=QUESTIONABLE)
def test_a_hostile_question_is_one_sentence(page, body, sentence):
    assert sentence in refused(page, body)


GAMES = {
    "an unknown state": ({"state": "Prussai"}, "Did you mean 'Prussia'?"),
    "moves of the wrong length": ({"moves": ["CCC"]}, "must be 4 letters"),
    "moves of other letters": ({"moves": ["CCXC"]}, "must be 4 letters"),
    "moves that are no words": ({"moves": [1]}, "must be 4 letters"),
    "more moves than years": ({"length": 2, "moves": ["CCCC"] * 3}, "at most 2 years"),
    "a life time": ({"length": 1000}, "length must lie in [1, 60]"),
    "a replicate beyond": ({"replicate": 2**32}, "replicate must lie in"),
}


@pytest.mark.parametrize(("body", "sentence"), GAMES.values(), ids=GAMES)
def test_a_hostile_game_is_one_sentence(page, body, sentence):
    assert sentence in refused(page, {"scenario": "concert", "state": "Austria"} | body, "play")


def test_a_game_needs_a_year(page):
    body = {"yaml": "states: {A: {}, B: {}}\nyears: 0.5", "state": "A"}
    assert "ends within its first year" in refused(page, body, "play")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "must be a table"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 20_000, "nested too deeply"),
        (b'{"scenario": "concert", "runs": NaN}', "not JSON"),
        (b'{"scenario": "concert", "runs": ' + b"9" * 5000 + b"}", "not JSON"),
        (b'{"scenario": "concert", "runs": 1e999}', "runs must be a whole number"),
        (b'{"scenario": "\\ud800"}', "no scenario"),
    ],
)
def test_hostile_json_is_one_sentence(page, body, sentence):
    assert sentence in refused(page, body)


def test_a_body_is_read_no_further_than_it_may_be(page):
    status, found = page.post("look", b" " * (MOST_BODY + 1))
    assert status == 413 and "at most 131,072 bytes" in found["error"]


def test_only_json_is_a_question(page):
    """So that a form on a foreign page cannot ask without the browser asking first."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        status, _, body = page.send("POST", "/api/look", b"{}", content_type=kind)
        assert status == 415 and b"application/json" in body
    assert page.send("GET", "/api/look")[0] == 405
    assert page.send("OPTIONS", "/api/look", origin="http://evil.example")[0] == 405
    headers = page.send("GET", "/api/catalogue", origin="http://evil.example")[1]
    assert not [name for name in headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8808", "127.0.0.1.evil.example", "", "[::1", "10.0.0.7", "a b"]
)
def test_a_foreign_name_is_not_served(page, host):
    status, _, body = page.send("GET", "/", host=host)
    assert status == 400 and b"not served under that name" in body


def test_two_names_are_not_served(page):
    with socket.create_connection(("127.0.0.1", page.port), 10) as wire:
        wire.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n")
        assert b" 400 " in wire.recv(200)


def test_names_of_a_page():
    assert all(
        host_allowed(f"{name}:8808", LOOPBACK) for name in ("localhost", "127.0.0.1", "[::1]", "LOCALHOST")
    )
    wide = hosts_for("0.0.0.0")
    assert host_allowed("192.168.0.7:80", wide) and host_allowed(socket.gethostname(), wide)
    assert not host_allowed("evil.example", wide)
    assert hosts_for("127.0.0.1") == hosts_for("localhost") == LOOPBACK
    assert is_loopback("127.8.8.8") and is_loopback("::1")
    assert not is_loopback("0.0.0.0") and not is_loopback("example.org")


@pytest.mark.parametrize(
    "path",
    ["/../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/static/../server.py",
     "/server.py", "/style.css/../../server.py", "/..%5c..%5cserver.py", "/page.js%00.css",
     "/api/../catalogue", "/api/desk"],
)  # fmt: skip
def test_no_path_leads_anywhere_else(page, path):
    assert page.send("GET", path)[0] == 404


def test_answers_come_with_what_keeps_a_browser_safe(page):
    for path in ("/", "/page.js", "/api/catalogue", "/nowhere"):
        headers = {name.lower(): value for name, value in page.send("GET", path)[1].items()}
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in headers


opened: list[str] = []
watching = threading.Event()


def note(event, arguments):
    """Notes what is opened, run or connected to while somebody watches."""
    if watching.is_set():
        if event == "open":
            opened.append(str(arguments[0]))
        elif event.startswith(("subprocess", "os.system", "os.exec", "exec", "socket.connect", "pickle")):
            opened.append(event)


def test_no_question_touches_the_file_system(page):
    bodies = [
        ("look", {"scenario": "../../etc/passwd"}),
        ("look", {"yaml": "states: {A: {strategy: ../../etc/passwd.yaml}, B: {}}"}),
        ("look", {"yaml": TWO + "about: {title: /etc/passwd}", "runs": 2}),
        ("look", {"scenario": "concert", "set": {"states.France.strategy": "/etc/hosts.yaml"}}),
        ("look", {"scenario": "concert", "set": {"transparency.level": 0.3}, "runs": 4}),
        ("film", {"scenario": "concert", "replicate": 3}),
        ("play", {"scenario": "concert", "state": "Austria", "moves": ["DDDD"] * 20}),
        ("yaml", {"scenario": "league"}),
        ("csv", {"scenario": "league", "runs": 4}),
    ]
    for question, body in bodies:  # whatever is loaded at the first time
        page.post(question, body)
    sys.addaudithook(note)
    try:
        watching.set()
        for question, body in bodies:
            text = json.dumps(body).encode()
            watching.clear()
            wire = socket.create_connection(("127.0.0.1", page.port), 30)
            watching.set()
            head = f"POST /api/{question} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            wire.sendall(f"{head}Content-Length: {len(text)}\r\nConnection: close\r\n\r\n".encode() + text)
            while wire.recv(65536):
                pass
            wire.close()
    finally:
        watching.clear()
    strangers = [path for path in opened if not path.startswith(str(configs_folder() / "strategy"))]
    assert strangers == []


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["inf", "concert", "Austria", "CCCC", "buffers", "transparency.level"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
keys = st.sampled_from(
    ["set", "without", "runs", "seed", "yaml", "state", "length", "replicate", "moves", "parameter", "odd"]
)
names = st.sampled_from(
    ["transparency.level", "norms.half_life", "shadow.rounds_per_year", "sanctions.rule", "payoffs.reward",
     "states.France.capability", "states.France.strategy", "buffers.Switzerland.strength", "years",
     "trust.initial"]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    question=st.sampled_from(QUESTIONS),
    body=st.dictionaries(keys, values, max_size=3),
    changes=st.dictionaries(names, values, max_size=2),
)
def test_whatever_is_asked_is_answered_or_refused(page, question, body, changes):
    asked = {"scenario": "anarchy", "runs": 2, "set": {"years": 2.0, **changes}, **body}
    status, found = page.post(question, asked)
    assert status in (200, 400), found
    assert status == 200 or "Traceback" not in found["error"]


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(st.sampled_from("states:{}AB,[]&*!?|>-#%@\"' \n\t019.~"), max_size=60))
def test_whatever_is_uploaded_is_read_or_refused(page, text):
    status, found = page.post("about", {"yaml": text})
    assert status in (200, 400), found


def test_work_stops_when_its_time_is_over():
    with serving(seconds=0.0) as slow:
        status, found = slow.post("look", {"scenario": "concert", "runs": 1000})
    assert status == 400
    assert found["error"] == "this took longer than 0 seconds and was stopped; ask for fewer runs or years"
    with pytest.raises(InputError, match="longer than 0 seconds"):
        Deadline(0)(1)


def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch, page):
    monkeypatch.setattr(server, "BODY_SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", page.port), 10) as wire:
        wire.sendall(b"POST /api/look HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                     b"Content-Length: 50\r\n\r\n{")  # fmt: skip
        assert b" 408 " in wire.recv(200)


def test_too_many_questions_are_sent_away(monkeypatch, page):
    monkeypatch.setattr(server, "MOST_WAITING", 0)
    status, found = page.post("look", {"scenario": "concert"})
    assert status == 503 and "too much to do" in found["error"]


def test_tabs_do_not_mix(page):
    """Many games and settings at once: each is answered as if it were alone."""
    tabs = [
        ("look", {"scenario": name, "runs": 16, "seed": k}) for k in (0, 1) for name in ("concert", "trade")
    ]
    for state, letters in (("Austria", "CCCC"), ("France", "DCDC"), ("Russia", "DDDD")):
        for seed in (1, 3):
            game = {"scenario": "concert", "state": state, "seed": seed, "length": 4, "moves": [letters] * 4}
            tabs.append(("play", game | {"set": {"transparency.level": 0.1 * seed}}))
    alone = [page.ask(question, **body) for question, body in tabs]
    with ThreadPoolExecutor(10) as many:
        together = list(many.map(lambda tab: page.ask(tab[0], **tab[1]), tabs * 2))
    assert together == alone * 2
    assert len({json.dumps(found) for found in alone}) == len(alone)


def test_the_largest_world_is_said_before_it_is_played():
    assert setting.MOST_ROUNDS <= setting.PAGE_YEARS * 12
    assert set(setting.SHOWN) >= {"runs", "years", "yaml"}
