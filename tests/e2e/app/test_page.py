"""The teaching page in a browser: headless Chromium, driven by its keyboard where a student would use one."""

import contextlib
import io
import json
import os
import shutil
import urllib.parse
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image
from serving import serving

import regimesim as rs

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import Select, WebDriverWait  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER),
    reason="no Chromium to drive: install the packages chromium and chromium-driver",
)
PATIENCE = 60


@pytest.fixture(scope="module")
def page():
    with serving() as served:
        yield served


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    downloads = tmp_path_factory.mktemp("downloads")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--lang=en"):
        options.add_argument(word)
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    driver.downloads = downloads
    yield driver
    driver.quit()


@pytest.fixture
def empty(chromium, page):
    """A browser 1400 pixels wide; at the end nothing may have gone wrong, and nothing have gone out."""
    chromium.get_log("browser"), chromium.get_log("performance")
    size(chromium, 1400, 900)
    yield chromium
    assert [entry["message"] for entry in chromium.get_log("browser")] == []
    asked = {
        urllib.parse.urlsplit(message["params"]["request"]["url"])
        for message in (json.loads(entry["message"])["message"] for entry in chromium.get_log("performance"))
        if message["method"] == "Network.requestWillBeSent"
    }
    assert {url.netloc for url in asked if url.scheme not in ("blob", "data")} == {f"127.0.0.1:{page.port}"}


@pytest.fixture
def browser(empty, page):
    """The same on the page as it begins."""
    visit(empty, page)
    return empty


def size(driver, width, height):
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def visit(driver, page, link=""):
    """Open the page afresh, and wait until it is drawn and its run is on the map."""
    driver.get("about:blank")
    driver.get(page.address + "/" + link)
    until(driver, lambda: driver.execute_script("return document.documentElement.dataset.ready") == "true")
    until(
        driver,
        lambda: driver.execute_script("return document.querySelectorAll('#chronicle > li').length") > 0,
    )


def until(driver, condition):
    return WebDriverWait(driver, PATIENCE, 0.05).until(lambda _: condition())


def one(driver, css):
    return driver.find_element(By.CSS_SELECTOR, css)


def text(driver, css):
    return driver.execute_script("return document.querySelector(arguments[0]).textContent", css)


def changes(driver, css, action):
    """Do something, and wait until a text is another one; gives it."""
    before = text(driver, css)
    action()
    until(driver, lambda: text(driver, css) != before)
    return text(driver, css)


def test_it_loads_and_says_what_the_simulation_says(browser, page):
    expected = page.ask("look", scenario="concert")["answer"]["text"]
    assert text(browser, "#answer") == expected
    assert text(browser, "h1") == "regimesim"
    assert one(browser, "#notice").is_displayed() is False
    assert len(browser.find_elements(By.CSS_SELECTOR, "#map .state")) == 5
    assert len(browser.find_elements(By.CSS_SELECTOR, "#map .small")) == 7
    lines = "#map line.trust, #map line.estranged, #map line.war"
    assert len(browser.find_elements(By.CSS_SELECTOR, lines)) == 10


def test_a_slider_moved_by_the_keyboard_draws_everything_anew(browser, page):
    slider = one(browser, "#set-transparency-level")
    curve = browser.execute_script(
        "return document.querySelector('#curves path.curve.regime').getAttribute('d')"
    )
    answer = changes(browser, "#answer", lambda: slider.send_keys(Keys.ARROW_LEFT * 20))
    until(browser, lambda: slider.get_attribute("aria-valuetext") == "0.46")
    asked = {"scenario": "concert", "set": {"transparency.level": 0.46}}
    until(browser, lambda: text(browser, "#answer") == page.ask("look", **asked)["answer"]["text"])
    assert "shorter than as published" in answer
    assert curve != browser.execute_script(
        "return document.querySelector('#curves path.curve.regime').getAttribute('d')"
    )
    assert browser.find_elements(By.CSS_SELECTOR, "#curves path.published")
    assert "transparency.level=0.46" in browser.current_url
    assert "transparency.level=0.46" in text(browser, "#command")
    one(browser, "#reset").click()
    until(browser, lambda: "as published" not in text(browser, "#answer"))
    assert slider.get_attribute("value") == "0.66"


