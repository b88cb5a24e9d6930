"""The sandbox in Chromium, from a file: its numbers are the command line's, bit for bit."""

import contextlib
import io
import random
import re
from urllib.parse import quote

import numpy as np
import pandas as pd
import pytest

import regimesim as rs
from regimesim.analysis.arrangements import arrangements_of, without
from regimesim.analysis.collapse import causes_of_collapse
from regimesim.analysis.pairs import pairs_of
from regimesim.analysis.settings_that_fit import both_uncertainties
from regimesim.app.page import page
from regimesim.app.worlds import page_data
from regimesim.cli.table import COMMANDS
from regimesim.scenario.compose import load_scenario, request
from regimesim.scenario.messages import InputError
from regimesim.scenario.parameters import FIXED, PARAMETERS
from regimesim.simulation.columns import WAR_BEGINS, WAR_JOINED

RUNS = 40
COLUMNS = ("regime_years", "regime_ended", "peace_years", "peace_ended", "wars", "disputes",
           "cooperation_rate", "welfare", "revolutions", "buffers_lost")  # fmt: skip


@pytest.fixture(scope="module")
def data():
    return page_data()


def ready(reader, link):
    reader.visit(link)
    reader.until("document.querySelector('main').dataset.ready !== undefined")


def table_of(reader, link, name):
    """Rows that the page saves as CSV."""
    ready(reader, link)
    reader.press("Data (CSV)")
    return pd.read_csv(io.StringIO(reader.downloaded(name)), float_precision="round_trip")


def same(rows, results):
    for name in COLUMNS:
        found = rows[name].to_numpy()
        expected = results.columns[name]
        assert (found.astype(expected.dtype) == expected).all(), name


def drawn_settings(data, number, seed):
    """Settings drawn at random: a world under an order, some parameters within what is plausible, a seed."""
    dice = random.Random(seed)
    free = [
        p for p in PARAMETERS if p.range and p.kind == "real" and p.name not in FIXED and p.group != "measure"
    ]
    while number:
        world, order = dice.choice(
            sorted(key for key in data["designs"] if not key.startswith("lesson"))
        ).split()
        settings = [f"{p.name}={dice.uniform(*p.range):.3g}" for p in dice.sample(free, 3)]
        settings += [f"years={dice.choice((20, 37.5, 60))}"]
        name = f"{world}_under_{order}"
        try:
            scenario = load_scenario(name, settings)
        except InputError:  # what does not go together
            continue
        number -= 1
        yield name, [f"world={world}", f"order={order}", *settings], scenario, dice.randrange(2**64)


@pytest.mark.parametrize("number", [2, pytest.param(10, marks=pytest.mark.verify)])
def test_settings_drawn_at_random_give_what_the_command_line_gives(reader, data, number):
    for name, settings, scenario, seed in drawn_settings(data, number, 1815):
        link = f"#sandbox?{'&'.join(settings)}&runs={RUNS}&seed={seed}"
        same(table_of(reader, link, f"{name}.csv"), rs.simulate(scenario, RUNS, seed, record=0))


def test_what_the_page_says_to_type_gives_the_same(reader):
    link = "#sandbox?world=superpowers_1946&order=deterrence&transparency.level=0.3&runs=30&seed=7"
    rows = table_of(reader, link, "superpowers_1946_under_deterrence.csv")
    words = reader.text("code").removeprefix("python -m regimesim run ").split()
    given = COMMANDS["run"].read(words)
    scenario = request(given.settings, given.options).scenario
    same(rows, rs.simulate(scenario, given.options["runs"], given.options["seed"], record=0))


@pytest.mark.parametrize(
    ("name", "setting"),
    [("buffers", "years=60"), ("settlement", "years=80"), ("transparency", "transparency.level=0.3")],
)
def test_what_is_taken_away_is_taken_away_as_by_diagnose(reader, name, setting):
    link = f"#sandbox?world=europe_1816&order=concert&{setting}&without={name}&runs={RUNS}"
    rows = table_of(reader, link, "europe_1816_under_concert.csv")
    same(rows, rs.simulate(without(load_scenario("concert", [setting]), name), RUNS, 0, record=0))


