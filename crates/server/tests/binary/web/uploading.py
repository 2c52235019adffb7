"""A large file in a real browser: paused, gone on with, and brought to its end by a server that was killed in between.

python3 uploading.py PROGRAM AXE      (SEALPOST_WEB_UPLOAD_MIB: its size, 8 unless said otherwise)
"""

import hashlib
import json
import os
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from people import behaved, give, look, sign_up, written  # noqa: E402
from program import Site  # noqa: E402
from webdriver import Driver, until  # noqa: E402

SIZE = int(os.environ.get("SEALPOST_WEB_UPLOAD_MIB", "8")) * 1024 * 1024
ROW = ".uploads li"


def share(browser):
    """How much of it is there, by the bar."""
    return browser.run(f"return document.querySelector('{ROW} progress')?.value ?? 1")


def slow_down(browser, seconds):
    """A network on which it takes so long."""
    browser.cdp("Network.enable", {})
    browser.cdp("Network.emulateNetworkConditions", {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": SIZE / seconds})


def offsets(browser):
    """From where on each request has sent a piece."""
    browser.note()
    sent = [json.loads(request) for request in browser.requests]
    return [int(request["headers"]["upload-offset"]) for request in sent if request.get("method") == "PATCH"]


def main():
    with Site() as site, Driver() as driver:
        folder = tempfile.mkdtemp()
        anna = driver.browser(downloads=folder)
        sign_up(anna, site.url, "anna")
        content = os.urandom(SIZE)
        path = written(site.folder.name, "film.bin", content)
        anna.run("location.hash = '#/files'")
        anna.one(".drop button")
        slow_down(anna, max(12, SIZE / 4_000_000))
        began = time.monotonic()
        give(anna, ".drop input[type=file]", path)
        until(lambda: 0.1 < share(anna) < 1, "some of it is there", 60)
        anna.press(f"{ROW} button[aria-label='Pause film.bin']")
        anna.one(f"{ROW} small", "Paused")
        look(anna, "upload-paused", "wide")
        held = share(anna)
        # It waits while somebody looks at something else, too.
        anna.run("location.hash = '#/new'")
        anna.one("input[type=search]")
        time.sleep(1)
        anna.run("location.hash = '#/files'")
        anna.one(f"{ROW} small", "Paused")
        assert 0.1 < share(anna) == held < 1, (held, share(anna))
        anna.press(f"{ROW} button[aria-label='Go on with film.bin']")
        until(lambda: held + 0.15 < share(anna) < 1, "more of it is there", 120)
        print(f"paused at {held:.0%}, and gone on")
        site.kill()
        anna.one(f"{ROW} small", "Waits for the connection", 30)
        look(anna, "upload-waiting", "wide")
        broken = share(anna)
        site.start()
        anna.one(".files .name", "film.bin", 180)
        pieces = offsets(anna)
        assert pieces == sorted(pieces) and len(pieces) > 2, pieces
        assert pieces[-1] > 0, "what was there is not sent again"
        print(f"{SIZE >> 20} MiB, the server killed at {broken:.0%}: there after {time.monotonic() - began:.0f} s in {len(pieces)} requests, the last from {pieces[-1] / SIZE:.0%} on")
        anna.press(".files a")
        anna.press("button.main", "Save")
        saved = os.path.join(folder, "film.bin")
        until(lambda: os.path.exists(saved) and os.path.getsize(saved) == SIZE, "it is saved", 120)
        with open(saved, "rb") as file:
            assert hashlib.sha256(file.read()).digest() == hashlib.sha256(content).digest()
        behaved(driver, site.url)


main()
print("A large file arrives.")
