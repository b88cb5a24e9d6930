"""The whole page in Chromium: size and policy, names, contrast, widths, and pictures for the documents."""

import io
import os
import re
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from regimesim.app.page import MOST_BYTES, page

PARTS = {
    "screen": "#deal",
    "sandbox": "#sandbox?runs=64",
    "state": "#state?states=Austria&years=3&code=1816&moves=CDCC",
    "accident": "#accident",
}
NAMED = {"button", "slider", "checkbox", "combobox", "radio", "image", "textbox", "searchbox", "link"}


LATER = ("accident",)


@pytest.fixture(params=[pytest.param(p, marks=pytest.mark.verify) if p in LATER else p for p in PARTS])
def part(request, reader):
    """A part of the page with all its details open."""
    reader.visit(PARTS[request.param])
    if request.param == "screen":
        reader.press("I")
        for _ in range(5):
            reader.press("Keep the deal")
        reader.until("document.querySelector('.onward') !== null")
    elif request.param == "sandbox":
        reader.until("document.querySelector('main').dataset.ready !== undefined")
        reader.press("Why did it end?")
        reader.press("How did its chance move? (200 futures from each year)")
        reader.until("document.querySelector('.turns') !== null")
        reader.run(
            "const s = document.getElementById('search'); s.value = 'war';s.dispatchEvent(new Event('input'))"
        )
    elif request.param == "accident":
        reader.press("Bet")
        reader.press("More often than not")
        reader.until("document.querySelector('.onward') !== null")
    reader.run("for (const d of document.querySelectorAll('details')) d.open = true")
    return request.param


def test_it_can_be_mailed_and_may_ask_for_nothing():
    text = page()
    assert len(text.encode()) <= MOST_BYTES
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[1]
    allowed = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert allowed.pop("default-src") == "'none'"
    assert allowed.pop("worker-src") == "blob:"
    assert allowed.pop("base-uri") == allowed.pop("form-action") == "'none'"
    assert re.fullmatch(r"'sha256-\S+' 'wasm-unsafe-eval'", allowed.pop("script-src"))
    assert re.fullmatch(r"'sha256-\S+'", allowed.pop("style-src"))
    assert allowed == {}
    assert not re.search(r"""(src|href)=["'](?!#)""", text.partition("<script")[0])
    script = text.rpartition('<script type="module">')[2]
    for word in ("fetch(", "XMLHttpRequest", "WebSocket", "innerHTML", "document.write", "eval(", "import("):
        assert word not in script


def test_a_changed_script_is_not_run(reader, tmp_path):
    place = tmp_path / "changed.html"
    place.write_text(page().replace("const modules = {};", "const modules = {}; window.broken = 1;"), "utf-8")
    reader.go(place.as_uri())
    assert reader.ask("window.broken === undefined && document.querySelector('h1') === null")
    assert any(re.search("Content.Security.Policy", message) for message in reader.messages())
    reader.requests()


def test_everything_has_a_name_that_can_be_read_out(part, reader):
    if reader.name == "Firefox":
        pytest.skip("what is read out is asked of Chromium, whose protocol tells it")
    nodes = reader.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    found = [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if not node.get("ignored") and "role" in node
    ]
    assert [role for role, name in found if role in NAMED and not name.strip()] == []
    assert {"main", "banner", "navigation", "heading", "status"} <= {role for role, _ in found}
    if part == "sandbox":
        assert sum(role == "slider" for role, _ in found) > 10
    assert all(len(name) > 30 for role, name in found if role == "image")
    assert reader.ask("document.documentElement.lang") == "en"
    levels = reader.ask(
        "[...document.querySelectorAll('h1,h2,h3')].filter((h) => h.offsetParent).map((h) => +h.tagName[1])"
    )
    assert levels[0] == 1 and all(b <= a + 1 for a, b in pairwise(levels))
    assert reader.ask("[...document.querySelectorAll('table')].every((t) => t.caption)")


CONTRAST = """
(() => {
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
  const aside = 'noscript, script, :disabled, .aside, .skip';
  if (!own || !element.getClientRects().length || element.closest(aside)) continue;
  const style = getComputedStyle(element);
  const ink = parts(element instanceof SVGElement ? style.fill : style.color);
  const [a, b] = [light(ink), light(ground(element))];
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  if (ratio < 4.5) poor.push(`${element.tagName} ${element.textContent.slice(0, 40)} ${ratio}`);
}
return poor;
})()
"""


