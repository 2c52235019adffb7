#!/usr/bin/env python3
"""Opens a file's ciphertext: open_file.py KEY.json CIPHERTEXT > PLAINTEXT (needs the package `cryptography`)."""
import base64, json, sys
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

answer = json.load(open(sys.argv[1]))  # what GET /v1/files/{id}/key answered
key, context = (base64.urlsafe_b64decode(answer[name] + "==") for name in ("key", "context"))
file, out, index = open(sys.argv[2], "rb"), sys.stdout.buffer, 0
salt, commitment = file.read(24), file.read(32)
info = answer["alg"].encode() + b"\0" + salt + context
okm = HKDFExpand(algorithm=SHA512(), length=76, info=info).derive(key)
if okm[44:] != commitment:
    sys.exit("this key is not the file's")
aead, base_nonce = AESGCM(okm[:32]), int.from_bytes(okm[32:44], "big")
while True:
    chunk = file.read(16384 + 16)
    out.write(aead.decrypt((base_nonce ^ index).to_bytes(12, "big"), chunk, None))
    if len(chunk) < 16384 + 16:
        sys.exit("something follows the last chunk" if file.read(1) else 0)
    index += 1
