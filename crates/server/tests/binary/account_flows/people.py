"""The server under test as a process, and people who use it over HTTP."""

import base64
import json
import os
import socket
import subprocess
import tempfile
import time

import pyotp
import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

import mail_server

PASSWORD = "correct horse battery"
NEW_PASSWORD = "wrong donkey accumulator"
OAEP_SHA512 = padding.OAEP(mgf=padding.MGF1(algorithm=hashes.SHA512()), algorithm=hashes.SHA512(), label=None)


def free_ports(count):
    """Ports that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Site:
    """The program in a folder of its own, its mail server, and its operator's commands."""

    def __init__(self, program, database, ports):
        self.folder = tempfile.TemporaryDirectory()
        self.program = program
        self.mailboxes = mail_server.Mailboxes()
        self.port, self.mail_port, self.safe_mail_port = ports
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("SEALPOST_")}
        self.env |= {
            "SEALPOST_LISTEN": f"127.0.0.1:{self.port}",
            "SEALPOST_DATA_DIR": f"{self.folder.name}/data",
            "SEALPOST_PUBLIC_URL": "http://sealpost.test",
            "SEALPOST_MAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "SEALPOST_MAIL_FROM": "Post <post@sealpost.test>",
            "SEALPOST_MAIL_SUBJECT_PREFIX": "(post)",
            # One client plays everybody. Guesses and codes are counted all the same.
            "SEALPOST_LIMITS": "off",
        }
        if database:
            self.env |= {"SEALPOST_DATABASE_URL": database, "SEALPOST_STORE_POOL_SIZE": "8"}
        self.process = None

    def start(self, **settings):
        self.env |= settings
        log = open(self.log_path, "ab")
        self.process = subprocess.Popen([self.program], env=self.env, stdout=subprocess.DEVNULL, stderr=log)
        for _ in range(1200):
            try:
                if requests.get(self.url + "/readyz", timeout=5).status_code == 200:
                    return
            except requests.ConnectionError:
                assert self.process.poll() is None, self.log()
            time.sleep(0.05)
        raise SystemExit("the server is not ready after a minute")

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=60) == 0, self.log()

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    @property
    def log_path(self):
        return os.path.join(self.folder.name, "log")

    def log(self):
        with open(self.log_path, encoding="utf-8") as log:
            return log.read()

    def command(self, *arguments, refused=None):
        """An operator's command with `--json`; what it answered."""
        ran = subprocess.run([self.program, *arguments, "--json"], env=self.env, capture_output=True, text=True,
                             stdin=subprocess.DEVNULL, timeout=60)
        assert ran.returncode == (1 if refused else 0), (arguments, ran)
        said = json.loads(ran.stdout)
        if refused:
            assert said["error"]["code"] == refused, (arguments, said)
        return said

    def mail(self, address, subject):
        return self.mailboxes.take(address, subject)


def is_problem(answer, code):
    """Whether this is an RFC 9457 problem with this code, as a whole or in one of its fields."""
    assert answer.headers["Content-Type"].startswith("application/problem+json"), answer.headers
    problem = answer.json()
    assert problem["status"] == answer.status_code, problem
    assert problem["request_id"] == answer.headers["X-Request-Id"], problem
    return code in [problem["code"], *(error["code"] for error in problem.get("errors", []))]


