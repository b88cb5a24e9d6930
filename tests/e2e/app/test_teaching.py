"""What docs/teaching.md tells a lecturer to open and to expect, held against the page's answers."""

import re
import urllib.parse

import pytest
from serving import serving


@pytest.fixture(scope="module")
def page():
    with serving() as served:
        yield served


def links(root):
    found = re.findall(r"`#(scenario=[^`]+)`", (root / "docs" / "teaching.md").read_text("utf-8"))
    assert len(found) >= 5
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
    assert regime == sorted(regime) and regime[-1] - regime[6] < 1  # longer, then nothing left to gain
    (armed, peace), _ = years(page, target_knowledge=4)
    lowest = armed.index(min(armed))
    assert 0 < lowest < 10 and armed[0] - armed[lowest] > 5 and armed[10] - armed[lowest] > 5
    assert peace[10] < 10 < peace[0]  # peace does not recover
    (inspected, _), earned = years(page, intrusion_cost=2)
    assert inspected == regime
    assert 0 < earned.index(max(earned)) < 4
    dim = page.ask("look", scenario="concert", set={"transparency.level": 0.2})
    told = page.ask("film", scenario="concert", set={"transparency.level": 0.2}, replicate=dim["typical"])
    breaks = [entry for entry in told["entries"] if entry["kind"] == "break"]
    assert any("misperception" in line for entry in breaks for line in entry["detail"])


def test_the_world_of_lesson_1_in_which_sight_helps_and_then_harms(page, root):
    (link,) = (link for link in links(root) if link["scenario"] == "anarchy")
    changes = {name: float(value) for name, value in link.items() if "." in name}
    found = page.ask("sweep", scenario="anarchy", set=changes, runs=150, parameter="transparency.level")
    years = [point["regime"][0] for point in found["points"]]
    best = years.index(max(years))
    assert 3 <= best <= 7 and years[best] > 60
    assert years[0] < 20 and years[10] < 20


def test_lesson_2(page):
    rows = page.ask("without", scenario="concert")["rows"]
    hangs = {row["name"]: float(row["regime"].split()[0]) for row in rows}
    order = sorted(hangs, key=hangs.get, reverse=True)
    assert order[0] == "buffers" and set(order[1:3]) == {"conferences", "insulation"}
    assert all(hangs[name] < 5 for name in order[3:])
    before, after = (page.ask("look", scenario="concert", runs=8, without=gone) for gone in ([], ["buffers"]))
    sides = [
        next(pair["sides"][0] for pair in found["pairs"] if pair["sides"][0]["state"] == "Austria")
        for found in (before, after)
    ]
    assert sides[1]["u_dc"] > sides[0]["u_dc"] and sides[1]["u_cd"] < sides[0]["u_cd"]
    assert sides[1]["discount_needed"] > sides[0]["discount_needed"]


def test_lesson_3(page):
    def played(*moves):
        asked = {"scenario": "concert", "state": "Austria", "length": 20, "replicate": 3}
        return page.ask("play", moves=[word for word, times in moves for _ in range(times)], **asked)[
            "reckoning"
        ]

    prussia, five, last = (
        played(("CCCD", 20)), played(("CCCC", 15), ("DDDD", 5)), played(("CCCC", 19), ("DDDD", 1)),
    )  # fmt: skip
    for found in (prussia, five):
        assert not found["you"]["own_peace"]["held"]
        assert found["you"]["payoff"] < found["prudent"]["payoff"]
    assert last["you"]["payoff"] > last["prudent"]["payoff"]