CUT_OFF = """
[...document.querySelectorAll('svg:not(.face)')].filter((s) => s.getClientRects().length).flatMap((s) => {
  const frame = s.getBoundingClientRect();
  const out = (box) => box.left < frame.left - 1 || box.right > frame.right + 1;
  const texts = [...s.querySelectorAll('text')];
  return texts.filter((t) => out(t.getBoundingClientRect())).map((t) => t.textContent);
})
"""
"""Texts that leave their picture to a side."""


@pytest.mark.parametrize("link", [*PARTS.values(), *(f"#{name}" for name in ("fog", "europe", "orders"))])
@pytest.mark.verify
def test_no_word_of_a_picture_is_cut_off_on_a_phone(link, reader):
    reader.size(400)
    reader.visit(link)
    if link == "#sandbox?runs=64":
        reader.press("How did its chance move? (200 futures from each year)")
        reader.until("document.querySelector('.turns') !== null")
    if link == "#europe":
        reader.press("Bet")
        reader.says("One of them on the map")
    if link == "#orders":
        reader.press("Self-help")
        reader.says("Now keep the order")
    if link == "#accident":
        reader.press("Bet")
        reader.press("More often than not")
        reader.until("document.querySelector('.onward') !== null")
    assert reader.ask(CUT_OFF.strip()) == []


def test_words_stand_out_from_their_ground_and_nothing_is_cut_off(part, reader):
    assert reader.ask(CONTRAST.strip()) == []
    assert reader.ask(CUT_OFF.strip()) == []
    for width in (400, 900, 1400):
        reader.size(width)
        assert reader.ask("document.documentElement.scrollWidth") <= width
        small = reader.ask(
            "[...document.querySelectorAll('button, select')].filter((b) => b.offsetParent"
            " && !b.matches('.link, .chip') && b.offsetHeight < 36).map((b) => b.textContent)"
        )
        assert small == []  # large enough for a finger


def test_colours_are_those_of_all_pictures():
    from regimesim.report.figures import style

    text = page()
    for name in ("BLACK", "GREY", "PALE", "BLUE", "SKY", "GREEN", "ORANGE", "RED", "PURPLE", "OCHRE"):
        assert f"--{name.lower()}: {getattr(style, name)};" in text


@pytest.mark.verify
def test_pictures_for_the_documents(reader, tmp_path):
    """Draws what docs/teaching.md shows, into the folder named by REGIMESIM_PICTURES if there is one."""
    if reader.name != "Chromium":
        pytest.skip("the pictures for the documents are taken of Chromium")
    folder = Path(os.environ.get("REGIMESIM_PICTURES", tmp_path))
    for name, link, wide, high in (
        ("page", "#sandbox?world=europe_1816&order=concert&transparency.level=0.3", 1400, 1000),
        ("page-screen", "#deal", 720, 1000),
        (
            "page-play",
            "#state?states=Austria&years=15&code=1816&moves=CCCC.CCCC.CCCC.CCCD.CCCD.CCCD",
            900,
            1100,
        ),
        ("page-phone", "#fog", 400, 800),
        ("page-turning", "#accident", 720, 1000),
    ):
        reader.size(wide, high)
        reader.visit(link)
        if name == "page":
            reader.until("document.querySelector('.part-reach strong') !== null")
            reader.slide(60, ".film input[type=range]")
        if name == "page-screen":
            reader.press("I")
            for move in ("Keep the deal", "Cheat", "Keep the deal"):
                reader.press(move)
        if name == "page-phone":
            reader.press("Keep the deal")
        reader.run("scrollTo(0, 0)")
        if name == "page-turning":
            reader.press("Bet")
            reader.until("document.querySelector('.parts ul') !== null")
            reader.run("document.querySelector('.turn-mark').closest('.block').scrollIntoView()")
        picture = Image.open(io.BytesIO(reader.screenshot())).convert("RGB")
        few = picture.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        few.save(folder / f"{name}.png", optimize=True)
        assert 10_000 < (folder / f"{name}.png").stat().st_size < 300_000
