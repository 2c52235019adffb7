"""A client of dialect `messenger` (document 000): passwords under the data key, messages in Fernet."""

import base64
import json

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from server import Refused, expect

OAEP = padding.OAEP(mgf=padding.MGF1(algorithm=hashes.SHA512()), algorithm=hashes.SHA512(), label=None)
PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA512()), salt_length=padding.PSS.MAX_LENGTH)


def sealed(server, password):
    pem = expect(server.call("POST", "/api/data_key/", json={"username": "anybody"})).json()["key"]
    key = serialization.load_pem_public_key(pem.encode())
    return base64.b64encode(key.encrypt(password.encode(), OAEP)).decode()


class Messenger:
    NAME = "messenger"

    def __init__(self, server, person, password=None):
        self.server, self.person = server, person
        body = {"username": person.name, "password": sealed(server, password or person.password)}
        answer = server.call("POST", "/api/login/", json=body)
        if answer.status_code != 200:
            raise Refused(answer)
        self.token = answer.json()["access_token"]

    @staticmethod
    def register(server, person):
        encryption = serialization.BestAvailableEncryption(person.password.encode())
        form = serialization.PrivateFormat.TraditionalOpenSSL
        pem = person.key.private_bytes(serialization.Encoding.PEM, form, encryption)
        body = {"username": person.name, "password": sealed(server, person.password), "private_key": pem.decode()}
        expect(server.call("POST", "/api/register/", json=body))

    def call(self, method, path, body, status=200):
        headers = {"Authorization": f"Bearer {self.token}"}
        return expect(self.server.call(method, f"/api{path}", json=body, headers=headers), status)

    def who(self):
        payload = self.token.split(".")[1]
        name = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"]
        # The token says so; the server takes it.
        self.call("GET", "/get_messages/", {"username": name, "from_ts": 0, "to_ts": 0})
        return name

    def meet(self, name):
        """Somebody's key, and what is said of it."""
        return self.call("POST", "/start_conversation/", {"username": name}).json()

    def has_no_key(self, name):
        self.call("POST", "/start_conversation/", {"username": name}, 404)

    def send(self, name, text):
        """The body that is to be in the receiver's native inbox."""
        theirs = serialization.load_pem_public_key(self.meet(name)["msg_public_key"].encode())
        fernet = Fernet.generate_key()
        token = Fernet(fernet).encrypt(text.encode())
        message = {"message": token.decode(),
                   "signature": base64.b64encode(self.person.key.sign(token, PSS, hashes.SHA512())).decode(),
                   "key": base64.b64encode(theirs.encrypt(fernet, OAEP)).decode()}
        self.call("POST", "/send_message/", {"username": name, **message})
        return {"msg": message["message"], "sign": message["signature"], "key": message["key"]}

    def read(self, name):
        """What this person wrote, opened."""
        found = self.call("GET", "/get_messages/", {"username": name, "from_ts": 0, "to_ts": 0}).json()["messages"]
        return [self.open(message) for message in found]

    def open(self, message):
        fernet = self.person.key.decrypt(base64.b64decode(message["key"]), OAEP)
        return Fernet(fernet).decrypt(message["msg"].encode()).decode()
