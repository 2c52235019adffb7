"""Files in real browsers: sealed there, shared with people and by link, and the page behind a link for whoever has no account.

python3 sharing.py PROGRAM AXE
"""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from people import BACKSPACE, ENTER, HOSTILE, HOSTILE_PICTURE, PASSWORD, behaved, give, look, open_with, png, say, sign_up, start_with, written  # noqa: E402
from program import Site  # noqa: E402
from webdriver import Driver, until  # noqa: E402

PICKER = ".drop input[type=file]"
HOSTILE_NAME = "<img src=x onerror=alert(7)>.svg"
SHOWN = "return document.querySelector('.picture img')?.naturalWidth"


def store(site, anna):
    """What is added is sealed first: the server learns no name."""
    anna.press(".side header a[href='#/files']")
    anna.one(".hint", "No files yet")
    look(anna, "files-empty", "wide")
    give(anna, PICKER, written(site.folder.name, "holiday.png", png()))
    anna.one(".files .name", "holiday.png")
    give(anna, PICKER, written(site.folder.name, HOSTILE_NAME, HOSTILE_PICTURE))
    anna.one(".files .name", HOSTILE_NAME)
    look(anna, "files", "wide")
    status, page = site.ask("GET", "v1/files", token=site.token("anna", PASSWORD))
    assert status == 200 and len(page["data"]) == 2, page
    for file in page["data"]:
        assert (file["protection"], file["name"], file["content_type"]) == ("e2ee", None, "application/octet-stream"), file
        assert "holiday" not in str(file) and "onerror" not in str(file), file


def share(anna, bruno):
    """With people: by name, with the key sealed to theirs, and back."""
    open_file(anna, "holiday.png")
    until(lambda: anna.run(SHOWN) == 300, "the owner sees the picture")
    anna.one(".hint", "You alone")
    anna.write("input[name=share-with]", "nobody" + ENTER)
    anna.one(".error", "nobody of this name")
    anna.write("input[name=share-with]", BACKSPACE * 6 + "anna" + ENTER)
    anna.one(".error", "your own name")
    anna.write("input[name=share-with]", BACKSPACE * 4 + "bruno" + ENTER)
    anna.one(".people li", "bruno")
    look(anna, "file", "wide")
    bruno.press(".side header a[data-news=yes]")
    bruno.press(".files .name", "holiday.png")
    until(lambda: bruno.run(SHOWN) == 300, "whom it is shared with sees the picture")
    bruno.one(".hint", "from anna")
    assert not bruno.all("input[name=share-with]"), "what is somebody else's is not shared on"
    look(bruno, "file-shared", "wide")
    anna.press(".people button", "Share no longer")
    anna.none(".people li")
    bruno.one(".empty p", "not here, or not for you")
    bruno.press(".empty a")
    bruno.one(".hint", "Nobody has shared")


def open_file(browser, name):
    browser.run("location.hash = '#/files'")
    browser.press(".files .name", name)
    browser.one(".page h2", name)


def make_link(anna, most=None):
    if most:
        anna.write("input[type=number]", str(most))
    anna.press("button.main", "Make a link")
    anna.one("dialog .link-made")
    return anna.run("return document.querySelector('dialog .link-made').value")


def opened(anna, text):
    """What the owner sees of the link: the page is drawn anew."""
    anna.run("dispatchEvent(new HashChangeEvent('hashchange'))")
    anna.one(".entries li", text)


def link(site, driver, anna):
    """By link: nothing is burnt before somebody asks for it, and what opens the file is in no request."""
    open_file(anna, "holiday.png")
    anna.write("input[type=number]", "0")
    anna.press("button.main", "Make a link")
    anna.one(".error", "from 1 to 10,000")
    anna.write("input[type=number]", BACKSPACE)
    url = make_link(anna, 2)
    look(anna, "link-made", "wide")
    anna.press("dialog button", "Done")
    address, secret = url.split("#")
    assert address.startswith(f"{site.url}link/") and len(secret) == 43, url

    folder = tempfile.mkdtemp()
    stranger = driver.browser(downloads=folder)
    stranger.go(url)
    stranger.one("h1", "Somebody shares a file")
    assert stranger.url() == address, "the secret is taken out of the address"
    look(stranger, "link", "wide")
    stranger.call("POST", "/refresh", {})
    stranger.one("button.main", "Open the file")
    opened(anna, "Opened 0 times of 2")
    stranger.one("button.main", "Open the file").write(ENTER)
    stranger.one("h1", "holiday.png")
    until(lambda: stranger.run(SHOWN) == 300, "the stranger sees the picture")
    stranger.one(".note", "the server cannot read it")
    look(stranger, "link-open", "wide")
    opened(anna, "Opened 1 time of 2")
    # A reload opens nothing once more.
    stranger.call("POST", "/refresh", {})
    until(lambda: stranger.run(SHOWN) == 300, "the stranger sees the picture again")
    stranger.press("button.main", "Save")
    saved = os.path.join(folder, "holiday.png")
    until(lambda: os.path.exists(saved) and open(saved, "rb").read() == png(), "the file is saved")
    opened(anna, "Opened 1 time of 2")
    assert stranger.run("return localStorage.length + sessionStorage.length + document.cookie.length") == 0
    assert stranger.wait_run("indexedDB.databases().then((all) => arguments[0](all.length))") == 0
    stranger.note()
    assert stranger.requests and not any(secret in request for request in stranger.requests)
    refused(driver, anna, address, secret, url)


