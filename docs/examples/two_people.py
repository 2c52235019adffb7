#!/usr/bin/env python3
"""Two people, a sealed message and an encrypted file, against a Sealpost server that is killed in the middle.

    pip install requests cryptography
    python3 docs/examples/two_people.py target/release/sealpost [postgres://...]

Nothing of Sealpost is used but its HTTP API: this is how a client in any language can do it. The script starts the
program it is given in a temporary folder, kills it with SIGKILL half-way, starts it again, and ends with `all is well`.
"""

import base64
import json
import os
import secrets
import socket
import struct
import subprocess
import sys
import tempfile
import time

import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CHUNK = 16_384
OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Server:
    """The program, in a folder of its own; it can be killed and started again."""

    def __init__(self, program, database):
        self.folder = tempfile.TemporaryDirectory()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.program = program
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("SEALPOST_")}
        self.env |= {"SEALPOST_LISTEN": f"127.0.0.1:{self.port}", "SEALPOST_DATA_DIR": f"{self.folder.name}/data"}
        if database:
            self.env["SEALPOST_DATABASE_URL"] = database
        self.process = None

    def start(self):
        self.process = subprocess.Popen([self.program], env=self.env, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        for _ in range(600):
            try:
                if requests.get(self.url + "/readyz", timeout=5).status_code == 200:
                    return
            except requests.ConnectionError:
                assert self.process.poll() is None, "the server did not start"
            time.sleep(0.05)
        raise SystemExit("the server is not ready after 30 seconds")

    def kill(self):
        self.process.kill()
        self.process.wait()


class Person:
    """An account with a session."""

    def __init__(self, server, name):
        self.server, self.name = server, name
        password = secrets.token_urlsafe(16)
        self.call("POST", "/v1/accounts", 201, json={"username": name, "password": password}, token=None)
        session = self.call("POST", "/v1/sessions", 201, json={"identifier": name, "password": password}, token=None)
        self.token = session["access_token"]

    def call(self, method, path, status, token=True, **options):
        headers = options.pop("headers", {})
        if token:
            headers["Authorization"] = f"Bearer {self.token}"
        answer = requests.request(method, self.server.url + path, headers=headers, timeout=120, **options)
        assert answer.status_code == status, (method, path, answer.status_code, answer.text[:500])
        is_json = answer.headers.get("Content-Type", "").startswith("application/json")
        return answer.json() if is_json else answer


class Socket:
    """The little of RFC 6455 that a client needs: masked text frames out, text frames in, pings answered."""

    def __init__(self, person):
        self.raw = socket.create_connection(("127.0.0.1", person.server.port), timeout=30)
        head = (f"GET /v1/ws HTTP/1.1\r\nHost: 127.0.0.1:{person.server.port}\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer {person.token}\r\n"
                f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n\r\n")
        self.raw.sendall(head.encode())
        self.stream = self.raw.makefile("rb")
        status = self.stream.readline()
        assert b" 101 " in status, status
        while self.stream.readline() != b"\r\n":
            pass

    def send(self, frame, opcode=1):
        data = frame if isinstance(frame, bytes) else json.dumps(frame).encode()
        assert len(data) < 126
        mask = os.urandom(4)
        masked = bytes(b ^ mask[i % 4] for i, b in enumerate(data))
        self.raw.sendall(bytes([0x80 | opcode, 0x80 | len(data)]) + mask + masked)

    def receive(self):
        while True:
            first, size = self.stream.read(2)
            if size == 126:
                size, = struct.unpack(">H", self.stream.read(2))
            elif size == 127:
                size, = struct.unpack(">Q", self.stream.read(8))
            data = self.stream.read(size)
            if first & 15 == 9:
                self.send(data, opcode=10)
            elif first & 15 == 1:
                return json.loads(data)
            else:
                raise SystemExit(f"the socket was closed: {data!r}")


def seal(text, jwk, kid):
    """A JWE in general JSON serialization (RFC 7516, section 7.2.1) for one RSA key."""
    numbers = rsa.RSAPublicNumbers(int.from_bytes(unb64(jwk["e"]), "big"), int.from_bytes(unb64(jwk["n"]), "big"))
    content_key, iv = os.urandom(32), os.urandom(12)
    protected = b64(json.dumps({"enc": "A256GCM"}).encode())
    sealed = AESGCM(content_key).encrypt(iv, text.encode(), protected.encode())
    recipient = {"header": {"alg": "RSA-OAEP-256", "kid": kid},
                 "encrypted_key": b64(numbers.public_key().encrypt(content_key, OAEP))}
    return json.dumps({"protected": protected, "recipients": [recipient], "iv": b64(iv),
                       "ciphertext": b64(sealed[:-16]), "tag": b64(sealed[-16:])})


def unseal(body, private_key, kid):
    jwe = json.loads(body)
    recipient = next(r for r in jwe["recipients"] if r["header"]["kid"] == kid)
    content_key = private_key.decrypt(unb64(recipient["encrypted_key"]), OAEP)
    sealed = unb64(jwe["ciphertext"]) + unb64(jwe["tag"])
    return AESGCM(content_key).decrypt(unb64(jwe["iv"]), sealed, jwe["protected"].encode()).decode()


def open_file(sealed, key, context):
    """C2SP chunked encryption (AES-256-GCM with SHA-512), all of it: 15 lines in any language."""
    salt, commitment, chunks = sealed[:24], sealed[24:56], sealed[56:]
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + context
    material = HKDFExpand(hashes.SHA512(), 76, info).derive(key)
    chunk_key, base_nonce = AESGCM(material[:32]), int.from_bytes(material[32:44], "big")
    assert material[44:] == commitment, "another key"
    plain, last = [], len(chunks) // (CHUNK + 16)
    for index in range(last + 1):
        chunk = chunks[index * (CHUNK + 16):(index + 1) * (CHUNK + 16)]
        plain.append(chunk_key.decrypt((base_nonce ^ index).to_bytes(12, "big"), chunk, None))
    assert len(plain[-1]) < CHUNK, "truncated"
    return b"".join(plain)


def main():
    server = Server(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
    # Tokens name their issuer, and this server keeps its address when it comes back.
    server.start()
    alice, bob = Person(server, "alice"), Person(server, "bob")

    private_key = rsa.generate_private_key(65537, 2048)
    pem = private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    published = bob.call("POST", "/v1/me/keys", 201, json={"use": "seal", "pem": pem})
    found = alice.call("GET", "/v1/users/bob/keys", 200)["data"][0]
    assert found["fingerprint"] == published["fingerprint"]

    conversation = alice.call("POST", "/v1/conversations", 201, json={"username": "bob"})["id"]
    messages = f"/v1/conversations/{conversation}/messages"
    live = Socket(bob)
    live.send({"type": "start"})
    started = live.receive()
    assert started["type"] == "started", started

    def say(number):
        body = seal(f"message {number}", found["jwk"], found["fingerprint"])
        return alice.call("POST", messages, 201, json={"client_id": f"m{number}", "format": "jose", "body": body})

    say(1)
    frame = live.receive()
    event = frame["events"][0]
    assert (event["type"], event["data"]["protection"]) == ("message.created", "e2ee")
    assert unseal(event["data"]["body"], private_key, found["fingerprint"]) == "message 1"
    print("Alice sent a sealed message; Bob saw it on the socket and opened it")

    plain = os.urandom(1 << 20) * 64
    upload = bob.call("POST", "/v1/files?name=holiday.bin", 201, data=plain,
                      headers={"Content-Type": "application/octet-stream"})
    path = f"/v1/files/{upload['id']}"
    print("Bob stored 64 MiB")

    acknowledged = [say(number)["seq"] for number in range(2, 52)]
    server.kill()
    server.start()
    print("the server was killed and came back")

    live = Socket(bob)
    live.send({"type": "resume", "epoch": started["epoch"], "offset": event["offset"]})
    resumed = live.receive()
    assert resumed == {"type": "resumed", "replayed": 50}, resumed
    offset, seqs = event["offset"], []
    while len(seqs) < 50:
        for missed in live.receive()["events"]:
            assert missed["offset"] == offset + 1, "a hole"
            offset = missed["offset"]
            seqs.append(missed["data"]["seq"])
            number = int(missed["data"]["client_id"][1:])
            assert unseal(missed["data"]["body"], private_key, found["fingerprint"]) == f"message {number}"
    assert seqs == acknowledged
    print("everything acknowledged is there, and the socket resumed without a hole")

    part = bob.call("GET", path + "/content", 206, headers={"Range": "bytes=1000000-50000000"})
    assert part.content == plain[1_000_000:50_000_001]
    sealed = bob.call("GET", path + "/ciphertext", 200).content
    key = bob.call("GET", path + "/key", 200)
    assert open_file(sealed, unb64(key["key"]), unb64(key["context"])) == plain
    alice.call("GET", path + "/key", 404)
    print("Bob read a range, and opened the ciphertext with the key alone")
    server.kill()
    print("all is well")


main()
