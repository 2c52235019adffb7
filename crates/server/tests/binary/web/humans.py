"""Signing up in a real browser where the operator wants a sentence completed.

python3 humans.py PROGRAM AXE
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from people import BACKSPACE, ENTER, PASSWORD, behaved, look, take_code  # noqa: E402
from program import Site  # noqa: E402
from webdriver import Driver, until  # noqa: E402

ANSWERS = {"hooman": "blanks", "sunn": "cold", "Wun": "three", "dawg": "meow", "Gras": "blue", "nite": "awake",
           "Mundai": "Wednesday", "byrd": "air", "Upp": "down", "weak": "days", "Yoo": "eyes", "bycicel": "wheels"}


def question(browser):
    return until(lambda: browser.run("return document.querySelector('q.sentence')?.textContent"), "a sentence")


def answer(asked):
    return next(word for hint, word in ANSWERS.items() if hint in asked)


def sign_up(browser, url, name, shots):
    browser.go(url + "#/signup")
    browser.write("input[name=username]", name)
    browser.write("input[name=password]", PASSWORD)
    first = question(browser)
    browser.write("input[name=challenge]", "a bot" + ENTER)
    browser.one(".error", "This is not the word")
    look(browser, "sentence", shots)
    # Whoever does not know a word asks for another sentence.
    seen = {first}
    for _ in range(40):
        browser.press("button.link", "Another sentence")
        seen.add(question(browser))
        if len(seen) > 1:
            break
    assert len(seen) > 1
    until(lambda: not browser.run("return document.querySelector('button.link').disabled"), "the sentence is there")
    browser.write("input[name=challenge]", BACKSPACE + answer(question(browser)) + ENTER)
    take_code(browser)


def main():
    with Site(SEALPOST_ACCOUNTS_HUMAN_CHECK="sentence") as site, Driver() as driver:
        status, refused = site.ask("POST", "v1/accounts", {"username": "robot", "password": PASSWORD})
        assert (status, refused["code"]) == (403, "challenge-required"), refused
        sign_up(driver.browser(), site.url, "anna", "wide")
        sign_up(driver.browser(390, 800, dark=True), site.url, "bruno", "phone")
        behaved(driver, site.url)


main()
print("People sign up.")
