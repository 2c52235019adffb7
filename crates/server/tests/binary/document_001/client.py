"""A client of document 001, written after the document and its contract page alone."""

import base64
import json
import os
import re
import urllib.error
import urllib.parse
import urllib.request

from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class Gcm:
    """AES-256-GCM, the field's name authenticated."""

    @staticmethod
    def encrypt(key, field, text):
        nonce = os.urandom(12)
        sealed = AESGCM(key).encrypt(nonce, text.encode(), field.encode())
        return base64.b64encode(nonce + sealed).decode()

    @staticmethod
    def decrypt(key, field, text):
        sealed = base64.b64decode(text, validate=True)
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], field.encode()).decode()


class Ecb:
    """AES-256-ECB with PKCS#7: what the original speaks."""

    @staticmethod
    def encrypt(key, _, text):
        padder = padding.PKCS7(128).padder()
        padded = padder.update(text.encode()) + padder.finalize()
        encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
        return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()

    @staticmethod
    def decrypt(key, _, text):
        decryptor = Cipher(algorithms.AES(key), modes.ECB()).decryptor()
        padded = decryptor.update(base64.b64decode(text, validate=True)) + decryptor.finalize()
        unpadder = padding.PKCS7(128).unpadder()
        return (unpadder.update(padded) + unpadder.finalize()).decode()


def post(url, body):
    """The status and the JSON of the answer."""
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        answer = opener.open(request)
    except urllib.error.HTTPError as error:
        answer = error
    assert answer.headers["Cache-Control"] == "no-store", answer.headers
    return answer.status, json.loads(answer.read())


class Session:
    """A session in progress."""

    def __init__(self, base, cipher=Gcm, as_hex=True):
        self.base, self.cipher = base, cipher
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        status, said = post(
            f"{base}/create_session_key", {"public_key": pem.hex() if as_hex else pem.decode()}
        )
        assert status == 200, said
        oaep = rsa_padding.OAEP(rsa_padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
        text = private.decrypt(bytes.fromhex(said["ciphertext"]), oaep).decode()
        self.key = self.read_key(text)
        self.session_key = cipher.decrypt(self.key, "session_key", said["session_key"])
        self.check_session_key()

    @staticmethod
    def read_key(text):
        assert re.fullmatch("[0-9a-f]{64}", text), text
        return bytes.fromhex(text)

    def check_session_key(self):
        assert re.fullmatch("[A-Za-z0-9]{400}", self.session_key), self.session_key

    def seal(self, field, text):
        return self.cipher.encrypt(self.key, field, text)

    def send(self, path, **fields):
        """The fields as they are; the session goes on with the keys of the answer."""
        status, said = post(self.base + path, {"session_key": self.session_key, **fields})
        if status in (404, 408):
            return status, said
        key = self.read_key(self.cipher.decrypt(self.key, "ciphertext", said["ciphertext"]))
        session_key = self.cipher.decrypt(key, "session_key", said["session_key"])
        assert key != self.key and session_key != self.session_key
        self.key, self.session_key = key, session_key
        self.check_session_key()
        return status, said

    def say(self, path, **fields):
        """Seals the fields. What else there is in the answer: the message opened, or the error."""
        status, said = self.send(path, **{name: self.seal(name, text) for name, text in fields.items()})
        if "message" in said:
            return status, self.cipher.decrypt(self.key, "message", said["message"])
        return status, said.get("error")

    def encrypt(self, username, message):
        status, sealed = self.say("/encrypt/" + urllib.parse.quote(username), message=message)
        assert status == 200, sealed
        return sealed
