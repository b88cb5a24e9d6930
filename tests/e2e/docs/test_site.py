"""The site of the documents: built as CONTRIBUTING.md says, read from a disk without a network."""

import html.parser
import re
import shlex
import subprocess
import sys
import zlib

import pytest
from browsing import chromium, open_page
from snippets import PAGES, blocks

import regimesim
from regimesim import theory

LOADED = {"link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src", "object": "data"}
"""What a browser fetches for a page by itself, by the attribute that says where it is."""


@pytest.fixture(scope="module")
def site(root, tmp_path_factory):
    """The folder of the site, built by the command that is told; a warning of Sphinx is an error."""
    (typed,) = (b.text for b in blocks("CONTRIBUTING.md") if "sphinx" in b.text)
    python, *words, shown = shlex.split(typed, comments=True)
    folder = tmp_path_factory.mktemp("site")
    assert (python, shown) == ("python", "build/site") and "-W" in words
    done = subprocess.run(
        [sys.executable, *words, "-q", "-d", folder / "doctrees", folder / "site"],
        cwd=root, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")
    return folder / "site"


class Loads(html.parser.HTMLParser):
    """Collects the addresses that a page loads, and those of its own links."""

    def __init__(self, text):
        super().__init__()
        self.loaded, self.linked = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag in LOADED and found.get(LOADED[tag]):
            self.loaded.append(found[LOADED[tag]])
        if tag == "a" and found.get("href"):
            self.linked.append(found["href"])


def remote(address):
    return re.match(r"(?:[a-z]+:)?//", address)


def test_every_document_is_a_page(site):
    written = [page for page in PAGES if not str(page).endswith("page.md")]  # those are templates
    assert [page for page in written if not (site / page).with_suffix(".html").is_file()] == []
    assert (site / "index.html").is_file()


def test_nothing_is_loaded_from_a_network(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 30
    for page in pages:
        found = Loads(page.read_text("utf-8")).loaded
        assert found or page.name in ("index.html", "demo.html")
        assert [address for address in found if remote(address)] == [], page
    for style in site.rglob("*.css"):
        assert not re.search(r"(?:url\(|@import)\s*['\"]?\s*(?:https?:)?//", style.read_text("utf-8")), style


def test_links_between_pages_lead_somewhere(site):
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        for address in Loads(text).linked:
            place, _, anchor = address.partition("#")
            if remote(address) or address.startswith("mailto:"):
                continue
            target = (page.parent / place).resolve() if place else page
            assert target.is_file(), (page.name, address)
            if anchor and target.suffix == ".html":
                assert f'id="{anchor}"' in (text if target == page else target.read_text("utf-8")), address


def test_the_four_kinds_are_the_sections_of_the_site(site):
    text = (site / "docs" / "tutorial.html").read_text("utf-8")
    captions = re.findall(r'class="caption-text">([^<]+)<', text)
    assert captions == ["Tutorial", "How-to guides", "Reference", "Explanation", "The project"]


def test_every_public_name_is_in_the_reference(site):
    inventory = (site / "objects.inv").read_bytes()
    entries = zlib.decompress(inventory.split(b"\n", 4)[4]).decode().splitlines()
    names = {entry.split(" ")[0] for entry in entries if " py:" in entry}
    public = set(regimesim.__all__) - {"__version__", "theory"}
    assert {f"regimesim.{name}" for name in public} <= names
    assert {f"regimesim.theory.{name}" for name in theory.__all__} <= names


@pytest.fixture(scope="module", params=[1400, 400], ids=["desk", "phone"])
def browser(request):
    found = chromium(request.param, 900)
    yield found
    found.quit()


FINISHED = "return document.querySelector('.search-summary')?.textContent.includes('finished')"

OPENED = ["docs/README", "docs/tutorial", "docs/model", "docs/reference/parameters", "docs/reference/python",
          "experiments/README", "seeds/lipson"]  # fmt: skip


@pytest.mark.parametrize("page", OPENED)
def test_a_page_opens_from_the_disk_and_fits_the_screen(page, site, browser):
    address = (site / f"{page}.html").as_uri()
    complaints, asked = open_page(browser, address, "return document.readyState === 'complete'")
    assert complaints == []
    assert {url.partition(":")[0] for url in asked} <= {"file", "data"} and address in asked
    wide, screen = browser.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= screen
    beyond = """
    const frames = '.table-wrapper, pre', wide = x => x.getBoundingClientRect().right > innerWidth + 1;
    const scrolls = x => ['auto', 'scroll'].includes(getComputedStyle(x).overflowX);
    return [...document.querySelectorAll('article *')].filter(
      x => x.matches(frames) ? wide(x) || !scrolls(x) : wide(x) && !x.closest(frames)).length
    """
    assert browser.execute_script(beyond) == 0  # wide tables and lines scroll in frames of their own


def test_it_can_be_searched(site, browser):
    address = (site / "search.html").as_uri() + "?q=discount_factor"
    complaints, asked = open_page(browser, address, FINISHED)
    assert complaints == []
    assert {url.partition(":")[0] for url in asked} <= {"file", "data"}
    found = [link.text for link in browser.find_elements("css selector", "ul.search li > a")]
    assert "Parameters" in found and "The model" in found


def test_the_first_page_leads_to_the_documents(site, browser):
    from selenium.webdriver.support.ui import WebDriverWait

    browser.get((site / "index.html").as_uri())
    WebDriverWait(browser, 10).until(lambda found: found.current_url.endswith("docs/README.html"))
