"""What docs/teaching.md tells a lecturer to open and to expect, held against the page's answers."""

import re
import urllib.parse

import pytest
from serving import serving

from regimesim.scenario.parameters import BY_NAME


@pytest.fixture(scope="module")
def page():
    with serving() as served:
        yield served


def links(root):
    found = re.findall(r"`#(scenario=[^`]+)`", (root / "docs" / "teaching.md").read_text("utf-8"))
    assert len(found) >= 4
    return [dict(urllib.parse.parse_qsl(link)) for link in found]


def test_every_link_is_a_setting(page, root):
    for link in links(root):
        changes = {name: float(value) for name, value in link.items() if "." in name}
        found = page.ask("look", scenario=link["scenario"], set=changes, runs=8)
        assert {name: found["values"][name] for name in changes} == changes
        if link.get("view") == "play":
            game = {"state": link["state"], "length": int(link["length"]), "replicate": int(link["luck"])}
            assert page.ask("play", scenario=link["scenario"], **game)["length"] == 20


def years(page, **changes):
    """Mean years of cooperation and of peace, and earnings, over the range of transparency."""
    changes = {f"transparency.{name}": value for name, value in changes.items()}
    found = page.ask("sweep", scenario="concert", set=changes, runs=150, parameter="transparency.level")
    return [[point[name][0] for point in found["points"]] for name in ("regime", "peace")], [
        point["welfare"] for point in found["points"]
    ]


def test_lesson_1(page):
    (regime, _), _ = years(page)
    assert regime == sorted(regime)  # the longer, the more transparent
    (armed, _), _ = years(page, target_knowledge=4)
    longest = armed.index(max(armed))
    assert 2 < longest < 7 and armed[longest] - armed[0] > 2 and min(armed) == armed[10] < 5
    assert BY_NAME["transparency.target_knowledge"].range[1] == 1  # far beyond the declared range
    (plausible, _), _ = years(page, target_knowledge=1)
    assert 5 < plausible.index(max(plausible)) < 10
    (inspected, _), earned = years(page, intrusion_cost=2)
    assert inspected == regime
    assert earned.index(max(earned)) < 4
    dim = page.ask("look", scenario="concert", set={"transparency.level": 0.2})
    told = page.ask("film", scenario="concert", set={"transparency.level": 0.2}, replicate=dim["typical"])
    accused = [
        line for entry in told["entries"] if entry["kind"] == "estrangement" for line in entry["detail"]
    ]
    assert any("accusation" in line for line in accused)


def test_lesson_2(page):
    rows = page.ask("without", scenario="concert")["rows"]
    carries = {row["name"]: float(row["regime"].split()[0]) for row in rows}
    order = sorted(carries, key=carries.get, reverse=True)
    assert order[0] == "conferences" and carries["conferences"] > 2 * carries[order[1]]
    assert set(order[1:3]) == {"norms", "sanctions"}
    assert max(carries["insulation"], carries["settlement"]) < 5
    assert carries["buffers"] < -10  # the puzzle
    before, after = (page.ask("look", scenario="concert", runs=8, without=gone) for gone in ([], ["buffers"]))
    sides = [
        next(pair["sides"][0] for pair in found["pairs"] if pair["sides"][0]["state"] == "Austria")
        for found in (before, after)
    ]
    assert sides[0]["other"] == "Prussia"
    assert sides[1]["u_dc"] > sides[0]["u_dc"] and sides[1]["u_cd"] < sides[0]["u_cd"]
    assert sides[1]["discount_needed"] > sides[0]["discount_needed"]
    games = [[pair["sides"][0]["game"] for pair in found["pairs"]] for found in (before, after)]
    assert games[0].count("Chicken") >= 4 > games[1].count("Chicken")


def test_lesson_3(page):
    def played(*moves):
        asked = {"scenario": "concert", "state": "Austria", "length": 20, "replicate": 3}
        return page.ask("play", moves=[word for word, times in moves for _ in range(times)], **asked)[
            "reckoning"
        ]

    for found in (played(("CCCD", 20)), played(("CCCC", 15), ("DDDD", 5))):
        assert not found["you"]["own_peace"]["held"]
        assert found["you"]["payoff"] < found["prudent"]["payoff"]
    once = played(("CCCC", 5), ("CCCD", 1), ("CCCC", 14))
    assert once["you"]["payoff"] > once["prudent"]["payoff"]  # with these random numbers
    assert once["many"]["you"] < once["many"]["prudent"] and once["many"]["runs"] == 200
