"""Registers the two users of the document's example. The private key is in the form that its clients make."""
import base64
import sys

import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

host = sys.argv[1] + "/api"
password = b"Your_secure_pa$$w0rd"


def post(path, body):
    r = requests.post(host + path, json=body)
    assert r.status_code == 200, (path, r.status_code, r.text)
    return r.json()


data_key = serialization.load_pem_public_key(
    post("/data_key/", {"username": "your_username"})["key"].encode()
)
oaep = padding.OAEP(mgf=padding.MGF1(algorithm=hashes.SHA512()), algorithm=hashes.SHA512(), label=None)

forms = {
    "your_username": serialization.PrivateFormat.TraditionalOpenSSL,
    "another_user": serialization.PrivateFormat.PKCS8,
}
for username, form in forms.items():
    private_key = rsa.generate_private_key(public_exponent=65537, key_size=4096)
    pem = private_key.private_bytes(
        serialization.Encoding.PEM, form, serialization.BestAvailableEncryption(password)
    )
    if username == "your_username":
        open("my_private_key.pem", "wb").write(pem)
    body = {
        "username": username,
        "password": base64.b64encode(data_key.encrypt(password, oaep)).decode(),
        "private_key": pem.decode(),
    }
    assert post("/register/", body)["msg"] == f"User {username} was created."

public = private_key.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
print(public.decode(), end="")