class Client:
    """Whoever can reach the server."""

    def __init__(self, site):
        self.site, self.token = site, None

    def call_any(self, method, path, token=None, headers=(), **options):
        """Asks; whatever the answer is."""
        headers = dict(headers)
        if token or self.token:
            headers["Authorization"] = f"Bearer {token or self.token}"
        return requests.request(method, self.site.url + path, headers=headers, timeout=120, allow_redirects=False,
                                **options)

    def call(self, method, path, status, code=None, **options):
        """Asks; the answer must have this status and, if it is a refusal, this code."""
        answer = self.call_any(method, path, **options)
        assert answer.status_code == status, (method, path, answer.status_code, answer.text[:1000])
        assert code is None or is_problem(answer, code), (method, path, answer.text[:1000])
        return answer

    def get(self, path, status=200, code=None, **options):
        return self.call("GET", path, status, code, **options)

    def post(self, path, body, status, code=None, **options):
        return self.call("POST", path, status, code, json=body, **options)

    def register(self, username, status=201, code=None, password=PASSWORD, **more):
        return self.post("/v1/accounts", {"username": username, "password": password, **more}, status, code)

    # A login is that of a new device: nothing of a session that is open already goes with it.

    def log_in(self, identifier, password=PASSWORD, status=201, code=None):
        body = {"identifier": identifier, "password": password}
        return Client(self.site).post("/v1/sessions", body, status, code).json()

    def ask_for_second_step(self, identifier, password=PASSWORD):
        """The first step of a login that has two; what it asks for."""
        return self.log_in(identifier, password, 401, "second-factor-required")

    def second_step(self, ticket, code, status=201, refusal=None):
        body = {"ticket": ticket, "code": code}
        return Client(self.site).post("/v1/sessions/factors", body, status, refusal).json()

    # The dialect `messenger`, in which passwords travel encrypted.

    def sealed(self, password):
        pem = self.post("/api/data_key/", {"username": "anybody"}, 200).json()["key"]
        key = serialization.load_pem_public_key(pem.encode())
        return base64.b64encode(key.encrypt(password.encode(), OAEP_SHA512)).decode()

    def enter_messenger(self, username, password, status=200):
        body = {"username": username, "password": self.sealed(password)}
        return self.post("/api/login/", body, status).json()

    def is_in_messenger(self, token):
        """Whether the dialect takes this token."""
        body = {"username": "nobody-at-all"}
        answer = requests.post(self.site.url + "/api/start_conversation/", json=body, timeout=60,
                               headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code in (401, 404), answer.text
        return answer.status_code == 404


class Person(Client):
    """Somebody with an account and a session; with a proved address if they have one."""

    def __init__(self, site, username, address=None):
        super().__init__(site)
        self.username, self.address = username, address
        more = {"email": address} if address else {}
        self.account = self.register(username, **more).json()
        self.enter()
        if address:
            self.prove_address(address)

    def enter(self, password=PASSWORD):
        """Logs in anew."""
        self.opened = self.log_in(self.username, password)
        self.token = self.opened["access_token"]

    def prove_address(self, address):
        code = self.site.mail(address, "Confirm your mail address").code
        account = self.post("/v1/me/email/verify", {"code": code}, 200).json()
        assert (account["email"], account["email_verified"]) == (address, True), account
        self.address = address

    def told(self, subject):
        """The mail with this subject."""
        return self.site.mail(self.address, subject)

    def me(self):
        return self.get("/v1/me").json()

    def kinds(self):
        """What stands in the audit trail, newest first."""
        return [event["kind"] for event in self.get("/v1/me/audit?limit=100").json()["data"]]

    def is_out(self, token):
        """This token is dead."""
        self.get("/v1/me", 401, "session-ended", token=token)

    def switch_totp_on(self):
        """Sets up an app; it, and the recovery codes."""
        app = App(self.call("POST", "/v1/me/factors/totp", 201).json())
        codes = self.post("/v1/me/factors/totp/confirm", {"code": app.code()}, 200).json()["recovery_codes"]
        assert len(set(codes)) == 10, codes
        if self.address:
            assert "authenticator app" in self.told("A second step was added to your login").text
        return app, codes


class App:
    """An authenticator app that knows what is in the otpauth URL and nothing else. It shows each code once."""

    def __init__(self, enrolment):
        self.totp = pyotp.parse_uri(enrolment["otpauth_url"])
        assert (self.totp.digits, self.totp.interval, self.totp.secret) == (6, 30, enrolment["secret"])
        self.last = 0

    def code(self):
        """A code of a step that was not used. The server takes those next to the present one, too."""
        while True:
            now = time.time()
            # Late in a step, the one before may be too old when it arrives.
            earliest = int(now // 30) - (1 if now % 30 < 20 else 0)
            step = max(self.last + 1, earliest)
            if step <= int(now // 30) + 1:
                self.last = step
                return self.totp.at(step * 30)
            time.sleep(0.5)

    def last_code(self):
        return self.totp.at(self.last * 30)

    def wrong_code(self):
        """One that no step near the present has."""
        step = int(time.time() // 30)
        near = {self.totp.at((step + away) * 30) for away in range(-3, 5)}
        return next(code for code in map("{:06}".format, range(100)) if code not in near)
