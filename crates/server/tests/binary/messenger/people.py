"""The server under test as a process, and people who use dialect `messenger` as its document says: RSA-4096 keys, messages in
Fernet, their keys in RSA-OAEP, signatures in RSA-PSS."""

import base64
import hashlib
import json
import os
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack

import requests
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

PASSWORD = b"Your_secure_pa$$w0rd"
OAEP = padding.OAEP(mgf=padding.MGF1(algorithm=hashes.SHA512()), algorithm=hashes.SHA512(), label=None)
PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA512()), salt_length=padding.PSS.MAX_LENGTH)


class Site:
    """The program in a folder of its own."""

    def __init__(self, program, database):
        self.folder = tempfile.TemporaryDirectory()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.host = f"http://127.0.0.1:{self.port}"
        env = {k: v for k, v in os.environ.items() if not k.startswith("SEALPOST_")}
        env |= {
            "SEALPOST_LISTEN": f"127.0.0.1:{self.port}",
            "SEALPOST_DATA_DIR": f"{self.folder.name}/data",
        }
        if database:
            env["SEALPOST_DATABASE_URL"] = database
        self.program, self.env, self.process = program, env, None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()

    def start(self, limits=False):
        self.env["SEALPOST_LIMITS"] = "default" if limits else "off"
        log = open(self.log_path, "ab")
        self.process = subprocess.Popen([self.program], env=self.env, stdout=subprocess.DEVNULL, stderr=log)
        for _ in range(1200):
            try:
                if requests.get(self.host + "/readyz", timeout=5).status_code == 200:
                    return
            except requests.ConnectionError:
                assert self.process.poll() is None, self.log()
            time.sleep(0.05)
        raise SystemExit("the server is not ready after a minute")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    @property
    def log_path(self):
        return os.path.join(self.folder.name, "log")

    def log(self):
        with open(self.log_path, encoding="utf-8") as log:
            return log.read()


def new_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=4096)


class Person:
    """Somebody with a key of their own and an account."""

    def __init__(self, site, username, key, form):
        self.site, self.username, self.key = site, username, key
        # Keys of others, from `start_conversation`.
        self.partners = {}
        pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.BestAvailableEncryption(PASSWORD))
        body = {"username": username, "password": self.sealed(), "private_key": pem.decode()}
        made = self.ask("POST", "/register/", body)
        assert made["msg"] == f"User {username} was created.", made
        self.access, self.refresh = made["access_token"], made["refresh_token"]

    def call(self, method, path, body=None, token=None, **options):
        """Asks; whatever the answer is."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return requests.request(method, f"{self.site.host}/api{path}", json=body, headers=headers, timeout=120, **options)

    def ask(self, method, path, body=None, token=None, status=200, **options):
        answer = self.call(method, path, body, token, **options)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:500])
        assert answer.headers["Cache-Control"] == "no-store", answer.headers
        if status >= 400:
            assert list(answer.json()) == ["msg"], answer.text
        return answer.json()

    def do(self, path, body=None, status=200):
        """Posts what needs a login."""
        return self.ask("POST", path, body, self.access, status)

    def sealed(self, password=PASSWORD):
        key = self.ask("POST", "/data_key/", {"username": self.username})
        assert key["until"].endswith("Z") and len(key["until"]) == 20, key
        public = serialization.load_pem_public_key(key["key"].encode())
        assert public.key_size == 4096
        return base64.b64encode(public.encrypt(password, OAEP)).decode()

    def log_in(self):
        body = {"username": self.username, "password": self.sealed()}
        entered = self.ask("POST", "/login/", body)
        assert entered["msg"] == f"Logged in as {self.username}.", entered
        self.access, self.refresh = entered["access_token"], entered["refresh_token"]

    def meet(self, other):
        """Learns the other one's key."""
        found = self.do("/start_conversation/", {"username": other.username})
        self.partners[other.username] = serialization.load_pem_public_key(found["msg_public_key"].encode())
        assert found["key_version"] == 1 and len(found["fingerprint"]) == 43, found
        # The server has committed itself to this key, where anybody can see it.
        leaf = requests.get(found["proof_url"], timeout=10).json()["leaf"]
        opening = base64.urlsafe_b64decode(found["proof_opening"] + "=")
        commitment = hashlib.sha256(opening + found["proof_link"].encode()).digest()
        assert base64.urlsafe_b64encode(commitment).decode() == leaf["commitment"] + "=", found
        link = json.loads(found["proof_link"])
        assert link["username"] == other.username and link["keys"][0]["kid"] == found["fingerprint"], link
        return found

    def seal(self, other, text):
        """A message as it travels: the token, its signature, and its key."""
        fernet = Fernet.generate_key()
        token = Fernet(fernet).encrypt(text.encode())
        signature = self.key.sign(token, PSS, hashes.SHA512())
        key = self.partners[other.username].encrypt(fernet, OAEP)
        return {
            "username": other.username,
            "message": token.decode(),
            "signature": base64.b64encode(signature).decode(),
            "key": base64.b64encode(key).decode(),
        }

    def write(self, other, text):
        letter = self.seal(other, text)
        assert self.do("/send_message/", letter) == {"msg": "OK"}
        return letter

    def open(self, other, message):
        """What a message says, if it is of the other one."""
        token = message["msg"].encode()
        public = self.partners[other.username]
        public.verify(base64.b64decode(message["sign"]), token, PSS, hashes.SHA512())
        return Fernet(self.key.decrypt(base64.b64decode(message["key"]), OAEP)).decrypt(token).decode()

    def fetch(self, other, from_ts=0, to_ts=0):
        body = {"username": other.username, "from_ts": from_ts, "to_ts": to_ts}
        return self.ask("GET", "/get_messages/", body, self.access)["messages"]

    def read(self, other, from_ts=0, to_ts=0):
        return [self.open(other, message) for message in self.fetch(other, from_ts, to_ts)]

    def ack(self, other, message, status=200):
        identity = {"signature": message["sign"], "username": other.username}
        return self.do("/ack/", {"type": "message", "identity": identity}, status)

    def see(self, number, status=200):
        return self.do("/ack/", {"type": "notification", "identity": {"id": number}}, status)

    def listen(self):
        return Listener(self)


class Listener:
    """A socket of notifications."""

    def __init__(self, person):
        url = f"ws://127.0.0.1:{person.site.port}/api/notifications/"
        headers = {"Authorization": f"Bearer {person.access}"}
        self.stack, self.heard = ExitStack(), []
        self.socket = self.stack.enter_context(connect(url, additional_headers=headers, proxy=None))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.stack.close()

    def hear(self, count):
        """The next notifications, so many: from whom, and their ids."""
        while len(self.heard) < count:
            self.heard += json.loads(self.socket.recv(timeout=30))
        some, self.heard = self.heard[:count], self.heard[count:]
        assert all(set(one) == {"type", "data", "id"} and one["type"] == "message" for one in some), some
        return [(one["data"]["username"], one["id"]) for one in some]

    def is_silent(self):
        try:
            self.heard += json.loads(self.socket.recv(timeout=0.5))
            return False
        except TimeoutError:
            return not self.heard

    def close_code(self):
        """How the server ends it."""
        try:
            while True:
                self.socket.recv(timeout=30)
        except ConnectionClosed as closed:
            return closed.rcvd.code
