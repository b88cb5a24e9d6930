"""Headless browsers that open the page from a file, as a student would, and what tests ask of them."""

import json
import shutil
import time

from selenium import webdriver
from selenium.webdriver.common.keys import Keys

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--lang=en",
    "--force-prefers-reduced-motion",
)
PATIENCE = 90
"""Seconds for which anything is waited for."""

BUTTONS = (
    "[...document.querySelectorAll('main button:not(:disabled)')]"
    ".filter((b) => b.textContent === arguments[0])"
)
"""Buttons that can be pressed and are called so, as JavaScript."""


class Reader:
    """A browser, the page's address, and short words for what a reader does.

    A subclass has what differs between browsers: ``go``, ``run``, ``size``, ``click``, ``type``,
    ``press_key``, ``screenshot``, ``messages``, ``requests`` and ``quit``.
    """

    name = ""

    def __init__(self, downloads):
        self.downloads = downloads
        self.address = ""

    def visit(self, link="", address=None):
        """Open the page afresh at a link, and wait until something is on it."""
        self.go("about:blank")
        self.go((address or self.address) + link)
        self.until("document.querySelector('h1') !== null")

    def ask(self, script, *arguments):
        """The value of a JavaScript expression; ``arguments`` are its own."""
        return self.run(f"return {script}", *arguments)

    def where(self):
        """The address that is shown."""
        return self.ask("location.href")

    def until(self, script, *arguments):
        """Wait until an expression is true, and give its value."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := self.ask(script, *arguments):
                return found
            time.sleep(0.02)
        raise AssertionError(f"not within {PATIENCE} s: {script} {arguments}")

    def text(self, css="main"):
        """The text of the first element that is meant."""
        return self.ask("document.querySelector(arguments[0])?.textContent", css)

    def says(self, words, css="main"):
        """Wait until an element's text has these words."""
        return self.until(
            "document.querySelector(arguments[1])?.textContent.includes(arguments[0])", words, css
        )

    def press(self, words):
        """Press the last button that is called so, as soon as there is one."""
        self.until(f"((found) => {{ found?.click(); return found !== undefined; }})({BUTTONS}.at(-1))", words)

    def has_button(self, words):
        """Tell whether such a button can be pressed."""
        return self.ask(f"{BUTTONS}.length > 0", words)

    def slide(self, value, css="main input[type=range]:not(:disabled)"):
        """Move the last slider that is meant."""
        self.run(
            "const s = [...document.querySelectorAll(arguments[1])].at(-1); s.value = arguments[0];"
            "s.dispatchEvent(new Event('input')); s.dispatchEvent(new Event('change'))", value, css,
        )  # fmt: skip

    def downloaded(self, name):
        """The text of a file that was saved, once it is there."""
        place, end = self.downloads / name, time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if place.is_file() and place.stat().st_size:
                text = place.read_text("utf-8")
                place.unlink()
                return text
            time.sleep(0.02)
        raise AssertionError(f"{name} was not saved")


class Chromium(Reader):
    """Chromium, driven by Selenium."""

    name = "Chromium"

    def __init__(self, downloads):
        super().__init__(downloads)
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for word in ARGUMENTS:
            options.add_argument(word)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
        self.driver.execute_cdp_cmd(
            "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(downloads)}
        )

    @property
    def pid(self):
        """Number of the process that the browser is part of."""
        return self.driver.service.process.pid

    def quit(self):
        """End the browser."""
        self.driver.quit()

    def go(self, address):
        """Open an address."""
        self.driver.get(address)

    def run(self, script, *arguments):
        """Carry out JavaScript, and give what it returns."""
        return self.driver.execute_script(script, *arguments)

    def click(self, css):
        """Click the first element that is meant."""
        self.driver.find_element("css selector", css).click()

    def type(self, css, text):
        """Type into an element; into a field of files, the path of one."""
        self.driver.find_element("css selector", css).send_keys(text)

    def press_key(self, name):
        """Press a key where the focus is."""
        self.driver.switch_to.active_element.send_keys(getattr(Keys, name.upper()))

    def screenshot(self):
        """The window as a PNG."""
        return self.driver.get_screenshot_as_png()

    def size(self, width, height=900):
        """Give the window a size; below 600 pixels it is a phone."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def messages(self):
        """Messages of the console since the last time."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """Addresses asked for since the last time, but for the page and what is in it."""
        found = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(message["params"]["request"]["url"])
        own = ("about:", "blob:", "data:", self.address or "file:")
        return [url for url in found if not url.startswith(own)]
