"""The page in a real browser, with the network shut: charts, pointer, keyboard, narrow screens, print."""

import base64
import re

import pytest
from browsing import chromium, open_page

import regimesim as rs
from regimesim.analysis.comparison import compare
from regimesim.report import page
from regimesim.simulation.results import percent


@pytest.fixture(scope="module", params=[1300, 400], ids=["desk", "phone"])
def browser(request):
    if page.vega_script() is None:
        pytest.skip("the extra 'report' is not installed")
    found = chromium(request.param, 900)
    yield found
    found.quit()


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    bipolar = rs.load_scenario("bipolar", ["years=40"])
    found = {
        "run": rs.simulate(bipolar, runs=40, seed=1),
        "compare": compare(["anarchy", "bipolar"], runs=40, years=20),
    }
    return {name: (each.report(folder / f"{name}.html"), each) for name, each in found.items()}


def show(browser, path):
    """Open a page and wait for its charts; what the browser had to say and what it asked for."""
    drawn = "return document.querySelectorAll('figure[data-charts]:not([data-drawn])').length === 0"
    return open_page(browser, path.as_uri(), drawn)


@pytest.mark.parametrize("kind", ["run", "compare"])
def test_charts_are_drawn_without_complaint_or_request(kind, browser, pages):
    complaints, asked = show(browser, pages[kind][0])
    assert complaints == []
    assert [url for url in asked if not url.startswith("data:")] == [pages[kind][0].as_uri()]
    live = browser.find_elements("css selector", ".live")
    charts = [each.find_elements("css selector", "svg") for each in live]
    assert list(map(len, charts)) == [1] * (3 if kind == "run" else 4)
    assert all(each.get_attribute("role") == "img" for each in live)
    assert all("below." in each.get_attribute("aria-label") for each in live)
    wide, screen = browser.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= screen
    assert all(200 < chart.size["width"] <= screen for (chart,) in charts)


@pytest.mark.parametrize("kind", ["run", "compare"])
def test_the_pointer_is_told_the_numbers(kind, browser, pages):
    """In the middle of the chart: the share of runs still at peace after half of the years."""
    from selenium.webdriver.common.actions.action_builder import ActionBuilder
    from selenium.webdriver.common.actions.pointer_input import PointerInput
    from selenium.webdriver.support.ui import WebDriverWait

    path, results = pages[kind]
    show(browser, path)
    chart = browser.find_element("css selector", "#live-peace svg")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", chart)
    phone = browser.execute_script("return window.innerWidth") < 600
    actions = ActionBuilder(browser, mouse=PointerInput("touch" if phone else "mouse", "pointer"))
    actions.pointer_action.move_to(chart)
    if phone:
        actions.pointer_action.pointer_down()
    else:
        actions.pointer_action.move_to(chart, 1, 1)
    actions.perform()
    reading = "return document.querySelector('#vg-tooltip-element.visible')?.innerText || ''"
    text = WebDriverWait(browser, 10).until(lambda found: found.execute_script(reading))
    actions.clear_actions()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    read = dict(zip(lines[::2], lines[1::2], strict=True))
    age = float(read.pop("years"))
    runs = list(results.results.values()) if kind == "compare" else [results]
    shares = [percent(float(each.curve("peace").at(age))) for each in runs]
    names = list(results.names) if kind == "compare" else ["still standing"]
    assert 0.3 < age / runs[0].scenario.years < 0.7
    assert {name: read[name] for name in names} == dict(zip(names, shares, strict=True))


@pytest.mark.parametrize("kind", ["run", "compare"])
def test_everything_can_be_reached_with_the_keyboard(kind, browser, pages):
    from selenium.webdriver.common.keys import Keys

    show(browser, pages[kind][0])
    body = browser.find_element("tag name", "body")
    body.send_keys(Keys.TAB)
    assert browser.switch_to.active_element.text == "Skip to the answer"
    chooser = browser.find_element("css selector", "select")
    place = browser.find_element("id", chooser.get_attribute("aria-controls"))
    before, words = place.get_attribute("innerHTML"), place.get_attribute("aria-label")
    reached = False
    for _ in range(60):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        if browser.switch_to.active_element == chooser:
            reached = True
            break
    assert reached
    outline = "const style = getComputedStyle(arguments[0]); return [style.outlineStyle, style.outlineWidth]"
    assert browser.execute_script(outline, chooser) == ["solid", "3px"]
    chooser.send_keys(Keys.ARROW_DOWN)
    assert place.get_attribute("aria-label") != words and "Trust" in place.get_attribute("aria-label")
    browser.implicitly_wait(0)
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(browser, 10).until(lambda _: place.get_attribute("innerHTML") not in ("", before))
    assert browser.get_log("browser") == []


