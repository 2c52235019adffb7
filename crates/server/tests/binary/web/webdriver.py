"""A small client for chromedriver (the W3C's WebDriver), over plain HTTP."""

import base64
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"

# Without these, Chromium asks hosts of its maker on its own.
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--lang=en-US",
]

# Notes what the page does that it must not.
WATCH = """
globalThis.violations = [];
addEventListener('securitypolicyviolation', (event) => violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
globalThis.ran = [];
globalThis.alert = (text) => ran.push(String(text));
"""


def find(name):
    """A program by its name, also where Debian keeps it."""
    return shutil.which(name) or shutil.which(name, path="/usr/bin:/usr/lib/chromium")


class Driver:
    """A running chromedriver; ends with the `with` block."""

    def __enter__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen([find("chromedriver"), f"--port={self.port}", "--log-level=OFF"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.browsers = []
        until(lambda: self.ask("GET", "/status")["ready"], "chromedriver is ready")
        return self

    def __exit__(self, *_):
        for browser in self.browsers:
            try:
                browser.call("DELETE", "")
            except (RuntimeError, OSError):
                pass  # it has ended already
        self.process.terminate()
        self.process.wait()

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, {"Content-Type": "application/json"}, method=method)
        try:
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise RuntimeError(f"{value['error']}: {value['message'].splitlines()[0]}") from None

    def browser(self, width=1200, height=850, dark=False, downloads=None):
        """A browser with an empty profile of its own."""
        flags = FLAGS + [f"--window-size={width},{height}"]
        options = {"binary": find("chromium"), "args": flags}
        if downloads:
            options["prefs"] = {"download.default_directory": downloads}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"}}
        session = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
        browser = Browser(self, session)
        self.browsers.append(browser)
        browser.cdp("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        browser.cdp("Emulation.setEmulatedMedia", {"features": features})
        # The window may not be so narrow; what the page sees is.
        browser.cdp("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
        return browser


class Browser:
    def __init__(self, driver, session):
        self.driver = driver
        self.session = session
        self.hosts = set()
        self.requests = []
        self.complaints = []

    def call(self, method, path, body=None):
        return self.driver.ask(method, f"/session/{self.session}{path}", body)

    def cdp(self, command, parameters):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def go(self, url):
        self.call("POST", "/url", {"url": url})

    def url(self):
        return self.call("GET", "/url")

    def run(self, script, *arguments):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def wait_run(self, script, *arguments):
        """Runs a script that calls its last argument when it is done."""
        return self.call("POST", "/execute/async", {"script": script, "args": list(arguments)})

    def all(self, css):
        found = self.call("POST", "/elements", {"using": "css selector", "value": css})
        return [Element(self, one[ELEMENT]) for one in found]

    def one(self, css, text=None, seconds=15):
        """The first visible element of this kind that has this text; waits for it."""
        def look():
            for element in self.all(css):
                try:
                    if element.is_shown() and (text is None or text in element.text()):
                        return element
                except RuntimeError:
                    pass  # it was drawn anew meanwhile
            return None
        return until(look, lambda: f"{css} {text or ''}\n{self.said()}", seconds)

    def none(self, css, text=None, seconds=15):
        def look():
            try:
                return not any(text is None or text in element.text() for element in self.all(css))
            except RuntimeError:
                return False
        until(look, f"no {css} {text or ''}", seconds)

    def press(self, css, text=None):
        """Clicks; an element that was drawn anew meanwhile is looked for again."""
        def click():
            try:
                self.one(css, text).click()
                return True
            except RuntimeError:
                return False
        until(click, f"to press {css} {text or ''}")

    def write(self, css, text):
        self.one(css).write(text)

    def said(self):
        """What the page says, for a test that fails."""
        try:
            return self.run("return document.body.innerText")[:2000]
        except RuntimeError:
            return ""

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("GET", "/screenshot")))

    def note(self):
        """Reads what the browser has done since the last time."""
        for entry in self.call("POST", "/se/log", {"type": "performance"}):
            message = json.loads(entry["message"])["message"]
            if message["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated"):
                url = message["params"].get("url") or message["params"]["request"]["url"]
                sent = message["params"].get("request", {"url": url})
                sent.pop("urlFragment", None)  # which the browser keeps for itself
                self.requests.append(json.dumps(sent))
                if not url.startswith(("blob:", "data:", "chrome:", "about:")):
                    self.hosts.add(url.split("/")[2])
        for entry in self.call("POST", "/se/log", {"type": "browser"}):
            self.complaints.append(entry["message"])
        return self.run("return [violations, ran]")


class Element:
    def __init__(self, browser, reference):
        self.browser = browser
        self.path = f"/element/{reference}"
        self.reference = {ELEMENT: reference}

    def call(self, method, path, body=None):
        return self.browser.call(method, self.path + path, body)

    def text(self):
        return self.call("GET", "/text")

    def is_shown(self):
        return self.browser.run("return arguments[0].checkVisibility() && arguments[0].getClientRects().length > 0", self.reference)

    def click(self):
        self.call("POST", "/click", {})

    def write(self, text):
        self.call("POST", "/value", {"text": text})

    def attribute(self, name):
        return self.call("GET", f"/attribute/{name}")


def until(look, what, seconds=15):
    """What `look` finds, as soon as it finds something."""
    began = time.monotonic()
    while True:
        try:
            found = look()
        except OSError:
            found = None
        if found:
            return found
        if time.monotonic() - began > seconds:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.05)


SHOTS = os.environ.get("SEALPOST_SCREENSHOTS")


def shot(browser, name):
    """Keeps a picture where somebody wants to look at it."""
    if SHOTS:
        browser.screenshot(os.path.join(SHOTS, f"{name}.png"))
