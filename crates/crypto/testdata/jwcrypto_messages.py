#!/usr/bin/env python3
"""Makes jwcrypto_messages.json: messages in format `jose` written by another implementation (pip install jwcrypto).

Ephemeral keys and content keys are random, so each run makes other bodies; the tests open whichever are there.
One body for each signature algorithm, sealed to one key of each kind. All the keys are for tests only.
"""

import base64
import json
import pathlib

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, x25519
from jwcrypto import jwe, jwk, jws

HERE = pathlib.Path(__file__).parent
CONVERSATION = "01020304-0506-7708-890a-0b0c0d0e0f10"


def pair(private):
    return jwk.JWK.from_pyca(private)


def public(key):
    return json.loads(key.export_public())


x = pair(x25519.X25519PrivateKey.from_private_bytes(bytes([7] * 32)))
p = pair(ec.derive_private_key(int.from_bytes(bytes([7] * 32), "big"), ec.SECP256R1()))
r = jwk.JWK.from_pem((HERE / "rsa-2048.pem").read_bytes())
signers = {
    "EdDSA": pair(ed25519.Ed25519PrivateKey.from_private_bytes(bytes([9] * 32))),
    "ES256": p,
    "PS256": r,
}


def message(alg, signer):
    payload = {
        "conversation": CONVERSATION,
        "client_id": f"from-{alg}",
        "sent_at": "2026-11-21T13:04:05.678Z",
        "content": f"Grüße, signed with {alg}",
    }
    inner = jws.JWS(json.dumps(payload))
    inner.allowed_algs = [alg]
    inner.add_signature(signer, alg, json.dumps({"alg": alg, "kid": signer.thumbprint()}))
    outer = jwe.JWE(inner.serialize(compact=True).encode(), json.dumps({"enc": "A256GCM"}))
    for key, how in ((x, "ECDH-ES+A256KW"), (p, "ECDH-ES+A256KW"), (r, "RSA-OAEP-256")):
        outer.add_recipient(key, json.dumps({"alg": how, "kid": key.thumbprint()}))
    return {"alg": alg, "signer": public(signer), "body": outer.serialize()}


made = [message(alg, signer) for alg, signer in signers.items()]
(HERE / "jwcrypto_messages.json").write_text(json.dumps(made, indent=1) + "\n")