def test_a_link_brings_the_same_setting_back(empty, page):
    link = "#scenario=bipolar&transparency.level=0.7&without=norms&seed=5&runs=100"
    visit(empty, page, link)
    asked = {
        "scenario": "bipolar",
        "set": {"transparency.level": 0.7},
        "without": ["norms"],
        "seed": 5,
        "runs": 100,
    }
    assert text(empty, "#answer") == page.ask("look", **asked)["answer"]["text"]
    assert Select(one(empty, "#scenario")).first_selected_option.get_attribute("value") == "bipolar"
    assert not one(empty, "#without-norms").is_selected()


def test_another_scenario_is_another_world(browser, page):
    changes(browser, "#answer", lambda: Select(one(browser, "#scenario")).select_by_value("trade"))
    assert text(browser, "#answer") == page.ask("look", scenario="trade")["answer"]["text"]
    until(browser, lambda: len(browser.find_elements(By.CSS_SELECTOR, "#map .small")) == 0)
    assert text(browser, "#time-year") == "year 1"


def test_ten_years_pass_on_the_map(browser):
    assert text(browser, "#time-year") == "1816"
    one(browser, "#map-play").click()
    until(browser, lambda: int(text(browser, "#time-year")) >= 1826)
    one(browser, "#map-play").click()
    year = text(browser, "#time-year")
    assert text(browser, "#map-text").startswith(year)
    assert one(browser, "#map svg").get_attribute("aria-label").startswith(f"{year}: ")
    one(browser, "#time").send_keys(Keys.END)
    assert text(browser, "#time-year") == "1915"
    browser.find_elements(By.CSS_SELECTOR, "#chronicle button.date")[0].click()
    assert text(browser, "#time-year") == "1816"


def test_without_buffers(browser, page):
    expected = page.ask("look", scenario="concert", without=["buffers"])["answer"]["text"]
    one(browser, "#without-buffers").click()
    until(browser, lambda: text(browser, "#answer") == expected)
    one(browser, "#without-buffers").click()
    one(browser, "#measure").click()
    until(browser, lambda: "years shorter" in text(browser, "#hangs-buffers"))
    found = page.ask("without", scenario="concert")["rows"]
    row = next(row for row in found if row["name"] == "buffers")
    assert row["regime"] in text(browser, "#hangs-buffers")


def test_the_whole_range_of_a_slider(browser, page):
    one(browser, "#sweep").click()
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, "#range circle.dot"))
    found = page.ask("sweep", scenario="concert", runs=150, parameter="transparency.level")
    assert len(browser.find_elements(By.CSS_SELECTOR, "#range circle.dot")) == len(found["points"]) == 11
    rows = browser.execute_script(
        "return [...document.querySelectorAll('#range-table tbody tr')].map((r) => r.cells[1].textContent)"
    )
    assert rows[0].startswith(f"{found['points'][0]['regime'][0]:.0f} [")


def test_the_game_of_the_chosen_pair(browser, page):
    pairs = page.ask("look", scenario="concert")["pairs"]
    changes(
        browser,
        "#pair-table caption",
        lambda: Select(one(browser, "#pair-b")).select_by_visible_text("Prussia"),
    )
    changes(
        browser,
        "#pair-table caption",
        lambda: Select(one(browser, "#pair-a")).select_by_visible_text("Austria"),
    )
    (pair,) = [p for p in pairs if {s["state"] for s in p["sides"]} == {"Austria", "Prussia"}]
    assert pair["sides"][0]["game"] in text(browser, "#pair-name")
    assert pair["sides"][0]["verdict"] in text(browser, "#pair-words")
    cells = browser.execute_script(
        "return [...document.querySelectorAll('#pair-table tbody .first')].map((c) => c.textContent)"
    )
    side = pair["sides"][0]
    assert [float(c.replace("−", "-")) for c in cells] == [
        pytest.approx(side[name], abs=0.051) for name in ("u_cc", "u_cd", "u_dc", "u_dd")
    ]


