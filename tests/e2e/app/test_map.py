"""Names on the map of a history, measured in the browser: none lies on another."""

import pytest

from regimesim.scenario.compose import load_scenario
from regimesim.scenario.files import scenario_names

NAMES = "[...document.querySelectorAll('.film svg.map text')]"
ON_EACH_OTHER = f"""
(() => {{
const boxes = {NAMES}
  .filter((text) => getComputedStyle(text).visibility === 'visible')
  .map((text) => [text.textContent, text.getBBox()]);
const meet = (a, b, from, size) => a[from] < b[from] + b[size] && b[from] < a[from] + a[size];
const lie = (a, b) => meet(a, b, 'x', 'width') && meet(a, b, 'y', 'height');
return boxes.flatMap(([one, a], k) =>
  boxes.slice(k + 1).filter(([, b]) => lie(a, b)).map(([other]) => [one, other]));
}})()
"""
"""Pairs of names of which one lies on the other, in units of the map; rims of letters are left out."""
YEARS = range(0, 100, 7)


def film_of(name, reader):
    scenario = load_scenario(name)
    reader.visit(f"#sandbox?world={scenario.world.name}&order={scenario.order.name}&runs=64")
    reader.until("document.querySelector('.film') !== null")
    return scenario


def names_in(year, reader):
    """Names that are shown in a year, once they are placed; none of them lies on another."""
    reader.slide(year, ".film input[type=range]")
    reader.until(f"{NAMES}.every((text) => text.hasAttribute('visibility'))")
    assert reader.ask(ON_EACH_OTHER.strip()) == [], year
    return reader.ask(f"{NAMES}.filter((t) => getComputedStyle(t).visibility === 'visible').length")


SOME = ("concert", "league")
ALL = [name if name in SOME else pytest.param(name, marks=pytest.mark.verify) for name in scenario_names()]


@pytest.mark.parametrize("name", ALL)
def test_no_name_on_the_map_lies_on_another(name, reader):
    scenario = film_of(name, reader)
    for width in (400, 1400):
        reader.size(width)
        shown = [names_in(year, reader) for year in YEARS]
        assert min(shown) >= len(scenario.states) + 0.7 * len(scenario.buffers)


def test_names_are_placed_anew_in_a_window_of_another_size(reader):
    """On a phone letters are larger, so that names need other places; nothing is drawn anew for it."""
    film_of("concert", reader)
    names_in(14, reader)
    places = f"{NAMES}.map((t) => `${{t.getAttribute('x')}} ${{t.getAttribute('y')}}`).join()"
    before = reader.ask(places)
    reader.size(400)
    reader.until(f"{places} !== arguments[0]", before)
    assert reader.ask(ON_EACH_OTHER.strip()) == []