def test_the_switches_are_those_of_diagnose(reader):
    for world, order in (
        ("europe_1816", "concert"),
        ("unequal_five", "balance_waltz"),
        ("trade", "self_help"),
    ):
        ready(reader, f"#sandbox?world={world}&order={order}&runs=10")
        found = reader.ask("[...document.querySelectorAll('.switch strong')].map((s) => s.textContent)")
        assert tuple(found) == arrangements_of(load_scenario(f"{world}_under_{order}"))


def test_a_slider_draws_the_curves_anew_with_the_published_ones_behind(reader):
    ready(reader, "#sandbox")
    assert not reader.ask("document.querySelector('.curve.published')")
    before = reader.text(".part-answer")
    reader.slide(0.2, "input[aria-label='transparency: level, slider']")
    reader.says("as published", ".part-answer")
    assert reader.text(".part-answer") != before
    reader.until("document.querySelectorAll('.curve.published').length === 2")
    assert "transparency.level=0.2" in reader.where()
    scenario = load_scenario("concert", ["transparency.level=0.2"])
    mean = rs.simulate(scenario, 1000, 0, record=0).summary("regime").rmst
    reader.says(f"{mean.value:.1f} [{mean.lower:.1f}, {mean.upper:.1f}]", ".part-answer")


def test_another_world_and_an_order_that_it_has_not(reader):
    ready(reader, "#sandbox?world=powers_1920&order=league&runs=10")
    reader.run(
        "const w = document.getElementById('world'); w.value = 'trade'; w.dispatchEvent(new Event('change'))"
    )
    reader.until("location.hash.includes('world=trade')")
    assert reader.ask("document.querySelector('#world').value") == "trade"
    assert reader.ask("document.querySelectorAll('.run .state').length === 5 || 'later'")


def test_the_game_of_a_pair_is_that_of_theory(reader):
    ready(reader, "#sandbox?runs=10")
    pair = pairs_of(load_scenario("concert"))[0]
    rows = reader.ask(
        "[...document.querySelectorAll('.pair tbody tr')].map((r) => [...r.cells].map((c) => c.textContent))"
    )
    first = {name: value for name, value, _ in rows}
    assert first["It is playing"].replace("’", "'") == pair.first.game
    number = {
        name: float(value.replace("−", "-")) for name, value in first.items() if name != "It is playing"
    }
    side = pair.first
    for words, value in {
        "it defects alone": side.u_dc,
        "it is betrayed": side.u_cd,
        "estranged by a breach": side.u_dd,
        "margin, all together": side.margin,
    }.items():
        assert number[words] == pytest.approx(value, abs=0.0051)


