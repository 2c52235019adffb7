"""A client of dialect `channel` (document 001): everything inside a session whose keys change with every answer."""

import base64
import os

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from server import Refused, expect

OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


class Channel:
    NAME = "channel"

    def __init__(self, server, person, password=None):
        self.begin(server, person)
        answer = self.say("/login_user", email=person.address, password=password or person.password)
        if answer.status_code != 200:
            raise Refused(answer)

    @classmethod
    def register(cls, server, person):
        self = cls.__new__(cls)
        self.begin(server, person)
        expect(self.say("/register_user", username=person.name, email=person.address, password=person.password))

    def begin(self, server, person):
        self.server, self.person = server, person
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        said = expect(server.call("POST", "/create_session_key", json={"public_key": pem.hex()})).json()
        self.key = bytes.fromhex(private.decrypt(bytes.fromhex(said["ciphertext"]), OAEP).decode())
        self.session_key = self.open("session_key", said["session_key"])

    def seal(self, field, text):
        nonce = os.urandom(12)
        return base64.b64encode(nonce + AESGCM(self.key).encrypt(nonce, text.encode(), field.encode())).decode()

    def open(self, field, text):
        sealed = base64.b64decode(text)
        return AESGCM(self.key).decrypt(sealed[:12], sealed[12:], field.encode()).decode()

    def say(self, path, **fields):
        """Asks in the session, which goes on with the keys of the answer."""
        fields = {name: self.seal(name, text) for name, text in fields.items()}
        answer = self.server.call("POST", path, json={"session_key": self.session_key, **fields})
        self.go_on(answer.json())
        return answer

    def go_on(self, said):
        """Takes over the keys of an answer."""
        self.key = bytes.fromhex(self.open("ciphertext", said["ciphertext"]))
        self.session_key = self.open("session_key", said["session_key"])

    def who(self):
        # Nothing here says one's name; what is encrypted for it, only its owner opens.
        assert self.decrypt(self.encrypt(self.person.name, "is it me?")) == "is it me?"
        return self.person.name

    def encrypt(self, name, text):
        return self.open("message", expect(self.say(f"/encrypt/{name}", message=text)).json()["message"])

    def decrypt(self, ciphertext):
        return self.open("message", expect(self.say("/decrypt", message=ciphertext)).json()["message"])

    def cannot_decrypt(self, ciphertext):
        answer = expect(self.say("/decrypt", message=ciphertext), 201)
        assert answer.json()["error"] == "No authorization", answer.text
