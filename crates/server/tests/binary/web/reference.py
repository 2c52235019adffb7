"""The page of the API at /docs in a real browser: it is read and tried there, and asks nobody else.

python3 reference.py PROGRAM AXE
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from people import behaved  # noqa: E402
from program import Site  # noqa: E402
from webdriver import Driver, shot, until  # noqa: E402

OPERATION = "[id$='-describe_server']"


def main():
    with Site() as site, Driver() as driver:
        for width, dark in ((1200, False), (390, True)):
            browser = driver.browser(width, dark=dark)
            browser.go(site.url + "docs")
            browser.one(".info .title", "Sealpost", 60)
            assert len(browser.all(".opblock")) > 100, "every operation is there"
            shot(browser, f"docs-{width}")
            browser.press(f"{OPERATION} .opblock-summary-control")
            browser.press(f"{OPERATION} .try-out__btn")
            browser.press(f"{OPERATION} .execute")
            browser.one(f"{OPERATION} .live-responses-table .response-col_status", "200")
            until(lambda: site.address in browser.run(f"return document.querySelector(\"{OPERATION} .request-url\").textContent"), "it has asked this server")
            shot(browser, f"docs-tried-{width}")
        behaved(driver, site.url)


main()
print("The page of the API keeps to itself.")