def refused(driver, anna, address, secret, url):
    """What does not open says so, and counts for nothing."""
    other = driver.browser(390, 800, dark=True)
    other.go("about:blank")
    other.go(address)
    other.one("h1", "does not open")
    other.one("[role=alert]", "part of this link is missing")
    look(other, "link-incomplete", "phone")
    wrong = ("A" if secret[0] != "A" else "B") + secret[1:]
    other.go(f"{address}#{wrong}")
    other.press("button.main", "Open the file")
    other.one("[role=alert]", "leads nowhere")
    opened(anna, "Opened 1 time of 2")
    other.go("about:blank")
    other.go(url)
    look(other, "link", "phone")
    other.press("button.main", "Open the file")
    until(lambda: other.run(SHOWN) == 300, "the second one sees the picture")
    look(other, "link-open", "phone")
    third = driver.browser()
    third.go(url)
    third.one("[role=alert]", "leads nowhere")
    look(third, "link-gone", "wide")
    # What is not a link at all.
    third.go(address.rsplit("/", 1)[0] + "/nonsense#" + secret)
    third.one("[role=alert]", "part of this link is missing")


def ended(driver, anna):
    """A link that its owner ends is over, also for a page that shows it."""
    open_file(anna, "holiday.png")
    url = make_link(anna)
    anna.press("dialog button", "Done")
    # The program of the pages opens what the client has sealed.
    reader = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../../../docs/examples/open_link.py")
    read = subprocess.run([sys.executable, reader, url], env=os.environ | {"NO_PROXY": "*"}, capture_output=True, check=True)
    assert read.stdout == png(), read.stderr
    stranger = driver.browser()
    stranger.go(url)
    stranger.one("button.main", "Open the file")
    opened(anna, "Opened 1 time")
    anna.run("""const row = [...document.querySelectorAll('.entries li')].find((one) => one.querySelector('b').textContent === 'Opened 1 time');
        row.querySelector('button').click()""")
    until(lambda: len(anna.all(".entries li")) == 1, "the link is gone from the list")
    stranger.press("button.main", "Open the file")
    stranger.one("[role=alert]", "leads nowhere")


def hostile(site, driver, anna, bruno):
    """Names and files that were made to run scripts run none: in the list, on the page behind a link, in a share."""
    open_file(anna, HOSTILE_NAME)
    assert not anna.all(".picture img"), "an SVG is not shown"
    url = make_link(anna)
    anna.press("dialog button", "Done")
    stranger = driver.browser()
    stranger.go(url)
    stranger.press("button.main", "Open the file")
    stranger.one("h1", HOSTILE_NAME)
    assert not stranger.all(".picture img")
    # A file that the server can read says what it wants of itself.
    token = site.token("bruno", PASSWORD)
    name = "v1/files?name=%3Cimg%20src%3Dx%20onerror%3Dalert(8)%3E.png"
    status, file = site.ask("POST", name, HOSTILE.encode(), token, Content_Type="image/png")
    assert status == 201, file
    status, _ = site.ask("PUT", f"v1/files/{file['id']}/shares/anna", token=token)
    assert status == 201
    status, made = site.ask("POST", f"v1/files/{file['id']}/links", {"expires_in": 60}, token)
    assert status == 201
    stranger.go("about:blank")
    stranger.go(made["url"])
    stranger.press("button.main", "Open the file")
    stranger.one("h1", "onerror=alert(8)")
    stranger.one(".note", "server can read")
    stranger.one(".error", "is none that this browser can show")
    look(stranger, "link-hostile", "wide")
    anna.press(".side header a[data-news=yes]")
    anna.press(".files .name", "onerror=alert(8)")
    anna.one(".page h2", "onerror=alert(8)")
    anna.one(".error", "is none that this browser can show")
    anna.one(".note", "server can read")


def attached(anna, bruno):
    """What goes with a message is sealed the same way, and stands in the list of its owner with its name."""
    start_with(anna, "bruno")
    give(anna, ".writer input[type=file]", written(tempfile.mkdtemp(), "sea.png", png()))
    anna.one(".uploads .ready")
    say(anna, "from the sea")
    open_with(bruno, "anna")
    until(lambda: bruno.run("return document.querySelector('.theirs .picture img')?.naturalWidth") == 300, "the picture is decrypted and shown")
    open_file(anna, "sea.png")
    anna.press("button.danger", "Delete")
    look(anna, "file-delete", "wide")
    anna.press("dialog button.danger", "Delete")
    anna.none(".files .name", "sea.png")


def main():
    with Site() as site, Driver() as driver:
        anna, bruno = driver.browser(), driver.browser()
        sign_up(anna, site.url, "anna")
        sign_up(bruno, site.url, "bruno")
        store(site, anna)
        print("files are sealed and stored")
        share(anna, bruno)
        print("a file is shared by name, and not any more")
        link(site, driver, anna)
        ended(driver, anna)
        print("a link is opened, used up and ended")
        hostile(site, driver, anna, bruno)
        attached(anna, bruno)
        behaved(driver, site.url)
        print("no violation of the policy, no other host, no script of others")


main()
print("Files are shared in real browsers.")
