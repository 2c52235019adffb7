"""The server under test as a process, the mails it writes, and the people of the story."""

import email
import email.policy
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import time

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

# Good enough for the strictest of the five contracts.
PASSWORD = "Your_secure_pa$$w0rd"


class Refused(Exception):
    """A login that a dialect refused, in its own words: status and text."""

    def __init__(self, answer):
        super().__init__(answer.status_code, answer.text)
        self.status, self.text = answer.status_code, answer.text


def expect(answer, status=200):
    """The answer, if it has this status."""
    request = answer.request
    assert answer.status_code == status, (request.method, request.url, answer.status_code, answer.text[:1000])
    return answer


class Server:
    """The program in a folder of its own. Without a mail server it writes mails into files."""

    def __init__(self, program, database):
        self.program, self.folder, self.process = program, tempfile.TemporaryDirectory(), None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self.url, self.read = f"http://{self.address}", set()
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("SEALPOST_")}
        # One client plays everybody. Wrong passwords are counted all the same.
        self.env |= {"SEALPOST_LISTEN": self.address, "SEALPOST_LIMITS": "off",
                     "SEALPOST_DATA_DIR": f"{self.folder.name}/data"}
        if database:
            self.env |= {"SEALPOST_DATABASE_URL": database, "SEALPOST_STORE_POOL_SIZE": "8"}

    def start(self, **settings):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([self.program], env=self.env | settings, stdout=subprocess.DEVNULL,
                                            stderr=log)
        for _ in range(1200):
            try:
                if requests.get(self.url + "/readyz", timeout=5).status_code == 200:
                    return
            except requests.ConnectionError:
                assert self.process.poll() is None, self.log()
            time.sleep(0.05)
        raise AssertionError("the server is not ready after a minute")

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
        return pathlib.Path(self.log_path).read_text(encoding="utf-8")

    def call(self, method, path, **options):
        return requests.request(method, self.url + path, timeout=60, allow_redirects=False, **options)

    def code(self, address):
        """The code in the newest mail to this address that was not read before."""
        for _ in range(300):
            files = pathlib.Path(self.folder.name, "data", "mail").glob("*.eml")
            for file in sorted(set(files) - self.read, key=os.path.getmtime, reverse=True):
                mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                found = re.findall(r"^    ([0-9A-Z]{6,8})\s*$", mail.get_body(("plain",)).get_content(), re.MULTILINE)
                if found and mail["To"].addresses[0].addr_spec == address:
                    self.read.add(file)
                    return found[0]
            time.sleep(0.1)
        raise AssertionError(f"no code was mailed to {address}")


class Person:
    """Somebody: a name, a mail address, a password, and a key pair that nobody else has."""

    def __init__(self, name):
        self.name, self.address, self.password = name, f"{name}@mail.example", PASSWORD
        self.new_key()

    def new_key(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def public_pem(self):
        return self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
