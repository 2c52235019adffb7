#!/usr/bin/env python3
"""Checks a server's key log: check_key_log.py URL [--state FILE] [--keys NAME]... (needs the package `cryptography`).

Without anything else: the tree's signature, and the tree itself, computed anew from all its leaves. With --state, that it begins with the
tree that was kept in FILE, which then keeps this one. With --keys, the chain of NAME, as the access token in SEALPOST_TOKEN may see it.
"""
import argparse, base64, hashlib, json, os, sys, urllib.request, uuid
from urllib.parse import quote
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

def fail(why):
    sys.exit(f"DO NOT TRUST THIS SERVER'S KEYS: {why}")

def sha256(data):
    return hashlib.sha256(data).digest()

def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

def node(left, right):
    return sha256(b"\1" + left + right)

def root(hashes):  # RFC 9162, section 2.1.1, level by level: what has no sibling goes up as it is
    if not hashes:
        return sha256(b"")
    while len(hashes) > 1:
        pairs = [node(a, b) for a, b in zip(hashes[::2], hashes[1::2])]
        hashes = pairs + hashes[len(hashes) // 2 * 2:]
    return hashes[0]

def included(leaf, index, size, proof):  # the root that the proof leads to (section 2.1.3.2)
    fn, sn, found = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            found = node(sibling, found)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node(found, sibling)
        fn, sn = fn >> 1, sn >> 1
    return found if sn == 0 and index < size else None

def consistent(first, first_root, second, second_root, proof):  # section 2.1.4.2
    if first == second:
        return not proof and first_root == second_root
    if first == 0:
        return not proof
    if first > second or not proof:
        return False
    proof = ([first_root] if first & (first - 1) == 0 else []) + proof
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old = new = proof[0]
    for sibling in proof[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            old, new = node(sibling, old), node(sibling, new)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = node(new, sibling)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and old == first_root and new == second_root

class Server:
    def __init__(self, url):
        self.url, self.token = url.rstrip("/"), os.environ.get("SEALPOST_TOKEN")

    def text(self, path, token=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(self.url + path, headers=headers)
        with urllib.request.urlopen(request) as answer:
            return answer.read().decode()

    def json(self, path, token=None):
        return json.loads(self.text(path, token))

def open_note(note, vkey):  # C2SP signed-note and tlog-checkpoint
    name, key_id, key = vkey.split("+", 2)
    key = base64.b64decode(key, validate=True)
    right = sha256(name.encode() + b"\n" + key)[:4]
    if key[0] != 1 or right.hex() != key_id:
        fail("the log's key is none")
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    for line in signatures.splitlines():
        mark, signer, signed = line.split(" ")
        signed = base64.b64decode(signed, validate=True)
        if mark == "\u2014" and signer == name and signed[:4] == right:
            try:
                Ed25519PublicKey.from_public_bytes(key[1:]).verify(signed[4:], text.encode())
            except InvalidSignature:
                fail("the tree is not signed by the log's key")
            origin, size, tree = text.splitlines()[:3]
            if origin != name:
                fail("the tree is another log's")
            return int(size), base64.b64decode(tree, validate=True)
    fail("the tree is not signed by the log's key")

def leaf_hash(label, commitment):
    return sha256(b"\0" + label + commitment)

def check_tree(server, size, tree):
    leaves, start = [], 0
    while start is not None and start < size:
        page = server.json(f"/v1/keylog/leaves?from={start}")
        leaves += [(decode(leaf["label"]), decode(leaf["commitment"])) for leaf in page["data"]]
        start = page["next"]
    hashes = [leaf_hash(*leaf) for leaf in leaves[:size]]
    if len(hashes) != size or root(hashes) != tree:
        fail("the leaves are not those of the signed tree")
    for index, found in enumerate(hashes):
        proof = server.json(f"/v1/keylog/proofs/inclusion?leaf={index}&size={size}")["proof"]
        if included(found, index, size, [decode(part) for part in proof]) != tree:
            fail(f"the proof of leaf {index} does not lead to the signed tree")
    return leaves[:size]

def check_state(server, path, vkey, size, tree):
    if os.path.exists(path):
        with open(path) as file:
            kept = json.load(file)
        if kept["key"] != vkey:
            fail("this is another log than the one that was kept")
        if size < kept["size"]:
            fail(f"the log was rolled back from {kept['size']} leaves to {size}")
        proof = server.json(f"/v1/keylog/proofs/consistency?from={kept['size']}&to={size}")["proof"]
        old = decode(kept["root"])
        if not consistent(kept["size"], old, size, tree, [decode(part) for part in proof]):
            fail("the log does not begin with the tree that was kept")
    with open(path, "w") as file:
        json.dump({"key": vkey, "size": size, "root": encode(tree)}, file)

def check_chain(server, name, vkey, leaves):
    have, before, said, account = 0, None, None, None
    while True:
        shown = server.json(f"/v1/users/{quote(name, safe='')}/keys?have={have}", server.token)
        log = shown["log"]
        size, tree = open_note(log["checkpoint"], vkey)
        for link in log["links"]:
            text, said = link["link"].encode(), json.loads(link["link"])
            have += 1
            account = account or said["account"]
            if said["seq"] != have or said["prev"] != before or said["account"] != account:
                fail(f"link {have} of {name} does not follow from the one before it")
            label = sha256(b"sealpost/key-log/label/v1\0" + uuid.UUID(account).bytes)
            commitment = sha256(decode(link["opening"]) + text)
            proof = [decode(part) for part in link["proof"]]
            if included(leaf_hash(label, commitment), link["leaf"], size, proof) != tree:
                fail(f"link {have} of {name} is not in the log")
            before = encode(sha256(text))
        if not log["has_more"]:
            break
    named = {key["kid"] for key in said["keys"] if "kid" in key} if said else set()
    if named != {thumbprint(key["jwk"]) for key in shown["data"]}:
        fail(f"the keys of {name} that the server hands out are not those of the log")
    if said:  # whoever asks for themselves sees here whether somebody else was shown more
        theirs = sum(found == label for found, _ in leaves)
        if theirs > have:
            fail(f"the log has {theirs} links of {name}, and {have} are shown")
    print(f"{name}: {have} links, {len(named)} keys")

def thumbprint(jwk):  # RFC 7638
    members = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x")}[jwk["kty"]]
    return encode(sha256(json.dumps({name: jwk[name] for name in members}, separators=(",", ":")).encode()))

def main():
    parser = argparse.ArgumentParser(description="Checks a server's key log.")
    parser.add_argument("url")
    parser.add_argument("--state", help="the file that keeps the tree for the next time")
    parser.add_argument("--keys", action="append", default=[], metavar="NAME", help="whose chain to check")
    arguments = parser.parse_args()
    server = Server(arguments.url)
    vkey = server.json("/v1/keylog")["verifier_key"]
    size, tree = open_note(server.text("/v1/keylog/checkpoint"), vkey)
    leaves = check_tree(server, size, tree)
    if arguments.state:
        check_state(server, arguments.state, vkey, size, tree)
    for name in arguments.keys:
        check_chain(server, name, vkey, leaves)
    print(f"{vkey}\n{size} leaves: all is well")

main()
