"""Browsers for the tests of the page, with the page in a file."""

import pytest

pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
from firefox_reader import FIREFOX, Firefox
from page_reader import CHROMIUM, DRIVER, Chromium

from regimesim.app.page import page


@pytest.fixture(scope="session", params=["Chromium", pytest.param("Firefox", marks=pytest.mark.verify)])
def browser(request, tmp_path_factory):
    """A browser with the page in a file; the test is skipped where the machine has no such browser."""
    if request.param == "Chromium" and not (CHROMIUM and DRIVER):
        pytest.skip("no Chromium to drive: install the packages chromium and chromium-driver")
    if request.param == "Firefox" and not FIREFOX:
        pytest.skip("no Firefox to drive: install the package firefox-esr")
    folder = tmp_path_factory.mktemp("page")
    (folder / "page.html").write_text(page(), "utf-8")
    kind = {"Chromium": Chromium, "Firefox": Firefox}[request.param]
    found = kind(tmp_path_factory.mktemp("downloads"))
    found.address = (folder / "page.html").as_uri()
    yield found
    found.quit()


@pytest.fixture
def reader(browser):
    """A window 1400 pixels wide; at the end the console is empty, and nothing was asked for."""
    browser.messages(), browser.requests()
    browser.size(1400)
    yield browser
    assert browser.messages() == []
    assert browser.requests() == []