def test_a_run_on_the_map_tells_what_the_recording_tells(reader):
    ready(reader, "#sandbox?runs=10&replicate=3")
    results = rs.simulate("concert", 4, 0)
    told = reader.ask("[...document.querySelectorAll('.chronicle .war')].map((e) => e.textContent)")
    years = sorted(int(entry.split()[0]) for entry in told if " War between " in entry)
    happened = results.happened
    begun = (happened["replicate"] == 3) & np.isin(happened["kind"], [WAR_BEGINS, WAR_JOINED])
    assert years == sorted(1816 + int(t) // 4 for t in happened["round"][begun])
    assert len(years) > 0
    causes = causes_of_collapse(results)
    cause = causes.cause[causes.replicate == 3][0]
    assert cause == "grievances grew"
    assert reader.text(".ending strong") == "grievances had grown"


def test_a_setting_is_saved_and_read_by_both_and_refused_where_it_is_none(reader, tmp_path):
    ready(
        reader,
        "#sandbox?world=trade&order=concert&transparency.level=0.41&norms.half_life=inf&years=30&runs=10",
    )
    reader.press("Save YAML")
    text = reader.downloaded("trade_under_concert.yaml")
    place = tmp_path / "saved.yaml"
    place.write_text(text)
    saved, expected = load_scenario(place), load_scenario("trade_under_concert", [
        "transparency.level=0.41", "norms.half_life=inf", "years=30"])  # fmt: skip
    assert (saved.phases, saved.years) == (expected.phases, expected.years)
    ready(reader, "#sandbox?runs=10")
    reader.type("input[type=file]", str(place))
    reader.until("location.hash.includes('transparency.level=0.41')")
    assert "world=trade&order=concert" in reader.where()
    place.write_text("states: !!python/object/apply:os.system [x]\n")
    reader.type("input[type=file]", str(place))
    reader.says("Line 1 of the file is not read here", "#notice")


BAD_LINKS = {
    "world=../../etc/passwd&order=concert": "There is no world",
    "transparency.level=<script>broken=1</script>": "transparency.level must lie in [0, 1]",
    "__proto__=2": "There is no parameter “__proto__”",
    "states.Prussia.veto=maybe": "states.Prussia.veto must be true or false",
}
MORE_BAD_LINKS = {
    "world=<img src=x onerror=broken=1>": "There is no world “<img src=x",
    "transparency.level=1.4": "transparency.level must lie in [0, 1]; got “1.4”",
    "world=europe_1816&order=x": "The world “europe_1816” is here under the orders balance_kaplan, ",
    "transparency.levl=1": "There is no parameter “transparency.levl” on this page; there are transparency.",
    "constructor=2": "There is no parameter “constructor”",
    "world=__proto__": "There is no world “__proto__” on this page",
    "runs=1e300": "runs must be a whole number",
    "seed=-1": "seed must be a whole number",
    "payoffs.reward=9": "Payoffs must be a Prisoners’ Dilemma",
    "sanctions.rule=mob": "sanctions.rule must be one of",
    "shadow.rounds_per_year=52&years=300": "At most 2400 rounds a run on this page",
    "states.Atlantis.veto=true": "There is no parameter “states.Atlantis.veto”",
    "states.__proto__.veto=true": "There is no parameter “states.__proto__.veto”",
    "world=europe_1816&order=league&states.Prussia.capability=2": "Who sits where goes by rank",
    "without=gravity": "There is no arrangement “gravity”",
}


SOME = [*BAD_LINKS, *(pytest.param(query, marks=pytest.mark.verify) for query in MORE_BAD_LINKS)]


@pytest.mark.parametrize("query", SOME)
def test_a_wrong_link_is_a_sentence_and_the_page_works(reader, query):
    ready(reader, "#sandbox?" + "&".join(quote(part, safe="=") for part in query.split("&")))
    assert (BAD_LINKS | MORE_BAD_LINKS)[query] in reader.text("#notice")
    assert reader.ask("window.broken === undefined")
    assert "Cooperation lasts" in reader.text(".part-answer")


STATES = ["states.Austria.capability=0.05", "states.France.revisionism=1.5", "states.Russia.member=false",
          "states.Prussia.resolve=0.9"]  # fmt: skip


def test_settings_of_single_states_are_those_of_the_command_line(reader, tmp_path):
    link = f"#sandbox?world=europe_1816&order=concert&{'&'.join(STATES)}&runs={RUNS}"
    expected = rs.simulate(load_scenario("concert", STATES), RUNS, 0, record=0)
    same(table_of(reader, link, "europe_1816_under_concert.csv"), expected)
    assert all(setting in reader.text("code") for setting in STATES)
    reader.press("Save YAML")
    place = tmp_path / "states.yaml"
    place.write_text(reader.downloaded("europe_1816_under_concert.yaml"))
    same_again = rs.simulate(load_scenario(place), RUNS, 0, record=0)
    for name in COLUMNS:
        assert (same_again.columns[name] == expected.columns[name]).all()
    ready(reader, f"#sandbox?runs={RUNS}")
    reader.type("input[type=file]", str(place))
    for setting in STATES:
        reader.until("location.hash.includes(arguments[0])", setting)


@pytest.mark.verify
def test_a_state_is_found_by_the_search_and_moved(reader):
    ready(reader, "#sandbox?runs=100")
    before = reader.text(".part-answer")
    reader.run(
        "const s = document.getElementById('search'); s.value = 'prussia capability';"
        "s.dispatchEvent(new Event('input'))"
    )
    reader.slide(0.01, "input[aria-label='Prussia: capability, slider']")
    reader.until("location.hash.includes('states.Prussia.capability=0.01')")
    reader.until("document.querySelector('.part-answer').textContent !== arguments[0]", before)
    reader.run(
        "const w = document.getElementById('world'); w.value = 'trade'; w.dispatchEvent(new Event('change'))"
    )
    reader.until("location.hash.includes('world=trade') && !location.hash.includes('Prussia')")


BAIT = "<img src=x onerror=broken=1>"
BAITED = f"""
about: {{title: "{BAIT} title", represents: "{BAIT}", start: 1900}}
years: 30
states: {{"{BAIT} A": {{}}, "{BAIT} B": {{}}, C: {{}}}}
buffers: {{"{BAIT} K": {{between: [["{BAIT} A", C]]}}}}
transparency: {{level: 0.1, miss_rate: 0.3, false_alarm_rate: 0.3}}
war: {{mutual: 0.9, unilateral: 0.5, cost: 1}}
domestic: {{turnover: 0.5, revolution: 0.3}}
choice: {{temperature: 0.5}}
epochs:
  - year: 1903
    because: "{BAIT} because </script><script>broken=1</script>"
    war: {{cost: 2}}
    states: {{C: {{capability: 3, revisionism: 0.5, member: false}}}}
"""


@contextlib.contextmanager
def with_own(reader, folder, yaml):
    """A page with a world of one's own in it; gives the world."""
    (folder / "own.yaml").write_text(yaml)
    own = load_scenario(folder / "own.yaml")
    (folder / "own.html").write_text(page(own), "utf-8")
    former, reader.address = reader.address, (folder / "own.html").as_uri()
    try:
        yield own
    finally:
        assert reader.requests() == []
        reader.address = former


def test_a_world_of_ones_own_is_shown_first_and_its_texts_are_texts(reader, tmp_path):
    with with_own(reader, tmp_path, BAITED) as own:
        same(table_of(reader, "#sandbox?world=own&runs=20", "own.csv"), rs.simulate(own, 20, 0, record=0))
        reader.visit()
        assert reader.text("h1") == "Sandbox"
        reader.until("document.querySelector('main').dataset.ready !== undefined")
        for css in (".part-about", ".chronicle", ".run .map-place", ".pair"):
            assert "<img" in reader.text(css)
        reader.visit("#state?world=own&states=C&years=3&code=1&moves=CC.DD")
        reader.press("Decide for C")
        reader.says("Before the reckoning")
        assert "<img" in reader.text()
        assert reader.ask("document.images.length === 0 && window.broken === undefined")


SWITCHED_OFF = """
years: 30
states: {A: {capability: 2}, B: {}, C: {}}
shadow: {discount_factor: 0.3, rounds_per_year: 2, punishment_years: 2}
transparency: {publicity: 1, level: 0.8, miss_rate: 0.2, false_alarm_rate: 0.05}
sanctions: {rule: decentralized, enforcement_value: 20}
choice: {temperature: 0.5}
war: {mutual: 0.02, unilateral: 0.02, cost: 2}
epochs: [{year: 10, sanctions: {rule: none}, states: {A: {capability: 1, revisionism: 0.2}}}]
"""


AUTOMATA = """
years: 25
states:
  A: {strategy: tit_for_tat}
  B: {strategy: generous_tit_for_tat(1/3)}
  C: {strategy: punish(12)}
  D: {}
shadow: {rounds_per_year: 4}
transparency: {level: 0.5, miss_rate: 0.2, false_alarm_rate: 0.2}
choice: {temperature: 0.5, tremble: 0.02}
power: {volatility: 0.05}
"""


@pytest.mark.parametrize("world", [SWITCHED_OFF, AUTOMATA], ids=["switched off", "automata"])
def test_worlds_that_none_of_the_program_s_own_is_like(reader, tmp_path, world):
    with with_own(reader, tmp_path, world) as own:
        same(table_of(reader, "#sandbox?world=own&runs=40", "own.csv"), rs.simulate(own, 40, 0, record=0))


@pytest.mark.verify
def test_all_worlds_under_all_orders_are_a_table(reader, data):
    ready(reader, "#sandbox?runs=10")
    reader.run("document.querySelector('.answers > details:last-of-type').open = true")
    reader.press("Play all of them, 100 runs each")
    links = "[...document.querySelectorAll('.part-matrix td a')]"
    reader.until(f"{links}.every((a) => a.textContent !== 'open')")
    found = reader.ask(f"{links}.map((a) => [a.getAttribute('href'), a.textContent])")
    assert len(found) == len([key for key in data["designs"] if not key.startswith("lesson")])
    for world, order in (("europe_1816", "concert"), ("trade", "self_help")):
        results = rs.simulate(f"{world}_under_{order}", 100, 0, record=0)
        means = " / ".join(f"{results.summary(spell).rmst.value:.0f}" for spell in ("regime", "peace"))
        assert [f"#sandbox?world={world}&order={order}", means] in found


def test_a_parameter_that_changes_nothing_says_so(reader):
    ready(reader, "#sandbox?world=equals_five&order=self_help&runs=10")
    reader.type("#search", "severity")
    reader.says("changes nothing here: no third state answers a charge (sanctions.rule=none)", ".part-hits")
    assert "changes nothing" not in reader.text(".part-headline .control")  # that of transparency


@pytest.mark.parametrize(
    ("link", "name", "settings"),
    [
        ("world=europe_1816&order=concert", "concert", []),
        *(
            pytest.param(*case, marks=pytest.mark.verify)
            for case in (
                (
                    "world=europe_1816&order=balance_waltz&norms.half_life=12&years=60&seed=9",
                    "europe_1816_under_balance_waltz",
                    ["norms.half_life=12", "years=60"],
                ),
                ("world=superpowers_1946&order=deterrence&seed=3", "superpowers_1946_under_deterrence", []),
            )
        ),
    ],
)
def test_all_settings_that_fit_reach_as_far_as_on_the_command_line(reader, link, name, settings):
    ready(reader, f"#sandbox?{link}&runs=20")
    typed = [text.partition("=")[0] for text in settings]
    seed = int(link.partition("seed=")[2] or 0)
    results = rs.simulate(load_scenario(name, settings), 20, seed, record=20)
    both = both_uncertainties(results, held=typed)
    reader.until("document.querySelector('.part-reach strong') !== null")
    text = reader.text(".part-reach")
    for line, spell in zip(both.lines, ("cooperation", "peace"), strict=False):
        reach = both.table().loc[line.name, "all settings that fit"]
        case = f", the case: {line.case}" if line.case else ""
        assert f"{spell} {reach} years{case}" in text
    assert both.under.words() in text
    line, row = both.lines[-1], both.table().iloc[-1]
    years = re.search(r"disputes (\d+)-(\d+)", line.name).groups()
    reader.says(
        f"Disputes {'–'.join(years)}, share of pair-years: {row['as is']} {row['95 % (luck)']}; "
        f"all settings that fit the record {row['all settings that fit']}, the case: {line.case}.",
        ".part-reach",
    )


def test_without_a_record_luck_is_all_that_is_told(reader):
    ready(reader, "#sandbox?world=trade&order=self_help&runs=10")
    assert "no record of their own" in reader.text(".part-reach")


@pytest.mark.parametrize(
    ("world", "order", "settings"),
    [
        ("europe_1816", "concert", []),
        *(
            pytest.param(*case, marks=pytest.mark.verify)
            for case in (
                ("powers_1920", "league", []),
                ("europe_1816", "balance_waltz", ["transparency.level=0.4"]),
                ("superpowers_1946", "deterrence", ["norms.restraint=1"]),
                ("trade", "concert", ["transparency.level=0.1"]),
                ("equals_five", "collective_security", ["transparency.level=0.3"]),
            )
        ),
    ],
)
def test_why_it_ended_is_what_the_command_line_says(reader, world, order, settings):
    typed = "".join(f"&{setting}" for setting in settings)
    ready(reader, f"#sandbox?world={world}&order={order}{typed}&runs=150&seed=4")
    reader.press("Why did it end?")
    reader.until("document.querySelector('.part-why strong') !== null")
    results = rs.simulate(load_scenario(f"{world}_under_{order}", settings), 150, 4, record=0)
    causes = causes_of_collapse(results)
    shares = {
        name: "under 1 %" if share < 0.005 else f"{100 * share:.0f} %"
        for name, share in causes.shares.items()
    }
    listed = ", ".join(f"{name} {share}" for name, share in shares.items())
    assert f"{listed} (of {len(causes.cause)} ends looked into)." in reader.text(".part-why")


@pytest.mark.verify
def test_where_a_browser_makes_no_workers_the_page_plays_the_runs_itself(reader):
    if reader.name == "Firefox":
        pytest.skip("only Chromium's protocol takes workers away")
    command = "Page.addScriptToEvaluateOnNewDocument"
    added = reader.driver.execute_cdp_cmd(command, {"source": "delete self.Worker;"})
    try:
        rows = table_of(reader, f"#sandbox?runs={RUNS}", "europe_1816_under_concert.csv")
        assert reader.ask("self.Worker === undefined")
        same(rows, rs.simulate("concert", RUNS, 0, record=0))
        reader.press("How did its chance move? (200 futures from each year)")
        reader.until("document.querySelector('.turns') !== null")
    finally:
        reader.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)
