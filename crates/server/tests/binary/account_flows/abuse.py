"""What must not work, each named after what is prevented."""

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import mail_server
from people import NEW_PASSWORD, PASSWORD, Client, Person, is_problem

EVIL = "evil.example"
GUESSED = "target"


def at_once(site, path, bodies):
    """Posts all of these at the same time; how many were looked at and found wrong, and after how many seconds."""
    began = time.monotonic()
    with ThreadPoolExecutor(len(bodies)) as pool:
        answers = list(pool.map(lambda body: Client(site).call_any("POST", path, json=body), bodies))
    took = time.monotonic() - began
    wrong = [answer for answer in answers if answer.status_code == 401 and not is_problem(answer, "invalid-ticket")]
    for answer in answers:
        # A server that has too much to do at once refuses early (503).
        assert answer.status_code == 401 or answer.status_code in (429, 503) and answer.headers["Retry-After"], (
            answer.status_code, answer.text)
    return len(wrong), took


def a_hundred_parallel_guesses_spend_at_most_five_tries(site):
    live = Person(site, GUESSED)
    guesses = [{"identifier": GUESSED, "password": f"guess number {number}"} for number in range(100)]
    wrong, took = at_once(site, "/v1/sessions", guesses)
    # Past the five, one more may be made after a second, the next after two more, after four more, …
    more = sum(2**number - 1 <= took for number in range(1, 10))
    assert 1 <= wrong <= 5 + more, (wrong, took)
    # Whoever is logged in already, and says so, is not kept out by strangers.
    live.post("/v1/sessions", {"identifier": GUESSED, "password": PASSWORD}, 201)
    assert "login.failed" in live.kinds()


def a_hundred_parallel_codes_spend_at_most_five_tries(site):
    cass = Person(site, "cass", "cass@mail.example")
    cass.call("PUT", "/v1/me/factors/email-code", 200)
    cass.told("A second step was added to your login")
    ticket = cass.ask_for_second_step("cass")["ticket"]
    cass.call("POST", "/v1/email-codes", 202, json={"ticket": ticket})
    code = cass.told("Your login code").code
    codes = [f"{number:06}" for number in range(101) if f"{number:06}" != code][:100]
    wrong, took = at_once(site, "/v1/sessions/factors", [{"ticket": ticket, "code": one} for one in codes])
    assert 1 <= wrong <= 5, (wrong, took)
    time.sleep(1.1)
    cass.second_step(ticket, code, 401, "invalid-ticket")


def the_host_header_reaches_no_mail(site):
    dan = Person(site, "dan", "dan@mail.example")
    headers = {"Host": EVIL, "X-Forwarded-Host": EVIL, "X-Forwarded-Proto": "https", "Forwarded": f"host={EVIL}",
               "Origin": f"https://{EVIL}", "Referer": f"https://{EVIL}/", "X-Original-Host": EVIL}
    Client(site).call("POST", "/v1/recoveries", 202, headers=headers, json={"identifier": "dan"})
    dan.told("Your recovery code")
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    dan.call("PUT", "/v1/me/password", 204, headers=headers, json=body)
    dan.told("Your password was changed")
    dan.call("POST", "/v1/me/email", 202, headers=headers, json={"email": "dan@other.example"})
    site.mail("dan@other.example", "Confirm your mail address")
    assert not [mail.raw for mail in site.mailboxes.all if EVIL in mail.raw]


def a_header_in_a_field_reaches_no_mail(site):
    anybody = Client(site)
    injections = ["\r\nBcc: mallory@evil.example", "\nBcc: mallory@evil.example", "\r\n\r\n<b>hello</b>", "\u2028x: y",
                  "?=\r\n =?utf-8?q?x"]
    for number, injection in enumerate(injections):
        for field in (f"inj{number}{injection}", injection):
            anybody.register(field, 422, "invalid-username")
        for address in (f"a@mail.example{injection}", f"a{injection}@mail.example"):
            anybody.register(f"inj{number}", 422, "invalid-email", email=address)
    inj = Person(site, "inj")
    for injection in injections:
        inj.post("/v1/me/email", {"email": f"inj@mail.example{injection}"}, 422, "invalid-email")
    for address in ("a@mail.example,b@mail.example", "a@mail.example;b@mail.example", "<a@mail.example>",
                    "\"a b\"@mail.example>", "a@mail.example b@mail.example", "Mallory <a@mail.example>"):
        inj.post("/v1/me/email", {"email": address}, 422, "invalid-email")
    assert not [mail.raw for mail in site.mailboxes.all if EVIL in mail.raw]


def a_name_that_looks_like_a_link_is_not_mailed_to_strangers(site):
    Client(site).register(EVIL, email="stranger@mail.example")
    assert EVIL not in site.mail("stranger@mail.example", "Confirm your mail address").raw


def the_address_of_a_request_says_nothing_about_its_host(site):
    """An absolute address in the request line (RFC 9112, section 3.2.2) names a host, too."""
    ede = Person(site, "ede", "ede@mail.example")
    body = json.dumps({"identifier": "ede"})
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as raw:
        raw.sendall((f"POST http://{EVIL}/v1/recoveries HTTP/1.1\r\nHost: {EVIL}\r\nContent-Type: application/json\r\n"
                     f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}").encode())
        status = raw.makefile("rb").readline()
    assert b" 202 " in status, status
    assert EVIL not in ede.told("Your recovery code").raw


ALL = [a_hundred_parallel_guesses_spend_at_most_five_tries, a_hundred_parallel_codes_spend_at_most_five_tries,
       the_host_header_reaches_no_mail, a_header_in_a_field_reaches_no_mail,
       a_name_that_looks_like_a_link_is_not_mailed_to_strangers, the_address_of_a_request_says_nothing_about_its_host]


def nothing_else_was_mailed(site):
    """Every mail was one that a flow waited for, and each came once."""
    assert not site.mailboxes.unread, [(mail.to, mail.subject) for mail in site.mailboxes.unread]
    ids = [mail.parsed["Message-ID"] for mail in site.mailboxes.all]
    assert len(ids) == len(set(ids)) > 50, ids


def no_secret_is_in_the_log(site):
    log = site.log()
    secrets = {PASSWORD, NEW_PASSWORD, "guess number", mail_server.LOGIN[1].decode(), "@mail.example"}
    secrets |= {"spr_", "spt_", "spa_", "sprc_", "spi_", "eyJ"}
    assert not [secret for secret in secrets if secret in log]
    errors = [line for line in log.splitlines() if " ERROR " in line or "panicked" in line]
    # The mail server refused one on purpose.
    assert len(errors) == 1 and "mail given up" in errors[0], errors
