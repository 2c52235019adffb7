"""A client of document 003, with nothing but Python's own library: python3 client.py http://HOST:PORT"""

import http.client
import json
import socket
import struct
import sys
import time
import zlib
from urllib.parse import urlsplit

HOST = urlsplit(sys.argv[1]).netloc


class Person:
    def __init__(self, username, password):
        self.username, self.password, self.session = username, password, None

    def cookies(self):
        return {"Cookie": f"username={self.username}; session_id={self.session}"} if self.session else {}

    def ask(self, path, body=None, method="POST", headers={}):
        connection = http.client.HTTPConnection(HOST, timeout=30)
        headers = {**self.cookies(), **headers}
        if body is not None and not isinstance(body, bytes):
            body, headers = json.dumps(body), {"Content-Type": "application/json", **headers}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, text.decode(), answer

    def create(self, key):
        return self.ask("/create_user", {
            "username": self.username,
            "password": self.password,
            "public_key": key,
            "dict_fill_in_the_blanks": {"question": "Fyyyill in de ____ hooman.", "answer": "blanks"},
        })[:2]

    def enter(self):
        self.session = None
        status, text, answer = self.ask("/authenticate", {"username": self.username, "password": self.password})
        assert status == 200, (status, text)
        self.session = json.loads(text)["session_id"]
        assert len(self.session) == 32 and self.session.isalnum()
        cookies = [value.split(";")[0] for value in answer.headers.get_all("Set-Cookie")]
        assert cookies == [f"username={self.username}", f"session_id={self.session}"], cookies

    def send(self, to, text, timestamp=1643365746):
        status, said, _ = self.ask("/upload_message", {
            "username": self.username,
            "destname": to,
            "message_text": text,
            "timestamp": timestamp,
            "session_id": self.session,
        })
        assert (status, said) == (200, ""), (status, said)

    def fetch(self, method="POST"):
        status, text, _ = self.ask("/download_messages", method=method)
        assert status == 200, (status, text)
        return json.loads(text)


def expect(answer, status, text):
    assert answer[:2] == (status, text), answer


def break_off(person):
    """Asks for everything, reads a little, and hangs up hard."""
    host, port = HOST.split(":")
    stream = socket.create_connection((host, int(port)))
    request = f"GET /download_messages HTTP/1.1\r\nHost: {HOST}\r\nCookie: {person.cookies()['Cookie']}\r\n\r\n"
    stream.sendall(request.encode())
    assert stream.recv(1000).startswith(b"HTTP/1.1 200")
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    stream.close()


def fetch_soon(person):
    for _ in range(200):
        messages = person.fetch()
        if messages:
            return messages
        time.sleep(0.05)
    raise AssertionError("nothing came")


def picture():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([200, 30, 90]) * 16 for _ in range(16))
    head = struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def form(content):
    head = b'--edge\r\nContent-Disposition: form-data; name="avatar"; filename="me.png"\r\n\r\n'
    return head + content + b"\r\n--edge--\r\n", {"Content-Type": "multipart/form-data; boundary=edge"}


alice, bob = Person("username", "password"), Person("recipientsname", "password")
nobody = Person("nobody", "password")
expect(alice.create("PUBLIC_KEY"), 200, "OK")
expect(alice.create("PUBLIC_KEY"), 400, "Username 'username' is already taken!")
expect(bob.create("PUBLIC_KEY_OF_ANYUSERNAME"), 200, "OK")
expect(nobody.ask("/authenticate", {"username": "nobody", "password": "password"}), 400, "Wrong username or password!")
alice.enter()
bob.enter()

# Messages, oldest first, there once.
alice.send("recipientsname", "text of the message")
alice.send("RecipientsName", "another", 1643365747.25)
assert bob.fetch() == [
    {"sendername": "username", "message_text": "text of the message", "timestamp": 1643365746},
    {"sendername": "username", "message_text": "another", "timestamp": 1643365747.25},
]
assert bob.fetch("GET") == []

# A download that breaks off.
texts = [f"{number} " + "x" * 60000 for number in range(120)]
for text in texts:
    alice.send("recipientsname", text)
break_off(bob)
bob.enter()
assert [message["message_text"] for message in fetch_soon(bob)] == texts
assert bob.fetch() == []

# Keys.
ask = lambda name: nobody.ask("/get_public_key", {"username": name})
expect(ask("recipientsname"), 200, '{"public_key":"PUBLIC_KEY_OF_ANYUSERNAME"}')
expect(ask("nobody"), 400, "Username 'nobody' doesn't exist!")
reset = {"password": "wrong password", "new_public_key": "NEW_PUBLIC_KEY"}
expect(alice.ask("/reset_public_key", reset), 400, "Wrong password!")
expect(alice.ask("/reset_public_key", {**reset, "password": "password"}), 200, "OK")
expect(ask("username"), 200, '{"public_key":"NEW_PUBLIC_KEY"}')

# The password.
change = {"old_password": "password", "new_password": "new_password"}
expect(alice.ask("/reset_password", change), 200, "OK")
alice.password = "new_password"
old = alice.session
alice.enter()
assert alice.session != old

# Pictures.
link = lambda name: json.loads(nobody.ask("/get_avatar", {"username": name})[1])["avatar"]
default = link("nobody")
assert link("username") == default and default.endswith("/media/avatars/default.png")
body, headers = form(picture())
expect(alice.ask("/upload_avatar", body, headers=headers), 200, "OK")
shown = urlsplit(link("username"))
assert shown.scheme in ("http", "https") and shown.path != urlsplit(default).path
connection = http.client.HTTPConnection(HOST)
connection.request("GET", shown.path)
assert connection.getresponse().read().startswith(b"\x89PNG")
body, headers = form(picture())
page = {**headers, "Accept": "text/html", "Referer": f"http://{HOST}/settings"}
status, _, answer = alice.ask("/upload_avatar", body, headers=page)
assert (status, answer.headers["Location"]) == (302, "/settings")
body, headers = form(b"no picture")
assert alice.ask("/upload_avatar", body, headers=headers)[0] == 400
expect(alice.ask("/delete_avatar"), 200, "OK")
assert link("username") == default

# Leaving takes everything along.
alice.send("recipientsname", "never read")
expect(alice.ask("/delete_user", {"password": "new_password"}), 200, "OK")
expect(alice.ask("/download_messages"), 400, "session expired")
expect(alice.ask("/delete_avatar"), 401, "session expired")
expect(ask("username"), 400, "Username 'username' doesn't exist!")
assert bob.fetch() == []
print("all of document 003")
