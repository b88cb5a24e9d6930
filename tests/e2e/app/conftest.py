"""A browser for the tests of the page, with the page in a file."""

import pytest

pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
from page_reader import CHROMIUM, DRIVER, Reader

from regimesim.app.page import page


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    if not (CHROMIUM and DRIVER):
        pytest.skip("no Chromium to drive: install the packages chromium and chromium-driver")
    folder = tmp_path_factory.mktemp("page")
    (folder / "page.html").write_text(page(), "utf-8")
    downloads = tmp_path_factory.mktemp("downloads")
    found = Reader(downloads)
    found.address = (folder / "page.html").as_uri()
    yield found
    found.driver.quit()


@pytest.fixture
def reader(chromium):
    """A window 1400 pixels wide; at the end the console is empty, and nothing was asked for."""
    chromium.messages(), chromium.requests()
    chromium.size(1400)
    yield chromium
    assert chromium.messages() == []
    assert chromium.requests() == []
