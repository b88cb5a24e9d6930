"""The screens in Chromium: each is played to its end, and what it claims is what the model says."""

import numpy as np
import pytest

import regimesim as rs
from regimesim.analysis.arrangements import without
from regimesim.scenario.compose import load_scenario
from regimesim.scenario.files import names_of

SCREENS = ("deal", "fog", "forgive", "shadow", "third", "buffer", "europe", "pillars", "orders",
           "accident")  # fmt: skip
verify = pytest.mark.verify


def deal(reader):
    reader.press("I")
    for move in ("Keep the deal", "Keep the deal", "Cheat", "Keep the deal", "Cheat"):
        reader.press(move)
    reader.says("You have 16 points, Tilda has 11.")  # 3 + 3 + 5 + 0 + 5, and 3 + 3 + 0 + 5 + 0
    reader.says("You end ahead of her in 16 ways, and behind in none.")
    assert reader.ask("document.querySelectorAll('.dot').length") == 32


def fog(reader):
    for _ in range(8):
        reader.press("Keep the deal")
        if reader.has_button("He misread"):
            reader.press("He misread")
    reader.says("What she really did")
    reader.slide(40)
    reader.press("Bet")
    reader.says("You bet 40 years.")
    mean = float(reader.ask("document.querySelector('.verdict').textContent.match(/it is (\\d+) years/)[1]"))
    # two who answer like with like, with errors: among four states (CC, CD, DC, DD), each side errs with .05
    assert abs(mean - expected_cooperation(0.05, 50)) < 2


def expected_cooperation(error, rounds):
    """Years of mutual cooperation of two who answer like with like, from the chain of what each saw."""
    both = {(1, 1): 1.0}
    total = 0.0
    for _ in range(rounds):
        total += both.get((1, 1), 0.0)
        after = {}
        for (first, second), chance in both.items():
            for seen_by_first, p in ((second, 1 - error), (1 - second, error)):
                for seen_by_second, q in ((first, 1 - error), (1 - first, error)):
                    key = seen_by_first, seen_by_second
                    after[key] = after.get(key, 0.0) + chance * p * q
        both = after
    return total


def forgive(reader):
    reader.slide(0)
    reader.press("Bet")
    reader.says("Not as you bet.")


def shadow(reader):
    while reader.has_button("Keep the deal"):
        reader.press("Keep the deal")
    reader.slide(50)
    reader.press("Bet")
    reader.says("You win your bet. You bet 50 in 100. It is 50 in 100.")  # (5 - 3) / (5 - 1)
    reader.slide(90)
    reader.says("it pays to keep it", ".live")
    reader.slide(20)
    reader.says("it pays to cheat", ".live")


def third(reader):
    reader.press("To join in some years")
    for move in ("Join", "Stay out", "Join", "Stay out", "Join", "Stay out"):
        reader.press(move)
    reader.says(
        "You end with −6 points. To join every year costs 12, never to join 24, "
        "and the cheapest of all 64 ways 6."
    )


def buffer(reader):
    reader.until("document.querySelector('.bet') !== null")
    reader.slide(75)
    reader.press("Bet")
    reader.until("document.querySelectorAll('.curve').length === 4")
    reader.slide(0)
    reader.says("stops 0 % of an attack", ".live")


def europe(reader):
    reader.slide(30)
    reader.press("Bet")
    reader.says("One of them on the map")
    years = rs.simulate("concert", 1000, 0, record=0).summary("regime").median.value
    assert f"In the middle history cooperation lasts {years:.0f} years" in reader.text()
    reader.slide(99, ".film input[type=range]")
    reader.says("1915", ".map-words")


