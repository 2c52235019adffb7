"""The operator's commands against the running server, and what holds after another start of it."""

import datetime
import ipaddress
import os
import subprocess
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import mail_server
from people import PASSWORD, Client, Person, is_problem

import abuse


def users(site):
    olga = Person(site, "olga", "olga@mail.example")
    shown = site.command("user", "show", "OLGA")
    assert (shown["id"], shown["username"], shown["email"]) == (olga.account["id"], "olga", olga.address), shown
    assert shown["sessions"] == 1 and shown["second_factors"] == [] and shown["email_verified_at"], shown
    listed = [one["username"] for one in site.command("user", "list")["data"]]
    assert "olga" in listed and listed == sorted(listed, key=str.casefold), listed
    site.command("user", "show", "nobody-here", refused="unknown-user")

    made = site.command("user", "create", "otto", "--generate")
    otto = Client(site)
    otto.log_in("otto", made["password"])
    site.command("user", "create", "OTTO", "--generate", refused="username-taken")
    assert site.command("user", "delete", "otto", "--yes")["sessions_ended"] == 1
    otto.log_in("otto", made["password"], 401, "wrong-credentials")

    messenger = olga.enter_messenger("olga", PASSWORD)["access_token"]
    disabled = site.command("user", "disable", "olga")
    assert disabled["sessions_ended"] == 2 and disabled["disabled_at"], disabled
    olga.is_out(olga.token)
    assert not olga.is_in_messenger(messenger)
    olga.log_in("olga", status=403, code="account-disabled")
    assert site.command("user", "enable", "olga")["disabled_at"] is None
    olga.enter()

    olga.switch_totp_on()
    assert site.command("user", "show", "olga")["second_factors"] == ["totp", "recovery-code"]
    olga.ask_for_second_step("olga")
    assert site.command("user", "reset-factors", "olga")["factors_reset"] is True
    # Whoever talked the operator into it was not the owner, perhaps.
    assert "authenticator app" in olga.told("A second step was removed from your login").text
    olga.log_in("olga")
    kinds = olga.kinds()
    assert {"account.disabled", "account.enabled", "factor.reset-by-operator"} <= set(kinds), kinds


def sessions(site):
    pete = Person(site, "pete")
    other = pete.log_in("pete")
    listed = site.command("session", "list", "pete")["data"]
    assert {one["id"] for one in listed} == {pete.opened["session_id"], other["session_id"]}, listed
    assert site.command("session", "revoke", other["session_id"]) == {"sessions_ended": 1}
    pete.is_out(other["access_token"])
    pete.me()
    assert site.command("session", "revoke", "--user", "pete") == {"sessions_ended": 1}
    pete.is_out(pete.token)
    site.command("session", "revoke", other["session_id"], refused="unknown-session")


def mail(site):
    sent = site.command("mail", "send-test", "operator@mail.example")
    arrived = site.mail("operator@mail.example", "Test")
    assert arrived.parsed["Message-ID"] == f"<{sent['id']}@sealpost.test>", arrived.raw
    # What the mail server refuses for good is a dead letter, and says no address.
    refused = site.command("mail", "send-test", "refused@mail.example")["id"]
    until = time.monotonic() + 20
    while True:
        (listed,) = [one for one in site.command("mail", "list")["data"] if one["id"] == refused]
        if listed["state"] == "dead":
            break
        assert time.monotonic() < until, listed
        time.sleep(0.1)
    assert listed["reason"] == "RCPT: the mail server answered 550 5.1.1" and listed["template"] == "test", listed
    site.command("mail", "retry", refused, refused="mail-given-up")
    site.command("mail", "send-test", "nobody", refused="invalid-email")


ALL = [users, sessions, mail]


def self_signed(folder):
    """A certificate for 127.0.0.1; its file and that of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a mail server")])
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(now - day).not_valid_after(now + day)
                   .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
                                  critical=False)
                   .sign(key, hashes.SHA256()))
    paths = [os.path.join(folder, name) for name in ("mail.pem", "mail.key")]
    with open(paths[0], "wb") as file:
        file.write(certificate.public_bytes(serialization.Encoding.PEM))
    with open(paths[1], "wb") as file:
        file.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                     serialization.NoEncryption()))
    return paths


def mail_goes_under_tls_to_whom_we_log_in(site):
    """The server starts again, with another mail server and by invite only."""
    certificate = self_signed(site.folder.name)
    mail_server.start(site.mailboxes, site.safe_mail_port, certificate)
    user, password = (part.decode().replace(" ", "%20") for part in mail_server.LOGIN)
    site.start(SEALPOST_MAIL_URL=f"smtp://{user}:{password}@127.0.0.1:{site.safe_mail_port}",
               SEALPOST_MAIL_CA_FILE=certificate[0], SEALPOST_REGISTRATION="invite")
    site.command("mail", "send-test", "operator@mail.example")
    arrived = site.mail("operator@mail.example", "Test")
    assert arrived.under_tls and arrived.logged_in, vars(arrived)
    # Codes go the same way: who registered before the start has forgotten the password.
    Client(site).post("/v1/recoveries", {"identifier": "ada"}, 202)
    assert site.mail("ada@mail.example", "Your recovery code").under_tls


def guesses_are_not_forgotten(site):
    """Five were wrong before the server started again: none of the next four would wait if it had forgotten them."""
    body = {"identifier": abuse.GUESSED, "password": "wrong horse battery"}
    answers = [Client(site).call_any("POST", "/v1/sessions", json=body) for _ in range(4)]
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {401, 429}, statuses
    waiting = answers[statuses.index(429)]
    assert is_problem(waiting, "too-many-attempts") and int(waiting.headers["Retry-After"]) >= 1, waiting.headers


def invites(site):
    anybody = Client(site)
    assert anybody.get("/v1/server").json()["features"]["registration_policy"] == "invite"
    anybody.register("uninvited", 403, "invite-required")
    anybody.register("uninvited", 403, "invalid-invite", invite="spi_" + "0" * 32)
    invite = site.command("invite", "--uses", "2", "--expires", "12h")
    anybody.register("first", invite=invite["code"])
    anybody.register("second", invite=invite["code"])
    anybody.register("third", 403, "invalid-invite", invite=invite["code"])
    shown = site.command("invite", "show", invite["id"])
    assert shown["state"] == "used-up" and invite["code"] not in str(shown), shown
    assert {one["username"] for one in shown["accounts"]} == {"first", "second"}, shown
    other = site.command("invite")
    site.command("invite", "revoke", other["id"])
    anybody.register("third", 403, "invalid-invite", invite=other["code"])
    states = {one["id"]: one["state"] for one in site.command("invite", "list")["data"]}
    assert (states[invite["id"]], states[other["id"]]) == ("used-up", "revoked"), states


def commands_work_without_a_server(site):
    site.stop()
    assert site.command("user", "show", "first")["username"] == "first"
    ran = subprocess.run([site.program, "user", "list"], env=site.env, capture_output=True, text=True, timeout=60,
                         stdin=subprocess.DEVNULL)
    assert ran.returncode == 0 and "first" in ran.stdout, ran


AFTER_A_RESTART = [mail_goes_under_tls_to_whom_we_log_in, guesses_are_not_forgotten, invites,
                   commands_work_without_a_server]