@pytest.mark.parametrize("kind", ["run", "compare"])
def test_on_paper_the_pictures_are_still(kind, browser, pages):
    show(browser, pages[kind][0])
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    seen = (
        "return [...document.querySelectorAll(arguments[0])].map(x => x.getBoundingClientRect().height > 50)"
    )
    assert all(browser.execute_script(seen, "figure .still:not(.narrow) svg"))
    assert not any(browser.execute_script(seen, "figure .live, figure .still.narrow svg"))
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    printed = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {})["data"])
    assert printed.startswith(b"%PDF-") and len(printed) > 30_000


def test_without_scripts_there_are_pictures(browser, pages):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(pages["run"][0].as_uri())
        pictures = browser.find_elements("css selector", "figure .still svg")
        assert sum(picture.is_displayed() for picture in pictures) == 4
        assert not any(panel.is_displayed() for panel in browser.find_elements("css selector", ".panels"))
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_contrast(browser, pages):
    """Text against white at 4.5 to 1 or better (WCAG 2.2, success criterion 1.4.3)."""
    show(browser, pages["compare"][0])
    script = """
    const dark = new Set();
    for (const x of document.querySelectorAll('main *, header *, nav *, footer *')) {
      if (![...x.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || x.closest('svg')) continue;
      dark.add(getComputedStyle(x).color);
    }
    return [...dark];
    """
    for colour in browser.execute_script(script):
        channels = [int(x) / 255 for x in re.findall(r"\d+", colour)[:3]]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        assert 1.05 / (luminance + 0.05) >= 4.5, colour


@pytest.fixture(scope="module")
def still_pages(tmp_path_factory):
    """Pages as they are without the extra: every picture is a still."""
    folder = tmp_path_factory.mktemp("still")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(page, "vega_script", lambda: None)
        run = rs.simulate("concert", runs=12, years=40, seed=1).report(folder / "run.html")
        both = compare(["anarchy", "bipolar"], runs=12, years=20).report(folder / "compare.html")
    return {"run": run, "compare": both}


@pytest.fixture(scope="module")
def phone():
    found = chromium(400, 900)
    yield found
    found.quit()


@pytest.mark.parametrize("kind", ["run", "compare"])
def test_nothing_is_cut_on_a_telephone_without_the_extra(kind, phone, still_pages):
    """All pictures and all cells of all tables lie within 400 pixels, as wide as the column of text."""
    open_page(phone, still_pages[kind].as_uri(), "return document.readyState === 'complete'")
    phone.execute_script("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    wide, screen = phone.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= screen == 400
    ends = """
      return [...document.querySelectorAll('td, th, caption, figure svg')]
        .map((each) => each.getBoundingClientRect())
        .filter((box) => box.width > 1).map((box) => [box.left, box.right, box.width]);
    """
    places = phone.execute_script(ends)
    assert len(places) > 100 and all(left >= 0 and right <= screen for left, right, _ in places)
    shown = "return [...document.querySelectorAll('.still svg')].map((e) => e.getBoundingClientRect().width)"
    widths = phone.execute_script(shown)
    half = len(widths) // 2  # each picture in two layouts
    assert half == {"run": 4, "compare": 3}[kind]
    assert max(sorted(widths)[:half]) == 0 and min(sorted(widths)[half:]) > 330


def test_letters_of_a_still_are_as_large_as_those_of_a_caption(phone, still_pages):
    open_page(phone, still_pages["run"].as_uri(), "return document.readyState === 'complete'")
    scales = phone.execute_script("""
      return [...document.querySelectorAll('.still.narrow svg')]
        .map((each) => each.getBoundingClientRect().width / each.viewBox.baseVal.width);
    """)
    assert scales == pytest.approx([1, 1, 1, 1], abs=0.05)


@pytest.mark.parametrize("kind", ["run", "compare"])
def test_a_cell_on_a_telephone_says_what_it_is(kind, phone, still_pages):
    open_page(phone, still_pages[kind].as_uri(), "return document.readyState === 'complete'")
    said = phone.execute_script("""
      const row = document.querySelector('#answer tbody tr');
      return [...row.querySelectorAll('td')].map((td) => getComputedStyle(td, '::before').content);
    """)
    assert '"median"' in said and all(word not in ("none", '""') for word in said)
