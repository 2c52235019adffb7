"""The web client without a mouse: from the first page to a message, a compared number and the files, by keys alone.

python3 keyboard.py PROGRAM AXE
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from people import ENTER, PASSWORD, behaved, live, sign_up  # noqa: E402
from program import Site  # noqa: E402
from webdriver import Driver, until  # noqa: E402

TAB = "\ue004"
# Where a frame around the field shows the focus instead.
FRAMED = ".writer textarea"


def press(browser, keys):
    """Presses keys, wherever the focus is."""
    actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
    browser.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})


def is_on(browser, css):
    return browser.run("return document.activeElement.matches(arguments[0])", css)


def tab_to(browser, css, most=60):
    """Goes from one control to the next until it is this one; each of them shows that it has the focus."""
    browser.one(css)
    for _ in range(most):
        if is_on(browser, css):
            return
        press(browser, TAB)
        seen = browser.run("""
            const one = document.activeElement;
            const style = getComputedStyle(one);
            return one === document.body || one.matches(arguments[0]) || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) || one.outerHTML.slice(0, 200);
        """, FRAMED)
        assert seen is True, f"nothing shows that this has the focus: {seen}"
    raise AssertionError(f"no way to {css}\n{browser.said()}")


def first_minute(browser, url, name):
    browser.go(url)
    until(lambda: is_on(browser, "a.button.main"), "the first thing to do has the focus")
    press(browser, ENTER)
    until(lambda: is_on(browser, "input[name=username]"), "the name has the focus")
    press(browser, name + TAB + PASSWORD + ENTER)
    code = browser.one("ol.code").attribute("data-code")
    until(lambda: is_on(browser, "button.main"), "going on has the focus")
    press(browser, ENTER)
    browser.one("input[data-group]")
    for group in [box.attribute("data-group") for box in browser.all("input[data-group]")]:
        tab_to(browser, f"input[data-group='{group}']")
        press(browser, code.split("-")[int(group)])
    press(browser, ENTER)
    browser.one(".shell")
    live(browser)


def main():
    with Site() as site, Driver() as driver:
        bruno = driver.browser()
        sign_up(bruno, site.url, "bruno")
        anna = driver.browser()
        first_minute(anna, site.url, "anna")
        print("the first minute by keys")
        tab_to(anna, ".side a[href='#/new']")
        press(anna, ENTER)
        until(lambda: is_on(anna, "input[type=search]"), "the search has the focus")
        press(anna, "bruno")
        anna.one(".people button", "bruno")
        press(anna, ENTER)
        tab_to(anna, "button.main")
        press(anna, ENTER)
        until(lambda: is_on(anna, FRAMED), "the place to write has the focus")
        press(anna, "without a mouse" + ENTER)
        bruno.one(".conversations .preview", "without a mouse")
        tab_to(anna, ".bar .about")
        press(anna, ENTER)
        tab_to(anna, ".trust button.main")
        press(anna, ENTER)
        anna.one(".verified", "You have compared")
        print("a message and a number by keys")
        tab_to(anna, ".side a[href='#/files']")
        press(anna, ENTER)
        tab_to(anna, ".tabs a:not([aria-current])")
        press(anna, ENTER)
        anna.one(".hint", "Nobody has shared")
        tab_to(anna, ".side a.self")
        press(anna, ENTER)
        tab_to(anna, ".tabs a[href='#/settings/account']")
        press(anna, ENTER)
        tab_to(anna, "button.danger")
        press(anna, ENTER)
        until(lambda: is_on(anna, "dialog input"), "the dialog has the focus")
        press(anna, "\ue00c")
        anna.none("dialog")
        until(lambda: is_on(anna, "button.danger"), "the focus is back where it was")
        behaved(driver, site.url)


main()
print("Nobody needs a mouse.")