def accident(reader):
    runs = rs.simulate("concert", 400, 0, record=0).columns
    end = 1816 + runs["regime_onset"] + runs["regime_years"]
    early = np.flatnonzero(runs["regime_ended"] & (end < 1847))
    run = early[np.lexsort((early, runs["regime_years"][early]))][len(early) // 2]
    found = rs.turning_points("concert", 0, int(run), futures=200)
    point = max(found.points, key=lambda one: abs(one.change))
    reader.slide(int(point.year), ".bet input[type=range]")
    reader.press("Bet")
    reader.says(
        f"You win your bet. You bet {point.year:.0f}. The chance moved most in {point.year:.0f}: it was "
        f"{100 * point.before:.0f} % as the year began, and {100 * point.after:.0f} % as it ended."
    )
    reader.until("document.querySelector('.parts ul') !== null")
    reader.press("Hardly ever: in less than 20 of 100")
    reader.says("The second end")
    verdict = "an accident" if point.before >= 0.5 else "neither" if point.before >= 0.2 else "no accident"
    assert f"The first end was {verdict}" in reader.text()


def lasting(scenario, spell):
    """Mean years of 100, of as many histories as a screen plays."""
    return rs.simulate(scenario, 300, 0, record=0).summary(spell).rmst.value


def pillars(reader):
    concert = load_scenario("concert")
    named = {
        "conferences": "the conferences",
        "norms": "the memory of war",
        "sanctions": "help against an offender",
        "buffers": "the small states between",
        "insulation": "colonial quarrels kept apart",
        "settlement": "a peace that includes the loser",
    }
    years = {name: lasting(without(concert, name), "regime") for name in named}
    soonest, longest = min(years, key=years.get), max(years, key=years.get)
    reader.press(named[soonest])
    reader.says("You win your bet.")
    assert f"It is shortest without {named[soonest]}: {years[soonest]:.0f} years." in reader.text()
    if longest == "buffers":
        assert (
            f"without the small states between cooperation lasts longer, {years[longest]:.0f}"
            in reader.text()
        )


def orders(reader):
    orders_ = names_of("order")
    years = {name: lasting(load_scenario(f"europe_1816_under_{name}"), "peace") for name in orders_}
    best = max(years, key=years.get)
    reader.press(
        reader.ask("[...document.querySelectorAll('.choice')][arguments[0]].textContent", orders_.index(best))
    )
    reader.says("You win your bet.")
    assert f"{years[best]:.0f} years of 100." in reader.text(".verdict")
    assert (
        f"Under the Concert it is {years['concert']:.0f}, under self-help {years['self_help']:.0f}."
        in reader.text()
    )
    reader.press("the two superpowers of 1946")
    found = lasting(load_scenario("superpowers_1946_under_concert"), "peace")
    reader.says(f"Among the two superpowers of 1946 peace lasts {found:.0f} years of 100.")


PLAY = {f.__name__: f for f in (deal, fog, forgive, shadow, third, buffer, europe, pillars, orders, accident)}
FIRST = ("deal", "fog", "third", "buffer")


@pytest.mark.parametrize("name", [n if n in FIRST else pytest.param(n, marks=verify) for n in SCREENS])
def test_a_screen_is_played_to_its_end_and_asks_what_the_next_one_answers(reader, name):
    reader.visit(f"#{name}")
    assert "Its name" not in reader.text()  # nothing is named before it was felt
    assert not reader.ask("document.querySelector('.onward')")
    PLAY[name](reader)
    reader.until("document.querySelector('.onward') !== null")
    assert "Its name" in reader.text()
    later = SCREENS[SCREENS.index(name) + 1] if name != SCREENS[-1] else "sandbox"
    assert reader.ask("document.querySelector('.onward a').getAttribute('href')") == f"#{later}"
    assert reader.ask("document.documentElement.scrollWidth") <= 1400
    reader.size(400)
    assert reader.ask("document.documentElement.scrollWidth") <= 400


def test_the_page_begins_with_the_first_screen_and_each_is_a_link(reader):
    reader.visit()
    assert reader.text("h1") == "You and Tilda"
    links = reader.ask("[...document.querySelectorAll('.step')].map((a) => a.getAttribute('href'))")
    assert links == [f"#{name}" for name in SCREENS]
    reader.click(".step[href='#fog']")
    reader.says("in fog")
    assert reader.ask("document.querySelectorAll('[aria-current=page]').length") == 1


def test_it_is_played_by_the_keyboard_alone(reader):
    reader.visit()

    def press(words):
        for _ in range(40):
            if reader.ask("document.activeElement.textContent") == words:
                reader.press_key("enter")
                return
            reader.press_key("tab")
            seen = reader.ask(
                "(({ outlineStyle: style, outlineWidth: width }) => [style, width])"
                "(getComputedStyle(document.activeElement))"
            )
            assert seen == ["solid", "3px"]
        raise AssertionError(f"the keyboard does not reach {words}")

    press("Neither")
    for _ in range(5):
        press("Keep the deal")
    reader.says("You win your bet. You have 15 points, Tilda has 15.")
    press("Next →")
    reader.says("in fog")


def test_who_goes_elsewhere_is_not_held_up_by_what_is_still_played(reader):
    reader.visit("#orders")
    reader.press("Self-help")
    reader.click(".part[href='#sandbox']")
    reader.until("document.querySelector('main').dataset.ready !== undefined")
    assert reader.ask("document.querySelectorAll('h1').length") == 1
    assert "Playing" not in reader.text()
