"""A client of document 004 that knows nothing of this project: the document's curl lines as they stand there, then 64 MiB
up and back, opened by the library that the original's users have. Arguments: the server's address, its process id."""
import http.client
import json
import shlex
import shutil
import subprocess
import sys
import threading
import time

from cryptography.fernet import Fernet, InvalidToken

host, process = sys.argv[1].removeprefix("http://"), sys.argv[2]
MIB = 1024 * 1024
SIZE = 64 * MIB
REGISTER = 'curl -v -H "New_User_Name: User1" -H "New_User_Password: Password" -X POST  localhost:5000/registration'
LOGIN = 'curl -v -H "User_Name: User" -H "User_Password:Password" -X GET  localhost:5000/login'
TEST_LOGIN = 'curl -v -H "x-access-tokens:eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJwdWJsaWNfaWQiOiI1NDRjMzBhYy03N2ExLTQ4MmEtYmM2Yi1mZjg1NWMyZjAyZDMiLCJleHAiOjE2MzEzNjQ4MzJ9.GkFnT7fnkVg51DtkEhdyf8n0CFSTy_UN0mCyJxjd8HA" -X GET  localhost:5000/test_login'


def ask(method, path, headers=None, body=None):
    """Status, headers, body."""
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.request(method, path, body=body, headers=headers or {})
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def pasted(line):
    """Status and text of one of the document's lines, at this address."""
    line = line.replace("localhost:5000", host)
    if shutil.which("curl"):
        command = line.replace("curl -v", "curl -s -v --noproxy '*' -w '\\n%{http_code}'")
        said = subprocess.run(["sh", "-c", command], capture_output=True, check=True)
        text, status = said.stdout.decode().rsplit("\n", 1)
        return int(status), text
    words = shlex.split(line)
    headers = [words[at + 1] for at, word in enumerate(words) if word == "-H"]
    headers = dict(header.split(":", 1) for header in headers)
    headers = {name: value.strip() for name, value in headers.items()}
    method, url = words[words.index("-X") + 1], words[-1]
    status, _, body = ask(method, "/" + url.split("/", 1)[1], headers)
    return status, body.decode()


def expect(said, status, text):
    assert said == (status, text), said


# The document's lines, in its order. The second names a user whom the first does not make.
expect(pasted(REGISTER), 200, "Registration user User1 is done!")
expect(pasted(REGISTER), 400, "User User1 exist!")
expect(pasted(LOGIN), 401, "Could not verify")
expect(pasted(REGISTER.replace("User1", "User")), 200, "Registration user User is done!")
status, token = pasted(LOGIN)
assert status == 200 and token.count(".") == 2, token
expect(pasted(TEST_LOGIN), 401, "Token is invalid")
example = TEST_LOGIN.split("x-access-tokens:")[1].split('"')[0]
expect(pasted(TEST_LOGIN.replace(example, token)), 200, "Login is OK, your name: User")
print("the lines of the document, by", "curl" if shutil.which("curl") else "http.client")

mine = {"x-access-tokens": token}
headers = {"User_Name": "User1", "User_Password": "Password"}
theirs = {"x-access-tokens": ask("GET", "/login", headers)[2].decode()}


def load(content, length=None):
    length = {"Content-Length": str(length)} if length else {}
    octets = {"Content-Type": "application/octet-stream"}
    status, _, body = ask("POST", "/load", mine | octets | length, content)
    assert status == 200 and len(body) == 36, (status, body)
    return body.decode()


def resident():
    """In KiB."""
    with open(f"/proc/{process}/status") as status:
        return int(next(line for line in status if line.startswith("VmRSS:")).split()[1])


def watched(work):
    """What came of it, and the most resident memory meanwhile."""
    seen, ended = [resident()], threading.Event()

    def watch():
        while not ended.wait(0.002):
            seen.append(resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        return work(), max(seen)
    finally:
        ended.set()
        watcher.join()


def content():
    """64 MiB that differ from place to place, a piece at a time."""
    for number in range(SIZE // MIB):
        yield bytes((number + at) % 251 for at in range(1021)) * 1027 + bytes([number]) * 9


def download(file):
    status, headers, body = ask("GET", f"/download/{file}", mine)
    assert status == 200 and int(headers["Content-Length"]) == len(body)
    return headers, body


pieces = list(content())
assert sum(map(len, pieces)) == SIZE
# Once, so that what every first time takes is there.
for _ in range(3):
    download(load(pieces[0]))
time.sleep(0.2)
before = resident()
began = time.monotonic()
file, up = watched(lambda: load(iter(pieces), SIZE))
loaded = time.monotonic()
(headers, encrypted), down = watched(lambda: download(file))
ended = time.monotonic()
up, down = up - before, down - before
print(f"64 MiB: {loaded - began:.1f} s up, {ended - loaded:.1f} s down; "
      f"resident memory grew by {up} KiB going up and by {down} KiB coming down")
assert up <= 16 * 1024 and down <= 16 * 1024, (up, down)

status, _, key = ask("GET", f"/get_crypto_key/{file}", mine)
assert status == 200
assert Fernet(key).decrypt(encrypted) == b"".join(pieces), "the file opens with its key"
small = load(b"small")
assert Fernet(ask("GET", f"/get_crypto_key/{small}", mine)[2]).decrypt(download(small)[1]) == b"small"
try:
    Fernet(ask("GET", f"/get_crypto_key/{small}", mine)[2]).decrypt(encrypted)
    raise AssertionError("a key opens one file")
except InvalidToken:
    pass

# The owner's alone is the key; the encrypted file is for every user.
status, _, foreign = ask("GET", f"/download/{file}", theirs)
assert status == 200 and foreign == encrypted
nobody = "00000000-0000-4000-8000-000000000000"
refused = [ask("GET", f"/get_crypto_key/{id}", theirs) for id in (file, nobody)]
assert [(status, body) for status, _, body in refused] == [(404, b"No file with such a file ID was found")] * 2
# To the byte, but for the time of day and the name of the request.
told = [sorted((n, v) for n, v in h.items() if n.lower() not in ("date", "x-request-id")) for _, h, _ in refused]
assert told[0] == told[1], told

# Parts of it, and its head.
size = len(encrypted)
for first, last in [(0, 0), (21_943, 21_944), (size // 2, size // 2 + 999), (size - 44, size - 1)]:
    status, headers, part = ask("GET", f"/download/{file}", mine | {"Range": f"bytes={first}-{last}"})
    assert status == 206 and part == encrypted[first:last + 1], (first, last)
    assert headers["Content-Range"] == f"bytes {first}-{last}/{size}"
status, headers, body = ask("HEAD", f"/download/{file}", mine)
assert (status, headers["Content-Length"], body) == (200, str(size), b"")

# It is the same file on the native API.
login = json.dumps({"identifier": "User", "password": "Password"})
status, _, session = ask("POST", "/v1/sessions", {"Content-Type": "application/json"}, login)
assert status == 201
bearer = {"Authorization": "Bearer " + json.loads(session)["access_token"]}
listed = json.loads(ask("GET", "/v1/files", bearer)[2])["data"]
assert {file, small} <= {one["id"] for one in listed}
assert next(one for one in listed if one["id"] == file)["size"] == SIZE
