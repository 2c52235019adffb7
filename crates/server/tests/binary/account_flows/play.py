"""Every flow of an account over HTTP, with mails from a real mail server and codes of an independent TOTP library.

    pip install requests cryptography pyotp aiosmtpd
    python3 crates/server/tests/binary/account_flows/play.py target/debug/sealpost [postgres://...]

Starts the program it is given in a temporary folder, and ends with `all flows played`.
"""

import sys
import time

import mail_server
from people import Site, free_ports

import abuse
import account
import community
import logging_in
import mail_and_recovery
import operators


def play(site, flow):
    began = time.monotonic()
    try:
        flow(site)
    except BaseException:
        print(f"--- {flow.__name__} failed; the server's log ends with", flush=True)
        print("\n".join(site.log().splitlines()[-30:]), flush=True)
        raise
    print(f"{flow.__name__}: {time.monotonic() - began:.1f} s", flush=True)


def main():
    site = Site(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None, free_ports(3))
    try:
        mail_server.start(site.mailboxes, site.mail_port)
        site.start()
        replaced = mail_and_recovery.Replaced(site)
        for part in (logging_in, mail_and_recovery, account, community, operators, abuse):
            for flow in part.ALL:
                play(site, flow)
        play(site, replaced.a_newer_code_replaces_an_older)
        site.stop()
        for flow in operators.AFTER_A_RESTART:
            play(site, flow)
        play(site, abuse.nothing_else_was_mailed)
        play(site, abuse.no_secret_is_in_the_log)
    finally:
        site.kill()
    print("all flows played")


main()