def test_a_state_is_played_to_the_end_by_the_keyboard(browser, page):
    one(browser, "#go-play").click()
    until(browser, lambda: "what will" in text(browser, "#play-year"))
    Select(one(browser, "#play-state")).select_by_visible_text("Austria")
    until(browser, lambda: "what will Austria do?" in text(browser, "#play-year"))
    length = one(browser, "#play-length")
    length.send_keys(Keys.CONTROL, "a", Keys.NULL, "10")
    one(browser, "#play-start").click()
    until(browser, lambda: "Year 1 of 10" in text(browser, "#play-news"))
    assert "earned" not in text(browser, "#play")
    moves = []
    for year in range(10):
        if year == 4:  # from here on Austria exploits Prussia
            one(browser, "input[name=towards-Prussia][value=C]").send_keys(Keys.ARROW_RIGHT)
            assert one(browser, "input[name=towards-Prussia][value=D]").is_selected()
        moves.append("CCCC" if year < 4 else "CCCD")
        changes(browser, "#play-news", lambda: one(browser, "#play-next").send_keys(Keys.ENTER))
        assert len(browser.find_elements(By.CSS_SELECTOR, "#log > li")) == year + 1
        at = browser.switch_to.active_element.get_attribute("id")
        assert at == ("play-next" if year < 9 else "play-year")
    found = page.ask("play", scenario="concert", state="Austria", length=10, moves=moves)["reckoning"]
    said = text(browser, "#verdict")
    assert f"You earned {found['you']['payoff']:.2f} a year" in said
    assert f"({found['prudent']['payoff']:.2f})" in said
    assert len(browser.find_elements(By.CSS_SELECTOR, "#reckoning table")) == 2
    # the game is in the address: whoever opens it sees the same end
    address = browser.current_url
    visit(browser, page, address[address.index("#") :])
    until(browser, lambda: text(browser, "#reckoning") != "")
    assert text(browser, "#verdict") == said


def test_advice_is_shown_when_asked_for(empty, page):
    visit(empty, page, "#scenario=concert&view=play&state=Austria&length=5")
    until(empty, lambda: "Austria" in text(empty, "#play-year"))
    assert not one(empty, "#decisions .advice").is_displayed()
    one(empty, "#advice-wanted").click()
    assert "A prudent cabinet would choose cooperation" in one(empty, "#decisions .advice").text
    changes(empty, "#play-news", lambda: one(empty, "#play-five").click())
    assert "5 years have passed" in text(empty, "#play-year")


def test_two_tabs_play_two_games(empty, page):
    first = empty.current_window_handle
    games = {"Austria": "CCCC", "Russia": "DDDD"}
    handles = {}
    for state in games:
        empty.switch_to.new_window("tab")
        handles[state] = empty.current_window_handle
        visit(empty, page, f"#scenario=concert&view=play&state={state}&length=2")
        until(empty, lambda state=state: f"what will {state} do?" in text(empty, "#play-year"))
    for turn in range(2):
        for state, letters in games.items():
            empty.switch_to.window(handles[state])
            for box in empty.find_elements(By.CSS_SELECTOR, f"#decisions input[value={letters[0]}]"):
                box.click()
            changes(empty, "#play-news", lambda: one(empty, "#play-next").click())
            assert len(empty.find_elements(By.CSS_SELECTOR, "#log > li")) == turn + 1
    for state, letters in games.items():
        empty.switch_to.window(handles[state])
        found = page.ask("play", scenario="concert", state=state, length=2, moves=[letters] * 2)["reckoning"]
        assert f"You earned {found['you']['payoff']:.2f} a year" in text(empty, "#verdict")
        empty.close()
    empty.switch_to.window(first)


def test_a_setting_is_saved_and_opened_and_the_data_downloaded(browser, page):
    for old in browser.downloads.iterdir():
        old.unlink()
    browser.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(browser.downloads)}
    )
    changes(
        browser, "#answer", lambda: one(browser, "#set-transparency-level").send_keys(Keys.ARROW_RIGHT * 5)
    )
    until(browser, lambda: "transparency.level=0.71" in browser.current_url)
    answer = page.ask("look", scenario="concert", set={"transparency.level": 0.71})["answer"]
    one(browser, "#save").click()
    one(browser, "#data").click()
    saved, data = browser.downloads / "concert.yaml", browser.downloads / "concert-runs.csv"
    until(browser, lambda: saved.is_file() and data.is_file() and data.stat().st_size > 0)
    assert rs.load_scenario(str(saved))["transparency.level"] == 0.71
    assert len(data.read_text("utf-8").splitlines()) == 301
    one(browser, "#file").send_keys(str(saved))
    until(browser, lambda: "your file" in text(browser, "#scenario"))
    assert text(browser, "#answer").startswith(answer["text"].partition(":")[0])
    bad = browser.downloads / "bad.yaml"
    bad.write_text("states: !!python/object/apply:os.system [x]", "utf-8")
    one(browser, "#file").send_keys(str(bad))
    until(browser, lambda: one(browser, "#notice").is_displayed())
    assert "tags (!) are not read" in text(browser, "#notice")
    expect_refusals(browser)


