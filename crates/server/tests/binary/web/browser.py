"""The web client in real Chromium: people with a profile each, against the built program.

python3 browser.py PROGRAM AXE
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from webdriver import Driver, shot, until  # noqa: E402

with open(sys.argv[2], encoding="utf-8") as script:
    AXE = script.read()
PASSWORD = "correct horse battery staple"
HOSTILE = '<img src=x onerror=alert(1)><script>alert(2)</script>"\'&{{7*7}}javascript:alert(3)'


class Site:
    """The program with a folder of its own, at an address that stays the same from start to start."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self.folder = folder
        self.process = None

    def start(self):
        names = {"SEALPOST_DATA_DIR": os.path.join(self.folder, "data"), "SEALPOST_LISTEN": self.address, "SEALPOST_LIMITS": "off", "SEALPOST_LOG": "error"}
        env = {name: value for name, value in os.environ.items() if not name.startswith("SEALPOST_")} | names
        self.process = subprocess.Popen([sys.argv[1]], env=env, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self.is_ready, "the server is ready", 60)

    def is_ready(self):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://{self.address}/readyz", timeout=5) as answer:
            return answer.status == 200

    def kill(self):
        self.process.kill()
        self.process.wait()


FOLDER = tempfile.TemporaryDirectory()
SITE = Site(FOLDER.name)
URL = f"http://{SITE.address}/"


def sign_up(browser, name, shots=None):
    """The first minute; returns the recovery code."""
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
    browser.write("input[name=password]", "".join("\ue003" for _ in range(9)) + PASSWORD)
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
        group.write("\ue003" * 4 + code.split("-")[int(group.attribute("data-group"))])
    browser.press("button.main", "Begin")
    browser.one(".shell")
    live(browser)
    return code


def live(browser):
    until(lambda: browser.run("return document.querySelector('.connection')?.dataset.state") == "live", "the connection is live")


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


def say(browser, text):
    browser.write(".writer textarea", text + "\ue007")


def start_with(browser, *names):
    browser.press(".side header a.round")
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
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "<b onmouseover=alert(4)>x.svg")
    with open(path, "w", encoding="utf-8") as file:
        file.write('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(5)"><script>alert(6)</script></svg>')
    anna.run("document.querySelector('.writer input[type=file]').classList.remove('unseen')")
    anna.all(".writer input[type=file]")[0].write(path)
    anna.one(".uploads .ready")
    say(anna, "a picture")
    bruno.one(".theirs .file", "alert(4)")


def files(anna, bruno):
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "holiday.png")
    with open(path, "wb") as file:
        file.write(png())
    anna.all(".writer input[type=file]")[0].write(path)
    anna.one(".uploads .ready")
    say(anna, "from the sea")
    until(lambda: bruno.run("const image = document.querySelector('.theirs .picture img'); return image && image.naturalWidth") == 300, "the picture is decrypted and shown")
    look(bruno, "picture", "wide")


def png():
    """A picture of 300 × 200 pixels."""
    import struct
    import zlib
    rows = b"".join(b"\0" + bytes(value for x in range(300) for value in (x * 255 // 300, 120 + y // 2, 200 - y)) for y in range(200))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))  # noqa: E731
    head = struct.pack(">IIBBBBB", 300, 200, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


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
    log_in(other, "anna")
    other.write(".wide-letters", "0000-0000")
    other.press("button.main")
    other.one(".error", "not the code")
    look(other, "restore", "wide")
    other.write(".wide-letters", "\ue003" * 9 + anna_code.lower().replace("-", " "))
    other.press("button.main", "Open my keys")
    open_with(other, "bruno")
    other.one(".mine .text", "Ciao Bruno")
    other.one(".theirs .text", "Hello Anna")
    return other


def log_in(browser, name):
    browser.go(URL + "#/login")
    browser.write("input[name=username]", name)
    browser.write("input[name=password]", PASSWORD + "\ue007")


def key_change(driver, anna, bruno):
    """Bruno loses his code and makes new keys: Anna, who had verified him, cannot overlook it, and nothing is sent."""
    other = driver.browser()
    log_in(other, "bruno")
    other.press("summary", "have my code")
    other.press("button", "Make new keys")
    code = other.one("ol.code").attribute("data-code")
    other.press("button.main", "written it down")
    for box in other.all("input[data-group]"):
        box.write(code.split("-")[int(box.attribute("data-group"))])
    other.press("button.main", "Begin")
    other.one(".shell")
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
    log_in(small, "carla")
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
        anna_code = sign_up(anna, "anna", "wide")
        print(f"the first minute took {time.monotonic() - began:.1f} s")
        sign_up(bruno, "bruno")
        talk(anna, bruno)
        print("two people talk")
        files(anna, bruno)
        hostile(anna, bruno)
        print("files and hostile texts")
        trust(anna, bruno)
        offline(anna, bruno)
        print("trust, and a tunnel")
        carla_code = sign_up(carla, "carla")
        group(anna, bruno, carla)
        print("a group")
        second_device(driver, anna_code)
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
        here = {URL.split("/")[2]}
        for browser in driver.browsers:
            violations, ran = browser.note()
            assert not violations, violations
            assert not ran, ran
            assert browser.hosts == here, browser.hosts
        print("no violation of the policy, no other host, no script of others")


SITE.start()
try:
    main()
finally:
    SITE.kill()
print("The web client keeps its word.")
