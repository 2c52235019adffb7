"""How quick and how small the web client is in a real browser: figures to read, and bounds that hold on any machine.

python3 measures.py PROGRAM AXE      (SEALPOST_WEB_MESSAGES: the length of the long conversation, 2000 unless said otherwise)
"""

import os
import statistics
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from people import PASSWORD, behaved, open_with, sign_up, start_with  # noqa: E402
from program import Site  # noqa: E402
from webdriver import Driver, until  # noqa: E402

MESSAGES = int(os.environ.get("SEALPOST_WEB_MESSAGES", "2000"))
ROUNDS = 40
MOST_NODES = 12_000
MOST_GROWTH = 24 * 1024 * 1024


def first_load(driver, site):
    """What comes over the wire until somebody can sign up, as the server sends it."""
    browser = driver.browser()
    browser.cdp("Network.enable", {})
    browser.go(site.url)
    browser.one("h1")
    time.sleep(1)
    sizes = browser.run("return performance.getEntries().filter((one) => one.encodedBodySize).map((one) => [one.name, one.encodedBodySize])")
    total = sum(size for _, size in sizes)
    assert len(sizes) > 5 and total <= 150 * 1024, sizes
    print(f"first load: {total / 1024:.1f} KiB in {len(sizes)} answers")


def latency(anna, bruno):
    """From pressing Enter here to the text on the other screen there: two pages of one machine have one clock."""
    bruno.run("""
        globalThis.seen = new Map();
        new MutationObserver(() => {
            for (const text of document.querySelectorAll('.theirs .text')) if (!seen.has(text.textContent)) seen.set(text.textContent, performance.timeOrigin + performance.now());
        }).observe(document.body, { childList: true, subtree: true, characterData: true });
    """)
    taken = []
    for number in range(ROUNDS):
        text = f"round {number}"
        began = anna.run("""
            const field = document.querySelector('.writer textarea');
            field.value = arguments[0];
            const began = performance.timeOrigin + performance.now();
            field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
            return began;
        """, text)
        seen = until(lambda: bruno.run("return seen.get(arguments[0])", text), f"{text} is seen")
        taken.append(seen - began)
        time.sleep(0.1)
    taken.sort()
    print(f"sending to seeing: p50 {statistics.median(taken):.0f} ms, p95 {taken[int(0.95 * ROUNDS)]:.0f} ms, worst {taken[-1]:.0f} ms of {ROUNDS}")


def fill(site, conversation):
    """A long conversation, written by a program."""
    token = site.token("bruno", PASSWORD)
    for number in range(MESSAGES):
        body = {"client_id": f"long-{number}", "format": "text", "body": f"message {number}: " + "word " * (number % 40)}
        for _ in range(10):
            status, answer = site.ask("POST", f"v1/conversations/{conversation}/messages", body, token)
            if status != 503:
                break
            # A busy server says so; with the same `client_id` nothing is said twice.
            time.sleep(1)
        assert status in (200, 201), (number, status, answer)


def size(browser):
    """The heap, after everything that can go has gone, and the nodes of the page."""
    browser.cdp("HeapProfiler.collectGarbage", {})
    heap = browser.cdp("Runtime.getHeapUsage", {})["usedSize"]
    return heap, browser.run("return document.getElementsByTagName('*').length")


def scroll(anna):
    """From the newest message to the first and back, screen by screen, as fast as it goes."""
    before, _ = size(anna)
    worst = 0
    nodes = 0
    for direction, end in ((-1, "message 0: "), (1, f"message {MESSAGES - 1}: ")):
        began = time.monotonic()
        there = anna.wait_run("""
            const [direction, end, done] = arguments;
            const list = document.querySelector('.history');
            let [worst, nodes, last, steps] = [0, 0, performance.now(), 0];
            const isThere = () => [...list.querySelectorAll('.text')].some((text) => text.textContent.startsWith(end));
            const step = () => {
                const now = performance.now();
                [worst, last, steps] = [Math.max(worst, now - last), now, steps + 1];
                nodes = Math.max(nodes, document.getElementsByTagName('*').length);
                if ((steps % 10 === 0 && isThere()) || steps > 60000) return done([worst, nodes, steps, isThere()]);
                list.scrollTop += direction * list.clientHeight * 0.8;
                requestAnimationFrame(step);
            };
            requestAnimationFrame(step);
        """, direction, end)
        assert there[3], there
        worst, nodes = max(worst, there[0]), max(nodes, there[1])
        print(f"{MESSAGES} messages {'up' if direction < 0 else 'down'}: {time.monotonic() - began:.1f} s, {there[2]} frames, the longest {there[0]:.0f} ms")
    after, _ = size(anna)
    print(f"at most {nodes} elements in the page; the heap grew by {(after - before) / 1024 / 1024:.1f} MiB to {after / 1024 / 1024:.1f} MiB")
    assert nodes < MOST_NODES, nodes
    assert after - before < MOST_GROWTH, (before, after)


def main():
    with Site() as site, Driver() as driver:
        first_load(driver, site)
        anna, bruno = driver.browser(), driver.browser()
        for browser in (anna, bruno):
            browser.call("POST", "/timeouts", {"script": 600_000})
        sign_up(anna, site.url, "anna")
        sign_up(bruno, site.url, "bruno")
        start_with(anna, "bruno")
        conversation = anna.url().split("/")[-1]
        anna.write(".writer textarea", "hello\ue007")
        open_with(bruno, "anna")
        bruno.one(".theirs .text", "hello")
        latency(anna, bruno)
        anna.run("location.hash = ''")
        fill(site, conversation)
        open_with(anna, "bruno")
        anna.one(".theirs .text", f"message {MESSAGES - 1}:")
        scroll(anna)
        behaved(driver, site.url)


main()
print("The web client is quick and small.")
