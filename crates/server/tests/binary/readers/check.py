"""check.py SEALPOST REPOSITORY FOLDER: every reader opens every file that the server sealed, and what others sealed.

FOLDER has, for each case, NAME.json (what GET /v1/files/{id}/key answered), NAME.sealed and NAME.plain.
"""
import base64
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

SEALPOST, REPOSITORY, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
HERE = pathlib.Path(__file__).parent
EXAMPLES = REPOSITORY / "docs/examples"
CASES = sorted(path.stem for path in FOLDER.glob("*.json"))
BROWSER = "/usr/bin/chromium"


def run(*command, expected=0):
    done = subprocess.run([str(word) for word in command], capture_output=True, timeout=120)
    assert (done.returncode == 0) == (expected == 0), (command, done.returncode, done.stderr)
    return done


def with_python(key, sealed):
    return run(sys.executable, EXAMPLES / "open_file.py", key, sealed).stdout


def with_node(what, key, given):
    out = FOLDER / "node.out"
    run("node", HERE / "node.mjs", EXAMPLES / "open_file.mjs", what, key, given, out)
    return out.read_bytes()


def with_sealpost(key, sealed):
    out = FOLDER / "sealpost.out"
    run(SEALPOST, "decrypt", sealed, "--key", key, "-o", out)
    opened = out.read_bytes()
    out.unlink()
    assert run(SEALPOST, "decrypt", sealed, "--key", key, "-o", "-").stdout == opened
    return opened


def sealed_by_python(answer, plaintext):
    key, context = (base64.urlsafe_b64decode(answer[name] + "==") for name in ("key", "context"))
    salt = os.urandom(24)
    info = answer["alg"].encode() + b"\0" + salt + context
    okm = HKDFExpand(algorithm=SHA512(), length=76, info=info).derive(key)
    aead, base_nonce = AESGCM(okm[:32]), int.from_bytes(okm[32:44], "big")
    sealed = salt + okm[44:]
    for index in range(len(plaintext) // 16384 + 1):
        chunk = plaintext[16384 * index:16384 * (index + 1)]
        sealed += aead.encrypt((base_nonce ^ index).to_bytes(12, "big"), chunk, None)
    return sealed


def both_ways(name):
    key, plain = FOLDER / f"{name}.json", (FOLDER / f"{name}.plain").read_bytes()
    sealed = FOLDER / f"{name}.sealed"
    assert with_python(key, sealed) == plain, name
    assert with_node("open", key, sealed) == plain, name
    assert with_sealpost(key, sealed) == plain, name
    made = {
        "python": sealed_by_python(json.loads(key.read_text()), plain),
        "node": with_node("seal", key, FOLDER / f"{name}.plain"),
    }
    for maker, bytes_made in made.items():
        path = FOLDER / f"{name}.{maker}.sealed"
        path.write_bytes(bytes_made)
        assert with_sealpost(key, path) == plain, (name, maker)
        assert with_node("open", key, path) == plain, (name, maker)
        assert with_python(key, path) == plain, (name, maker)


def refusals(name):
    """Cut, longer, changed and exchanged: no reader gives anything, and `decrypt` leaves nothing behind."""
    key, whole = FOLDER / f"{name}.json", (FOLDER / f"{name}.sealed").read_bytes()
    last = len(whole) - 1
    other = json.loads(key.read_text())
    other["context"] = base64.urlsafe_b64encode(b"sealpost/file/v1\0" + bytes(16)).decode().rstrip("=")
    other_key = FOLDER / "other.key"
    other_key.write_text(json.dumps(other))
    wrong = [(key, whole[:last]), (key, whole + b"x"), (other_key, whole), (key, b""), (key, whole[:56])]
    wrong += [(key, whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:]) for at in (0, 30, 56, last)]
    if len(whole) > 56 + 16400:
        wrong += [(key, whole[:56 + 16400]), (key, whole[:56] + whole[56 + 16400:])]
    for used, content in wrong:
        path, out = FOLDER / "wrong.sealed", FOLDER / "wrong.out"
        path.write_bytes(content)
        run(SEALPOST, "decrypt", path, "--key", used, "-o", out, expected=1)
        assert not out.exists()
        assert run(SEALPOST, "decrypt", path, "--key", used, "-o", "-", expected=1).stdout == b""
        run("node", HERE / "node.mjs", EXAMPLES / "open_file.mjs", "open", used, path, out, expected=1)
        assert not out.exists()
    leftovers = [entry.name for entry in FOLDER.iterdir() if entry.name.startswith(".")]
    assert not leftovers, leftovers


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.lstrip("/")
        if name == "cases":
            return self.answer("application/json", json.dumps(CASES).encode())
        places = {"": HERE / "page.html", "seal.mjs": HERE / "seal.mjs", "open_file.mjs": EXAMPLES / "open_file.mjs"}
        place = places.get(name, FOLDER / name)
        if "/" in name or not place.is_file():
            return self.send_error(404)
        kinds = {".html": "text/html", ".mjs": "text/javascript", ".json": "application/json"}
        self.answer(kinds.get(place.suffix, "application/octet-stream"), place.read_bytes())

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        name = self.path.lstrip("/")
        if name in ("done", "failed"):
            self.server.outcome = (name, body.decode())
        elif "/" not in name:
            (FOLDER / name).write_bytes(body)
        self.answer("text/plain", b"")
        if name in ("done", "failed"):
            self.server.ended.set()

    def answer(self, kind, body):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def in_chromium():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    server.ended, server.outcome = threading.Event(), None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--disable-dev-shm-usage"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(
            [BROWSER, *flags, f"--user-data-dir={profile}", f"http://127.0.0.1:{server.server_port}/"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            assert server.ended.wait(120), "the browser did not come to the end"
        finally:
            browser.kill()
            browser.wait()
            server.shutdown()
    assert server.outcome == ("done", ""), server.outcome
    for name in CASES:
        plain = (FOLDER / f"{name}.plain").read_bytes()
        assert (FOLDER / f"{name}.browser.plain").read_bytes() == plain, name
        assert with_sealpost(FOLDER / f"{name}.json", FOLDER / f"{name}.browser.sealed") == plain, name


for case in CASES:
    both_ways(case)
refusals(CASES[0])
refusals(CASES[-1])
if pathlib.Path(BROWSER).exists():
    in_chromium()
    print("in Chromium, too")
else:
    assert "CI" not in os.environ, f"CI must have {BROWSER} (packages chromium and chromium-driver)"
    print(f"!!! no {BROWSER}: Chromium was SKIPPED")
print("every reader opens what every other sealed")
