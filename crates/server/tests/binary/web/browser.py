"""The web client in real Chromium: people with a profile each, against the built program.

python3 browser.py PROGRAM AXE
"""

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from people import BACKSPACE, HOSTILE, HOSTILE_PICTURE, PASSWORD, behaved, give, live, log_in, look, open_with, png, say, sign_up, start_with, take_code, written  # noqa: E402
from program import Site  # noqa: E402
from webdriver import Driver, until  # noqa: E402

SITE = Site()
URL = SITE.url


def first_minute(browser, name, shots):
    """The first minute, with every slip that is foreseen; returns the recovery code."""
    browser.go(URL)
    look(browser, "welcome", shots)
    browser.press("a.button.main", "Create an account")
    # What is asked of a password is said beforehand.
    assert "8 to 128 characters" in browser.one(".field .hint", "characters, and none").text()
    browser.write("input[name=username]", name)
    browser.write("input[name=password]", "password1")
    browser.press("button.main")
    browser.one(".error", "first")
    look(browser, "signup", shots)
    browser.write("input[name=password]", BACKSPACE * 9 + PASSWORD)
    browser.press("button.main")
    code = browser.one("ol.code").attribute("data-code")
    look(browser, "recovery-code", shots)
    browser.press("button.main", "written it down")
    for group in browser.all("input[data-group]"):
        group.write("XXXX")
    browser.press("button.main")
    browser.one(".error", "another one")
    look(browser, "check-back", shots)
    for group in browser.all("input[data-group]"):
        group.write(BACKSPACE * 4 + code.split("-")[int(group.attribute("data-group"))])
    browser.press("button.main", "Begin")
    browser.one(".shell")
    live(browser)
    return code


def talk(anna, bruno):
    start_with(anna, "bruno")
    say(anna, "Ciao Bruno! 👋")
    anna.one(".mine .text", "Ciao Bruno")
    open_with(bruno, "anna")
    bruno.one(".theirs .text", "Ciao Bruno! 👋")
    bruno.one(".theirs .icon-lock")
    bruno.write(".writer textarea", "H")
    anna.one(".typing", "bruno is writing")
    bruno.write(".writer textarea", "ello Anna\ue007")
    anna.one(".theirs .text", "Hello Anna")
    until(lambda: not anna.run("return document.querySelector('.typing').textContent"), "who has written writes no longer", 3)
    anna.one(".mine .progress.read")
    began = time.monotonic()
    for number in range(5):
        say(anna, f"quick {number}")
        bruno.one(".theirs .text", f"quick {number}")
    print(f"five messages there in {time.monotonic() - began:.2f} s")
    look(anna, "talk", "wide")
    # A reload forgets nothing.
    bruno.call("POST", "/refresh", {})
    bruno.one(".theirs .text", "Ciao Bruno")
    live(bruno)


def hostile(anna, bruno):
    say(anna, HOSTILE)
    bruno.one(".theirs .text", HOSTILE[:20])
    assert HOSTILE in bruno.all(".theirs .text")[-1].text()
    path = written(SITE.folder.name, "<b onmouseover=alert(4)>x.svg", HOSTILE_PICTURE)
    give(anna, ".writer input[type=file]", path)
    anna.one(".uploads .ready")
    say(anna, "a picture")
    bruno.one(".theirs .file", "alert(4)")


def files(anna, bruno):
    give(anna, ".writer input[type=file]", written(SITE.folder.name, "holiday.png", png()))
    anna.one(".uploads .ready")
    say(anna, "from the sea")
    until(lambda: bruno.run("const image = document.querySelector('.theirs .picture img'); return image && image.naturalWidth") == 300, "the picture is decrypted and shown")
    look(bruno, "picture", "wide")


def trust(anna, bruno):
    """Both see the same number, and mark each other."""
    numbers = []
    for browser in (anna, bruno):
        browser.press(".bar .about")
        numbers.append(browser.one(".digits").attribute("data-digits"))
        look(browser, "trust", "wide" if browser is anna else None)
        browser.press("button.main", "They are the same")
        browser.one(".verified", "You have compared")
        browser.press(".bar .back")
        browser.one(".bar .verified")
    assert numbers[0] == numbers[1] and len(numbers[0]) == 60, numbers


