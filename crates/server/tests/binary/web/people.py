"""What people do in their browsers, in every play."""

import json
import os
import struct
import sys
import time
import zlib

from webdriver import shot, until

PASSWORD = "correct horse battery staple"
BACKSPACE = "\ue003"
ENTER = "\ue007"
HOSTILE = '<img src=x onerror=alert(1)><script>alert(2)</script>"\'&{{7*7}}javascript:alert(3)'
HOSTILE_PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(5)"><script>alert(6)</script></svg>'
AXE = ""
if len(sys.argv) > 2:
    with open(sys.argv[2], encoding="utf-8") as script:
        AXE = script.read()


def look(browser, name, shots):
    """Keeps a picture, and asks axe-core about the page."""
    if not shots:
        return
    time.sleep(0.3)
    shot(browser, f"{shots}-{name}")
    if AXE:
        browser.run(AXE)
        found = browser.wait_run("const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then(done)")
        serious = [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found["violations"] if one["impact"] in ("serious", "critical")]
        assert not serious, (name, json.dumps(serious, indent=1))


def live(browser):
    until(lambda: browser.run("return document.querySelector('.connection')?.dataset.state") == "live", "the connection is live")


def sign_up(browser, url, name):
    """The first minute, without a slip; returns the recovery code."""
    browser.go(url + "#/signup")
    browser.write("input[name=username]", name)
    browser.write("input[name=password]", PASSWORD)
    browser.press("button.main")
    return take_code(browser)


def take_code(browser, done="Begin"):
    """Reads the recovery code and gives two groups of it back."""
    code = browser.one("ol.code").attribute("data-code")
    browser.press("button.main", "written it down")
    browser.one("input[data-group]")
    for group in browser.all("input[data-group]"):
        group.write(code.split("-")[int(group.attribute("data-group"))])
    browser.press("button.main", done)
    browser.one(".shell")
    live(browser)
    return code


def log_in(browser, url, name):
    browser.go(url + "#/login")
    browser.write("input[name=username]", name)
    browser.write("input[name=password]", PASSWORD + ENTER)


def say(browser, text):
    browser.write(".writer textarea", text + ENTER)


def start_with(browser, *names):
    browser.press(".side header a.round[href='#/new']")
    for name in names:
        browser.write("input[type=search]", name)
        browser.press(".people button", name)
        browser.run("const field = document.querySelector('input[type=search]'); field.value = ''")
    browser.press("button.main", "group" if len(names) > 1 else "Write")
    browser.one(".writer textarea")


def open_with(browser, name):
    """Opens the conversation of this very name."""
    def click():
        for element in browser.all(".conversations .name"):
            try:
                if element.text() == name:
                    element.click()
                    return True
            except RuntimeError:
                pass  # it was drawn anew meanwhile
        return False
    until(click, f"to open {name}")
    browser.one(".bar h1", name)


def give(browser, css, path):
    """Chooses a file, as the button does that opens the system's dialog."""
    browser.run("document.querySelector(arguments[0]).classList.remove('unseen')", css)
    browser.all(css)[0].write(path)


def behaved(driver, url):
    """No page did what it must not: no violation of the policy, no other host, no script of others."""
    here = {url.split("/")[2]}
    for browser in driver.browsers:
        violations, ran = browser.note()
        assert not violations, violations
        assert not ran, ran
        assert browser.hosts <= here, browser.hosts


def written(folder, name, content):
    """A file with this content."""
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(content)
    return path


def png():
    """A picture of 300 × 200 pixels."""
    rows = b"".join(b"\0" + bytes(value for x in range(300) for value in (x * 255 // 300, 120 + y // 2, 200 - y)) for y in range(200))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))  # noqa: E731
    head = struct.pack(">IIBBBBB", 300, 200, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