def expect_refusals(browser):
    """What a browser itself notes of answers with a refusal is no fault of the page."""
    others = [entry for entry in browser.get_log("browser") if "400 (Bad Request)" not in entry["message"]]
    assert others == []


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("#scenario=../../etc/passwd", "no scenario '../../etc/passwd'"),
        ("#scenario=<img src=x onerror=window.broken=1>", "no scenario '<img src=x"),
        (
            "#scenario=concert&transparency.level=<script>window.broken=1</script>",
            "transparency.level must be a number",
        ),
        ("#scenario=concert&constructor=1&__proto__=2", "no parameter"),
        ("#scenario=concert&runs=1e300", "runs must be a whole number"),
        ("#yaml=states%3A+%26a+%5B*a%5D", "anchors (&) and aliases"),
    ],
)
def test_a_crafted_link_is_a_sentence_and_the_page_still_works(empty, page, link, sentence):
    visit(empty, page, link)
    assert sentence in text(empty, "#notice")
    assert empty.execute_script("return window.broken") is None
    assert text(empty, "#answer").startswith("Cooperation lasts")
    expect_refusals(empty)


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
epochs: [{{year: 1910, because: "{BAIT} because", war: {{cost: 2}}}}]
"""


def test_names_and_texts_of_a_file_are_texts_everywhere(empty, page):
    visit(empty, page, "#" + urllib.parse.urlencode({"yaml": BAITED}))
    open_everything(empty)
    assert "<img" in text(empty, "#represents") and "<img" in text(empty, "#chronicle")
    assert "<img" in text(empty, "#map") and "<img" in text(empty, "#pair-table")
    one(empty, "#go-play").click()
    until(empty, lambda: text(empty, "#decisions") != "")
    one(empty, "#play-five").click()
    until(empty, lambda: "<img" in text(empty, "#log"))
    assert empty.execute_script("return document.images.length") == 0
    assert empty.execute_script("return window.broken") is None


NAMED = {
    "button",
    "slider",
    "checkbox",
    "combobox",
    "spinbutton",
    "radio",
    "image",
    "meter",
    "textbox",
    "link",
}


def accessible(driver):
    """Role and name of everything that assistive technology is told of."""
    nodes = driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    return [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if not node.get("ignored") and "role" in node
    ]


def open_everything(driver):
    driver.execute_script("for (const d of document.querySelectorAll('details')) d.open = true")


@pytest.mark.parametrize("view", ["", "#scenario=concert&view=play&state=Austria&length=3&moves=CCCC"])
def test_everything_has_a_name_that_can_be_read_out(empty, page, view):
    visit(empty, page, view)
    open_everything(empty)
    found = accessible(empty)
    assert [role for role, name in found if role in NAMED and not name.strip()] == []
    roles = {role for role, _ in found}
    assert {"main", "banner", "navigation", "heading", "status"} <= roles
    if not view:
        names = [name for role, name in found if role == "image"]
        assert len(names) == 3 and all(len(name) > 30 for name in names)
        assert sum(role == "slider" for role, _ in found) > 50
    assert empty.execute_script("return document.documentElement.lang") == "en"
    levels = empty.execute_script(
        "return [...document.querySelectorAll('h1,h2,h3')]"
        ".filter((h) => h.offsetParent).map((h) => +h.tagName[1])"
    )
    assert levels[0] == 1 and all(b <= a + 1 for a, b in pairwise(levels))
    assert empty.execute_script("return [...document.querySelectorAll('table')].every((t) => t.caption)")


CONTRAST = """
const channel = (c) => { c /= 255; return c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4; };
const light = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
const parts = (text) => text.match(/[\\d.]+/g).map(Number);
function ground(element) {
  for (let e = element; e; e = e.parentElement) {
    const found = parts(getComputedStyle(e).backgroundColor);
    if (found.length === 3 || found[3] > 0) return found;
  }
  return [255, 255, 255];
}
const poor = [];
for (const element of document.querySelectorAll('body *')) {
  const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  if (!own || !element.getClientRects().length || element.closest('noscript, :disabled')) continue;
  const style = getComputedStyle(element);
  const ink = parts(element instanceof SVGElement ? style.fill : style.color);
  const [a, b] = [light(ink), light(element instanceof SVGElement ? [255, 255, 255] : ground(element))];
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  if (ratio < 4.5) poor.push(`${element.tagName} ${element.textContent.slice(0, 40)} ${ratio}`);
}
return poor;
"""


@pytest.mark.parametrize(
    "view", ["", "#scenario=concert&view=play&state=Austria&length=3&moves=CDCC.DDDD.CCCC"]
)
def test_words_stand_out_from_their_ground(empty, page, view):
    visit(empty, page, view)
    open_everything(empty)
    assert empty.execute_script(CONTRAST) == []


def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(browser):
    reached = []
    for _ in range(40):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        reached.append(browser.execute_script(
            "const e = document.activeElement, style = getComputedStyle(e);"
            "return [e.id || e.textContent.trim(), style.outlineStyle, style.outlineWidth]"
        ))  # fmt: skip
    names = [name for name, *_ in reached]
    wanted = ["Skip to the answer", "scenario", "go-watch", "go-play", "share", "save", "open", "data",
              "set-transparency-level", "set-shadow-discount-factor", "range-of", "sweep", "map-play", "time",
              "replicate", "another"]  # fmt: skip
    places = [names.index(name) for name in wanted]
    assert places == sorted(places)
    assert all(style == "solid" and width == "3px" for _, style, width in reached)


@pytest.mark.parametrize("view", ["", "#scenario=concert&view=play&state=Austria&length=2&moves=CCCC.DDDD"])
def test_nothing_is_cut_off_at_any_width(empty, page, view):
    visit(empty, page, view)
    open_everything(empty)
    for width in (400, 900, 1400):
        size(empty, width, 900)
        assert empty.execute_script("return document.documentElement.scrollWidth") <= width
        for section in empty.find_elements(By.CSS_SELECTOR, "#play section" if view else "#watch section"):
            assert section.is_displayed() and section.size["height"] > 40


def test_when_the_server_is_gone_the_page_says_so(chromium):
    with serving() as brief:
        size(chromium, 1400, 900)
        visit(chromium, brief)
    with contextlib.suppress(Exception):
        one(chromium, "#set-transparency-level").send_keys(Keys.ARROW_LEFT * 3)
    until(chromium, lambda: "The server does not answer" in text(chromium, "#notice"))
    chromium.get_log("browser")


@pytest.mark.verify
def test_pictures_for_the_documents(chromium, page, tmp_path):
    """Draws what docs/teaching.md shows, into the folder named by REGIMESIM_PICTURES if there is one."""
    folder = Path(os.environ.get("REGIMESIM_PICTURES", tmp_path))
    played = "#scenario=concert&transparency.level=0.3&view=play&state=Austria&length=20&luck=3&moves="
    for name, link, wide, high, year in (
        ("page", "#scenario=concert&transparency.level=0.3", 1400, 940, 95),
        ("page-play", f"{played}CCCC.CCCC.CCCC.CCCD.CCCD.CCCD.CCCC.CCCC", 1400, 900, None),
        ("page-phone", "#scenario=concert&transparency.level=0.3", 400, 1700, None),
    ):
        size(chromium, wide, high)
        visit(chromium, page, link)
        if year is not None:
            chromium.execute_script(
                "const t = document.getElementById('time'); t.value = arguments[0];"
                "t.dispatchEvent(new Event('input'))", year,
            )  # fmt: skip
        picture = Image.open(io.BytesIO(chromium.get_screenshot_as_png())).convert("RGB")
        few = picture.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        few.save(folder / f"{name}.png", optimize=True)
        assert 20_000 < (folder / f"{name}.png").stat().st_size < 300_000