def offline(anna, bruno):
    """What is written without a connection waits, says so, and goes out by itself."""
    cut = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    anna.cdp("Network.enable", {})
    anna.cdp("Network.emulateNetworkConditions", cut)
    say(anna, "written in the tunnel")
    anna.one(".waiting .text", "written in the tunnel")
    anna.one(".waiting .progress.queued")
    anna.one(".connection", "offline")
    look(anna, "offline", "wide")
    bruno.none(".theirs .text", "written in the tunnel")
    anna.cdp("Network.emulateNetworkConditions", {**cut, "offline": False, "downloadThroughput": -1, "uploadThroughput": -1})
    bruno.one(".theirs .text", "written in the tunnel", seconds=30)
    anna.none(".waiting .text", seconds=30)
    live(anna)


def group(anna, bruno, carla):
    start_with(anna, "bruno", "carla")
    say(anna, "welcome, both")
    for browser in (bruno, carla):
        browser.press(".conversations a", "welcome, both")
        browser.one(".theirs .text", "welcome, both")
    say(carla, "good to be here")
    bruno.one(".theirs .sender", "carla")
    anna.one(".theirs .text", "good to be here")
    anna.press(".bar .about")
    anna.one(".people li", "carla")
    look(anna, "group", "wide")
    anna.press(".bar .back")


def second_device(driver, anna_code):
    """Another browser of Anna's: with the code everything is there."""
    other = driver.browser()
    log_in(other, URL, "anna")
    other.write(".wide-letters", "0000-0000")
    other.press("button.main")
    other.one(".error", "not the code")
    look(other, "restore", "wide")
    other.write(".wide-letters", BACKSPACE * 9 + anna_code.lower().replace("-", " "))
    other.press("button.main", "Open my keys")
    open_with(other, "bruno")
    other.one(".mine .text", "Ciao Bruno")
    other.one(".theirs .text", "Hello Anna")
    return other


def new_code(driver, anna, old):
    """Another recovery code for the same keys: the old one opens nothing any more, not even an older backup."""
    anna.go(URL + "#/settings/security")
    anna.press("a.button", "A new recovery code")
    anna.write(".wide-letters", "0000-0000")
    anna.press("button.main", "Go on")
    anna.one(".error", "not the code")
    look(anna, "new-code", "wide")
    anna.write(".wide-letters", BACKSPACE * 9 + old)
    anna.press("button.main", "Go on")
    new = take_code(anna, "Use the new code")
    anna.one(".done", "The new code counts")
    assert new != old
    token = SITE.token("anna", PASSWORD)
    answers = [SITE.ask("GET", f"v1/me/key-backup?generation={number}", token=token) for number in range(1, 7)]
    kept = [content for status, content in answers if status == 200]
    assert len(kept) == 5 and len(set(kept)) == 1, answers
    other = driver.browser()
    log_in(other, URL, "anna")
    other.write(".wide-letters", old)
    other.press("button.main", "Open my keys")
    other.one(".error", "not the code")
    other.write(".wide-letters", BACKSPACE * len(old) + new)
    other.press("button.main", "Open my keys")
    open_with(other, "bruno")
    other.one(".theirs .text", "Hello Anna")
    other.none(".alarm-box")


def key_change(driver, anna, bruno):
    """Bruno loses his code and makes new keys: Anna, who had verified him, cannot overlook it, and nothing is sent."""
    other = driver.browser()
    log_in(other, URL, "bruno")
    other.press("summary", "have my code")
    other.press("button", "Make new keys")
    take_code(other)
    open_with(anna, "bruno")
    anna.one(".alarm-box", "You had verified bruno")
    look(anna, "key-change", "wide")
    say(anna, "only for the old Bruno")
    anna.one(".waiting .refused", "keys of bruno have changed")
    anna.press(".alarm-box button.danger")
    anna.none(".alarm-box")
    anna.none(".waiting")
    anna.none(".bar .verified")
    open_with(other, "anna")
    other.one(".theirs .text", "only for the old Bruno")
    other.one(".theirs .closed", "other keys")
    bruno.one(".alarm-box", "your own account")


def deletion(anna, bruno):
    row = anna.all(".mine .bubble .delete")[-1]
    anna.run("arguments[0].click()", row.reference)
    anna.press("dialog button.danger")
    anna.one(".mine .closed", "gone")
    open_with(bruno, "anna")
    bruno.one(".theirs .closed", "gone")


