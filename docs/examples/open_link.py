#!/usr/bin/env python3
"""Opens a link to a file: open_link.py URL > CONTENT (needs the packages `requests` and `cryptography`)."""
import base64, sys, uuid
from urllib.parse import urlsplit
import requests
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

url = urlsplit(sys.argv[1])
link, secret = url.path.rsplit("/", 1)[1], decode(url.fragment)  # what is behind the # never leaves this machine
place = f"{url.scheme}://{url.netloc}/v1/links/{link}"

def derive(purpose):
    info = b"sealpost/link/" + purpose + b"/v1\0" + uuid.UUID(link).bytes
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)

proof = base64.urlsafe_b64encode(derive(b"proof")).rstrip(b"=").decode()
answer = requests.post(f"{place}/open", json={"proof": proof})
answer.raise_for_status()
opened = answer.json()
sealed = opened["protection"] == "e2ee"
headers = {"Authorization": f"Bearer {opened['token']}", "Accept-Encoding": "identity"}
body = requests.get(f"{place}/{'ciphertext' if sealed else 'content'}", headers=headers, stream=True)
body.raise_for_status()
out = sys.stdout.buffer
if not sealed:  # the server has opened it
    for piece in body.iter_content(1 << 16):
        out.write(piece)
    sys.exit()

wrapped = decode(opened["wrapped_key"])
key = AESGCM(derive(b"wrap")).decrypt(wrapped[:12], wrapped[12:], uuid.UUID(link).bytes)[:32]  # then name and type
salt, commitment = body.raw.read(24), body.raw.read(32)
info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + decode(opened["context"])
okm = HKDFExpand(algorithm=SHA512(), length=76, info=info).derive(key)
if okm[44:] != commitment:
    sys.exit("this key is not the file's")
aead, base_nonce, index = AESGCM(okm[:32]), int.from_bytes(okm[32:44], "big"), 0
while True:
    chunk = body.raw.read(16384 + 16)
    out.write(aead.decrypt((base_nonce ^ index).to_bytes(12, "big"), chunk, None))
    if len(chunk) < 16384 + 16:
        break
    index += 1
