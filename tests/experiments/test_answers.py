"""The table of all answers, and the verdicts of experiments 7 to 12 held against their recorded numbers."""

import re
from importlib.util import module_from_spec, spec_from_file_location

import pytest
import yaml

from regimesim.analysis.experiments import BORNE_OUT, NOT, ONLY, experiment, experiments_folder, findings

HERE = experiments_folder()
LISTED = yaml.safe_load((HERE / "answers.yaml").read_text("utf-8"))
IDS = [f"L{n}" for n in range(1, 21)] + [f"J{n}" for n in range(1, 9)]
TOLD = [(claim, number) for number in range(7, 13) for claim in findings(experiment(f"{number:02}").expected)]


def table():
    spec = spec_from_file_location("experiments_table", HERE / "table.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def recorded(number):
    return experiment(f"{number:02}").expected


def page_of(name):
    return " ".join((HERE / name / "README.md").read_text("utf-8").split())


def test_the_table_is_what_the_recorded_answers_say():
    assert table().page() == (HERE / "README.md").read_text("utf-8"), "run: python experiments/table.py"


def test_every_claim_has_one_verdict():
    answered = [claim for claim, _, _ in table().answers()]
    assert sorted(answered) == sorted(IDS)
    rows = re.findall(r"^\| \[([LJ]\d+)\]", (HERE / "README.md").read_text("utf-8"), re.MULTILINE)
    assert rows == IDS
    for claim, name, part in table().answers():
        assert part["verdict"] in (BORNE_OUT, NOT, ONLY), claim
        assert bool(part["where"]) == (part["verdict"] == ONLY), claim
        claims = {c["id"]: c for c in yaml.safe_load((HERE.parent / "seeds/claims.yaml").read_text("utf-8"))}
        assert name in claims[claim]["experiments"], claim


@pytest.mark.parametrize("part", LISTED, ids=[part["claim"] for part in LISTED])
def test_a_verdict_that_is_listed_is_that_of_the_page(part):
    page = page_of(part["experiment"])
    verdict = re.search(rf"{part['claim']}\W+(not borne out|borne out|only where)", page, re.IGNORECASE)
    if part["verdict"] == BORNE_OUT:
        assert verdict and verdict[1] == BORNE_OUT
    else:
        after = page[page.index(verdict[0]) :][:1500]
        assert re.search("only where|not borne out", after, re.IGNORECASE)


@pytest.mark.parametrize(("claim", "number"), TOLD, ids=[claim for claim, _ in TOLD])
def test_a_verdict_that_was_found_is_that_of_the_page(claim, number):
    one = experiment(f"{number:02}")
    outcome = findings(one.expected)[claim]["verdict"]
    assert re.search(rf"\*\*{claim}\*\*[^*]*\*\*{outcome}\*\*", page_of(one.name))


def test_l12_the_risk_rises_and_memory_and_leaders_count_for_less_than_nationalism():
    found = recorded(7)["dimmer"]
    rates = list(found["collapses a year"].values())
    assert rates[1]["upper"] < rates[2]["lower"] and rates[2]["upper"] < rates[4]["lower"]
    gained = {name: part["regime"] for name, part in found["gained if"].items()}
    worn = ("memory does not fade", "leaders stay", "offices teach new leaders")
    assert all(gained[name]["lower"] > 0 for name in worn)
    assert gained["memory and leaders stay"]["upper"] < gained["revolutions leave no nationalism"]["lower"]


def test_l10_and_l13_what_the_concert_bears():
    shipped, dim = (recorded(7)[case]["gained if"] for case in ("as it is", "dimmer"))
    assert 0 < shipped["no cleavage"]["regime"]["lower"] < shipped["no cleavage"]["regime"]["upper"] < 10
    assert dim["no cleavage"]["regime"]["lower"] > 10
    fear = dim["no fear for order at home"]["regime"]
    assert fear["lower"] > -1 and fear["upper"] < 1
    assert dim["buffers are not absorbed"]["regime"]["lower"] > 0


def test_l14_peace_is_durable_until_care_takes_the_danger_away():
    found = recorded(8)["by second strike"]
    for prudence in ("prudence 0", "prudence 0.5"):
        peace = [part["peace"] for part in found[prudence].values()]
        assert peace[0]["upper"] < 5 and peace[-1]["lower"] > 99
    careful = found["prudence 0.8"]
    assert careful["1"]["peace"]["upper"] < careful["0.1"]["peace"]["lower"]


def test_j5_chicken_is_not_exploited_and_care_makes_it_a_dilemma_again():
    by_care = recorded(8)["by prudence, where the second strike is secure"]
    for part in by_care.values():
        if part["game"] == "Chicken":
            assert part["exploitation_rate"]["upper"] < 0.01
        if part["game"] == "Prisoners' Dilemma":
            assert part["exploitation_rate"]["lower"] > 0.1


def test_l15_and_j6_channels_prudence_and_the_paradox():
    found = recorded(8)
    assert found["gained by channels"]["peace"]["lower"] > 0 > found["gained by prudence"]["peace"]["upper"]
    paradox = found["gained by paradox"]
    assert paradox["disputes"]["lower"] > 0 and paradox["wars"]["lower"] > 0


def test_l16_l6_j3_j4_which_orders_pass():
    tests = recorded(9)["tests"]
    strong = {name: part["strong test"]["outcome"] for name, part in tests.items()}
    assert [name for name, outcome in strong.items() if outcome == "no"] == ["anarchy", "bipolar", "trade"]
    assert tests["bipolar"]["strong test"]["cooperation gained"]["upper"] < 5
    steadier = {name for name, part in tests.items() if part["expectations"]["gained"]["lower"] > 0.05}
    assert steadier == {"balance_kaplan", "collective_security", "concert", "league", "security_council"}
    assert strong["balance_waltz"] == "yes"
    assert recorded(9)["the balance"]["institutions carry more in Kaplan's"]["lower"] > 50


def test_l17_j1_j7_loss_and_depth_not_war():
    years = recorded(10)["years of cooperation"]
    assert years["lost to war"]["upper"] < 0 < years["lost to what the exploited lose, in anarchy"]["lower"]
    assert years["trade over anarchy"]["lower"] > 40 and years["shallow security over trade"]["lower"] > 40
    takes = recorded(10)["what it takes"]
    assert takes["trade"]["discount factor"] == takes["sucker 1"]["discount factor"]  # by trust, not patience
    assert takes["trade"]["trust"] < takes["sucker 1"]["trust"]


def test_l18_the_four_worlds_are_in_order():
    worst, told_apart, no_dilemma, best = recorded(11)["four worlds"].values()
    for middle in (told_apart, no_dilemma):
        assert worst["regime"]["upper"] < middle["regime"]["lower"]
        assert middle["regime"]["upper"] < best["regime"]["lower"]
    lost = recorded(11)["obstacles"]["concert"]["years lost where"]
    small = [name for name, part in lost.items() if part["regime"]["lower"] < 10]
    assert small == ["leaders fall twice as often"]


def test_l8_and_j8_it_is_resentment_that_breeds_wars():
    more = recorded(12)["wars more than after an inclusive peace"]
    for part in more.values():
        assert part["bitter"]["lower"] > 50 and abs(part["wary"]["value"]) < 5
    assert more["balance_waltz"]["dismembering"]["upper"] < 0
