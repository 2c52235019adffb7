"""A mail server on loopback that is not ours (aiosmtpd), and mailboxes to look into."""

import email
import email.policy
import re
import ssl
import threading
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

WITHIN = 30
LOGIN = (b"sealpost", b"the password of the mail server")


class Mail:
    """A mail as it arrived."""

    def __init__(self, session, envelope):
        self.raw = envelope.content.decode("utf-8")
        self.envelope = (envelope.mail_from, envelope.rcpt_tos)
        self.under_tls = session.ssl is not None
        self.logged_in = session.authenticated
        self.parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.to = self.parsed["To"].addresses[0].addr_spec
        self.subject = str(self.parsed["Subject"])

    def part(self, kind):
        return self.parsed.get_body((kind,)).get_content()

    @property
    def text(self):
        return self.part("plain")

    @property
    def code(self):
        """The code in it, the same in both of its parts."""
        (code,) = re.findall(r"^    ([0-9A-Z]{6,8})\s*$", self.text, re.MULTILINE)
        assert code in self.part("html"), self.raw
        return code

    def check(self):
        """What holds for every mail."""
        assert self.envelope == ("post@sealpost.test", [self.to]), self.envelope
        assert self.parsed["From"].addresses[0].addr_spec == "post@sealpost.test", self.raw
        assert re.fullmatch(r"<[0-9a-f-]{36}@sealpost\.test>", self.parsed["Message-ID"]), self.raw
        for name in ("To", "From", "Subject", "Message-ID", "Date"):
            assert len(self.parsed.get_all(name)) == 1, (name, self.raw)
        assert not set(self.parsed.keys()) & {"Cc", "Bcc"}, self.raw
        links = set(re.findall(r"https?://[^\s\"'<>]+", self.text + self.part("html")))
        assert links <= {"http://sealpost.test", "http://sealpost.test/"}, links
        # Subjects are shown on locked screens.
        assert not re.search(r"\d{4}", self.subject), self.subject


class Mailboxes:
    """What has arrived and was not looked at yet."""

    def __init__(self):
        self.changed = threading.Condition()
        self.unread, self.all = [], []

    def add(self, mail):
        with self.changed:
            self.unread.append(mail)
            self.all.append(mail)
            self.changed.notify_all()

    def take(self, address, subject):
        """Waits for a mail to this address with this subject, and takes it out."""
        until = time.monotonic() + WITHIN
        with self.changed:
            while True:
                for mail in self.unread:
                    if (mail.to, mail.subject) == (address, "(post) " + subject):
                        self.unread.remove(mail)
                        mail.check()
                        return mail
                left = until - time.monotonic()
                waiting = [(mail.to, mail.subject) for mail in self.unread]
                assert left > 0, f"no mail {subject!r} to {address} within {WITHIN} s; there are {waiting}"
                self.changed.wait(left)


class Handler:
    """Takes mails in. One that it is told to refuse it refuses for good."""

    def __init__(self, mailboxes):
        self.mailboxes = mailboxes

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address.startswith("refused@"):
            return f"550 5.1.1 <{address}> is nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, session, envelope):
        self.mailboxes.add(Mail(session, envelope))
        return "250 taken"


def start(mailboxes, port, certificate=None):
    """A mail server; with a certificate, one that wants STARTTLS and a login."""
    options = {}
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate)
        options = {"tls_context": context, "require_starttls": True, "auth_required": True,
                   "authenticator": check_login}
    controller = Controller(Handler(mailboxes), hostname="127.0.0.1", port=port, **options)
    controller.start()
    return controller


def check_login(_server, _session, _envelope, _mechanism, data):
    return AuthResult(success=(data.login, data.password) == LOGIN)
