"""Firefox for the tests of the page, without geckodriver: its own protocol (Marionette) over a socket.

A command is ``LENGTH:[0, NUMBER, NAME, ARGUMENTS]``, its answer ``LENGTH:[1, NUMBER, ERROR, RESULT]``. What
only the browser itself can tell (its console, what it asks of networks) is asked in its *chrome* context.
"""

import base64
import json
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from page_reader import PATIENCE, Reader

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""Key of a reference to an element, of the WebDriver standard."""
KEYS = {"enter": "\ue007", "tab": "\ue004"}
PREFERENCES = {
    "ui.prefersReducedMotion": 1,
    "intl.accept_languages": "en",
    "browser.download.folderList": 2,
    "browser.download.useDownloadDir": True,
    "browser.download.always_ask_before_handling_new_types": False,
    "browser.helperApps.neverAsk.saveToDisk": "text/csv,text/yaml",
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.disabledForTesting": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}
WATCH = """
if (!window.askedFor) {
  window.askedFor = [];
  Services.obs.addObserver({ observe(channel) {
    const { loadInfo, URI } = channel.QueryInterface(Ci.nsIHttpChannel);
    const ofAPage = loadInfo.browsingContextID || loadInfo.workerAssociatedBrowsingContextID;
    if (ofAPage) window.askedFor.push(URI.spec);
  } }, "http-on-modify-request");
}
"""
"""Remembers what pages ask of networks."""
CONSOLE = """
const storage = Cc["@mozilla.org/consoleAPI-storage;1"].getService(Ci.nsIConsoleAPIStorage);
const own = (address) => !/^(chrome|resource|moz-extension):/.test(address);
const said = storage.getEvents()
  .filter(({ filename }) => own(filename))
  .map((event) => event.arguments.join(" "));
const errors = Services.console.getMessageArray()
  .filter((message) => message instanceof Ci.nsIScriptError && message.sourceName && own(message.sourceName))
  .map((message) => message.errorMessage);
storage.clearEvents();
Services.console.reset();
return [...said, ...errors];
"""


class Firefox(Reader):
    """Firefox, with a profile of its own."""

    name = "Firefox"

    def __init__(self, downloads):
        super().__init__(downloads)
        self.profile = tempfile.TemporaryDirectory(prefix="firefox")
        port = _free_port()
        preferences = PREFERENCES | {"marionette.port": port, "browser.download.dir": str(downloads)}
        lines = [f'user_pref("{name}", {json.dumps(value)});' for name, value in preferences.items()]
        (Path(self.profile.name) / "user.js").write_text("\n".join(lines), "utf-8")
        self.process = subprocess.Popen(
            [FIREFOX, "--headless", "--marionette", "--remote-allow-system-access", "--no-remote",
             "--profile", self.profile.name, "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.socket = self._connected(port)
        self.count, self.rest = 0, b""
        self._received()
        self.command("WebDriver:NewSession", capabilities={"alwaysMatch": {"acceptInsecureCerts": False}})
        self.command("WebDriver:SetTimeouts", script=1000 * PATIENCE, pageLoad=1000 * PATIENCE)
        self.command("WebDriver:SetWindowRect", width=1500, height=1200)
        self.chrome(WATCH)

    def _connected(self, port):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=2 * PATIENCE)
            except OSError:
                time.sleep(0.1)
        self.process.kill()
        raise AssertionError("Firefox does not open its port")

    def _received(self):
        """The next message."""
        while b":" not in self.rest:
            self._read()
        length, _, self.rest = self.rest.partition(b":")
        while len(self.rest) < int(length):
            self._read()
        text, self.rest = self.rest[: int(length)], self.rest[int(length) :]
        return json.loads(text)

    def _read(self):
        part = self.socket.recv(1 << 16)
        if not part:
            raise AssertionError("Firefox has gone")
        self.rest += part

    def command(self, name, **arguments):
        """Have a command of the protocol carried out, and give its result."""
        self.count += 1
        text = json.dumps([0, self.count, name, arguments]).encode()
        self.socket.sendall(b"%d:%b" % (len(text), text))
        _, number, error, result = self._received()
        assert number == self.count
        if error:
            raise AssertionError(f"{name}: {error['error']}: {error['message']}")
        return result.get("value") if isinstance(result, dict) and "value" in result else result

    def chrome(self, script, *arguments):
        """Carry out JavaScript in the browser itself."""
        self.command("Marionette:SetContext", value="chrome")
        try:
            return self.run(script, *arguments)
        finally:
            self.command("Marionette:SetContext", value="content")

    @property
    def pid(self):
        """Number of the browser's process."""
        return self.process.pid

    def quit(self):
        """End the browser."""
        self.socket.close()
        self.process.terminate()
        self.process.wait(30)
        self.profile.cleanup()

    def go(self, address):
        """Open an address."""
        self.command("WebDriver:Navigate", url=address)

    def run(self, script, *arguments):
        """Carry out JavaScript, and give what it returns."""
        return self.command("WebDriver:ExecuteScript", script=script, args=list(arguments), sandbox=None)

    def _element(self, css):
        return self.command("WebDriver:FindElement", using="css selector", value=css)[ELEMENT]

    def click(self, css):
        """Click the first element that is meant."""
        self.command("WebDriver:ElementClick", id=self._element(css))

    def type(self, css, text):
        """Type into an element; into a field of files, the path of one."""
        self.command("WebDriver:ElementSendKeys", id=self._element(css), text=text)

    def press_key(self, name):
        """Press a key where the focus is."""
        strokes = [{"type": kind, "value": KEYS[name]} for kind in ("keyDown", "keyUp")]
        self.command("WebDriver:PerformActions", actions=[{"type": "key", "id": "keys", "actions": strokes}])

    def screenshot(self):
        """The window as a PNG."""
        return base64.b64decode(self.command("WebDriver:TakeScreenshot", full=False))

    def size(self, width, height=900):
        """Give the page a size; a window of Firefox is never as narrow as a phone, so its page is made so."""
        script = "const { style } = gBrowser.selectedBrowser; [style.maxWidth, style.maxHeight] = arguments;"
        self.chrome(script, f"{width}px", f"{height}px")
        self.until("innerWidth === arguments[0]", width)

    def messages(self):
        """Messages of the console since the last time."""
        return self.chrome(CONSOLE)

    def requests(self):
        """Addresses asked for since the last time."""
        return self.chrome("return window.askedFor.splice(0)")


def _free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