def settings(browser, shots):
    for name in ("profile", "security", "sessions", "apps", "privacy", "people", "account"):
        browser.go(f"{URL}#/settings/{name}")
        browser.one(".settings h2")
        browser.none(".settings .body", "One moment")
        assert not browser.run("return document.querySelector('.body > .error')"), name
        look(browser, f"settings-{name}", shots)


def second_factor(browser):
    browser.go(URL + "#/settings/security")
    browser.press("button", "Use an authenticator app")
    secret = browser.one("code.secret").text()
    assert browser.run("return document.querySelector('dialog img.qr').naturalWidth > 0")
    look(browser, "totp", "wide")
    browser.write("dialog input", totp(secret))
    browser.press("dialog button.main")
    browser.one("dialog .code.small li")
    browser.press("dialog button.main", "Done")
    browser.one("button.danger", "Stop using the app")
    return secret


def totp(secret):
    import base64
    import hashlib
    import hmac
    key = base64.b32decode(secret.replace(" ", "") + "=" * (-len(secret.replace(" ", "")) % 8))
    mac = hmac.new(key, int(time.time() // 30).to_bytes(8, "big"), hashlib.sha1).digest()
    at = mac[19] & 15
    return f"{(int.from_bytes(mac[at:at + 4], 'big') & 0x7fffffff) % 1_000_000:06}"


def phone(driver, secret):
    """On a phone's width, in the dark, with a second factor, in Italian."""
    small = driver.browser(390, 800, dark=True)
    log_in(small, URL, "carla")
    small.one("h1", "Second factor")
    look(small, "second-factor", "phone")
    # A code is good once: the next one.
    time.sleep(31 - time.time() % 30)
    small.write("input[name=code]", totp(secret) + "\ue007")
    small.one(".wide-letters")
    look(small, "restore", "phone")
    return small


def nothing_secret(browser):
    """What may be read by anybody who gets at the profile's plain parts holds no secret."""
    assert browser.run("return localStorage.length + sessionStorage.length + document.cookie.length") == 0
    assert "?" not in browser.url() and PASSWORD not in browser.url()
    leaked = browser.wait_run("""
        const done = arguments[0];
        const request = indexedDB.open('sealpost');
        request.onsuccess = async () => {
            const { keys } = await new Promise((resolve) => {
                const all = request.result.transaction('profile').objectStore('profile').get('keys');
                all.onsuccess = () => resolve({ keys: all.result });
            });
            const tries = [keys.sealing.privateKey, keys.signing.privateKey].map((key) => crypto.subtle.exportKey('jwk', key).then(() => 'exported', () => 'kept'));
            done(await Promise.all(tries));
        };
    """)
    assert leaked == ["kept", "kept"], leaked


def main():
    with Driver() as driver:
        anna, bruno, carla = driver.browser(), driver.browser(), driver.browser()
        began = time.monotonic()
        anna_code = first_minute(anna, "anna", "wide")
        print(f"the first minute took {time.monotonic() - began:.1f} s")
        sign_up(bruno, URL, "bruno")
        talk(anna, bruno)
        print("two people talk")
        files(anna, bruno)
        hostile(anna, bruno)
        print("files and hostile texts")
        trust(anna, bruno)
        offline(anna, bruno)
        print("trust, and a tunnel")
        carla_code = sign_up(carla, URL, "carla")
        group(anna, bruno, carla)
        print("a group")
        second_device(driver, anna_code)
        new_code(driver, anna, anna_code)
        print("another recovery code")
        open_with(anna, "bruno")
        deletion(anna, bruno)
        print("a second device, and a deletion")
        key_change(driver, anna, bruno)
        print("a key change")
        settings(anna, "wide")
        secret = second_factor(carla)
        small = phone(driver, secret)
        small.write(".wide-letters", carla_code)
        small.press("button.main")
        small.one(".conversations a")
        look(small, "list", "phone")
        open_with(small, "anna, bruno")
        small.one(".theirs .text", "welcome, both")
        look(small, "talk", "phone")
        small.press(".bar .about")
        small.one(".people li")
        look(small, "group", "phone")
        settings(small, "phone")
        print("settings, and a phone")
        nothing_secret(anna)
        behaved(driver, URL)
        print("no violation of the policy, no other host, no script of others")


with SITE:
    main()
print("The web client keeps its word.")
