"""Headless Chromium, on a desk or as a phone, that reaches no network."""

import json
import shutil

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def chromium(width, height):
    """Chromium on a desk (wide) or as a phone (narrow), or a skip that says what is missing."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    binary = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if binary is None or driver is None:
        pytest.skip(f"there is no {'Chromium' if binary is None else 'chromedriver'} on this machine")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(word)
    options.add_argument(f"--window-size={width},{height}")
    if width < 600:
        metrics = {"width": width, "height": height, "pixelRatio": 1.0}
        options.add_experimental_option("mobileEmulation", {"deviceMetrics": metrics})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(executable_path=driver)
    browser = webdriver.Chrome(options=options, service=service)
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd(
        "Network.setBlockedURLs", {"urls": ["http://*", "https://*", "ws://*", "wss://*"]}
    )
    return browser


def open_page(browser, address, settled):
    """Open a page, wait until a script says that it has settled; complaints, and addresses asked for."""
    from selenium.webdriver.support.ui import WebDriverWait

    browser.get_log("browser"), browser.get_log("performance")
    browser.get(address)
    WebDriverWait(browser, 30).until(lambda found: found.execute_script(settled))
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    return browser.get_log("browser"), asked
