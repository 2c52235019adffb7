"""Document 002 as a client lives it, with nothing of this project's code. Usage: client.py SEALPOST MAIL_FOLDER"""

import base64
import email
import email.policy
import glob
import json
import os
import re
import socket
import struct
import sys
import time
import urllib.parse

import requests

SEALPOST, MAILS = sys.argv[1], sys.argv[2]
http = requests.Session()
http.trust_env = False


def call(method, path, status, token=None, **kwargs):
    headers = {"Authorization": f"Token {token}"} if token else {}
    answer = http.request(method, SEALPOST + path, headers=headers, timeout=30, **kwargs)
    assert answer.status_code == status, (path, answer.status_code, answer.text)
    assert answer.headers["cache-control"] in ("no-store", "private, no-store"), answer.headers
    return answer


def post(path, status, token=None, **body):
    return call("POST", path, status, token, json=body)


def get(path, status, token=None):
    return call("GET", path, status, token)


READ = set()


def mailed_code(address, after):
    """The newest code of six digits that came to this address since then and was not read before."""
    for _ in range(200):
        for file in sorted(glob.glob(os.path.join(MAILS, "*.eml")), key=os.path.getmtime, reverse=True):
            if file in READ or os.path.getmtime(file) < after:
                continue
            mail = email.message_from_bytes(open(file, "rb").read(), policy=email.policy.default)
            if mail["to"] and address in mail["to"]:
                found = re.search(r"\b\d{6}\b", mail.get_body(("plain",)).get_content())
                if found:
                    READ.add(file)
                    return found.group(0)
        time.sleep(0.05)
    raise AssertionError(f"no code for {address}")


class Socket:
    """The least WebSocket client (RFC 6455): texts, in masked frames."""

    def __init__(self, path, *headers):
        where = urllib.parse.urlsplit(SEALPOST)
        self.socket = socket.create_connection((where.hostname, where.port), timeout=30)
        lines = [
            f"GET {path} HTTP/1.1", f"Host: {where.netloc}", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)).decode(),
            *headers, "", "",
        ]
        self.socket.sendall("\r\n".join(lines).encode())
        self.stream = self.socket.makefile("rb")
        self.status = int(self.stream.readline().split()[1])
        while self.stream.readline().strip():
            pass

    def say(self, frame):
        data, mask = json.dumps(frame).encode(), os.urandom(4)
        size = len(data)
        head = bytes([0x81])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 65536:
            head += bytes([0x80 | 126]) + struct.pack(">H", size)
        else:
            head += bytes([0x80 | 127]) + struct.pack(">Q", size)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
        self.socket.sendall(head + mask + masked)

    def hear(self):
        """The next text; for a close frame its code."""
        while True:
            first, size = self.stream.read(2)
            if size == 126:
                size = struct.unpack(">H", self.stream.read(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self.stream.read(8))[0]
            data = self.stream.read(size)
            if first & 15 == 1:
                return json.loads(data)
            if first & 15 == 8:
                return struct.unpack(">H", data[:2])[0]


def arrive(name):
    address = f"{name}@gmail.com"
    body = {"username": name, "email": address, "password1": "popopopo0987", "password2": "popopopo0987"}
    answer = post("/auth/registration/", 201, **body)
    assert answer.json() == {"detail": "User registered successfully. Please log in."}
    return come_in(name)


def come_in(name, password="popopopo0987"):
    address, now = f"{name}@gmail.com", time.time() - 1
    sent = post("/twofa/send-code/", 200, username=name, email=address)
    assert sent.text == "Email sent. Use the code sent in the login process"
    code = mailed_code(address, now)
    wrong = post("/auth/login/", 400, username=name, code=code, password="popopopo0000")
    assert wrong.json() == {"error": "Invalid credentials"}
    tokens = post("/auth/login/", 200, username=name, code=code, password=password).json()
    assert sorted(tokens) == ["access_token", "refresh_token", "token_auth"], tokens
    assert re.fullmatch("[0-9a-f]{40}", tokens["token_auth"])
    post("/auth/login/", 400, username=name, code=code, password=password)
    return tokens


def everybody(token):
    return {user["username"]: user for user in get("/users/user_list/", 200, token).json()}


jimenetz, manoli, potxolo = arrive("jimenetz"), arrive("manoli"), arrive("potxolo")
j, m, p = jimenetz["token_auth"], manoli["token_auth"], potxolo["token_auth"]

# The tokens.
refreshed = http.post(
    SEALPOST + "/api/token/refresh/", headers={"Bearer": "Token " + jimenetz["refresh_token"]}, timeout=30
)
assert refreshed.status_code == 200 and sorted(refreshed.json()) == ["access_token", "refresh_token"], refreshed.text
bearer = {"Authorization": "Bearer " + refreshed.json()["access_token"]}
assert http.get(SEALPOST + "/users/user_list/", headers=bearer, timeout=30).status_code == 200

# People and friends.
answer = post("/users/add_friend/", 200, j, friend_username="manoli")
assert answer.json() == {"success": True, "message": "manoli added as friend."}
assert everybody(m)["manoli"]["friends"] == ["jimenetz"]
answer = post("/users/remove_friend/", 200, j, friend_username="manoli")
assert answer.json() == {"success": True, "message": "manoli removed as friend."}
post("/users/add_friend/", 200, j, friend_username="potxolo")
updated = post("/users/update/", 200, p, username="potxoloTheThird", avatar="/media/avatars/fary.png")
assert updated.json() == {
    "username": "potxoloTheThird", "is_connected": True, "avatar": "/media/media/avatars/fary.png",
    "friends": ["jimenetz"],
}, updated.text
for path in ("/media/media/avatars/fary.png", "/media/avatars/fary.png", "/media/avatars/default.png"):
    picture = http.get(SEALPOST + path, timeout=30)
    assert picture.status_code == 200 and picture.content.startswith(b"\x89PNG"), path
picture = {"avatar": ("me.png", picture.content, "image/png")}
uploaded = call("POST", "/users/update/", 200, p, files=picture).json()
assert http.get(SEALPOST + uploaded["avatar"], timeout=30).headers["content-type"] == "image/png"
friends = get("/users/friend_list/", 200, j).json()
assert [friend["username"] for friend in friends] == ["potxoloTheThird"]

# Conversations.
assert post("/conversations/start/", 400, j, username="jimenetz").json() == {"message": "You cannot chat with yourself"}
started = post("/conversations/start/", 200, j, username="manoli").json()
chat = started["conversation_id"]
assert isinstance(chat, int) and list(started) == ["conversation_id", "initiator", "receiver"]
listed = get("/conversations/", 200, m).json()
assert listed[0]["last_message"] is None and listed[0]["initiator"]["username"] == "jimenetz"
assert get(f"/conversations/{chat}/", 200, j).json()["message_set"] == []
assert get(f"/conversations/{chat}/", 404, p).json() == {"detail": "Not found."}

# Chat, with a token and with a browser's ticket, and a file.
path = f"/ws/chat/{chat}/"
assert Socket(path).status == 401
assert Socket(path, f"Authorization: Token {p}").status == 404
assert Socket(path, f"Authorization: Token {j}", "Origin: https://evil.example").status == 403
hers = Socket(path, f"Authorization: Token {j}")
ticket = call("POST", "/v1/ws-tickets", 201, m).json()["ticket"]
theirs = Socket(path, f"Sec-WebSocket-Protocol: sealpost, {ticket}")
assert (hers.status, theirs.status) == (101, 101)
assert Socket(path, f"Sec-WebSocket-Protocol: sealpost, {ticket}").status == 401
hers.say({"message": "Kaixo!"})
first = hers.hear()
assert theirs.hear() == first and first["text"] == "Kaixo!" and first["sender"] == "jimenetz", first
theirs.say({"text": "wrong"})
assert list(theirs.hear()) == ["error"]
content = os.urandom(300_000)
theirs.say({"message": "", "attachment": {"data": base64.b64encode(content).decode(), "format": "bin"}})
second = theirs.hear()
assert hers.hear() == second
assert get(second["attachment"], 200, j).content == content
assert http.get(SEALPOST + second["attachment"], timeout=30).status_code == 401
get(second["attachment"], 404, p)
assert get(f"/conversations/{chat}/", 200, m).json()["message_set"] == [second, first]
assert get("/conversations/", 200, j).json()[0]["last_message"] == second

# The password, and the end.
other = come_in("manoli")["token_auth"]
changed = post("/auth/password/change/", 200, m, new_password1="popopopo1234", new_password2="popopopo1234")
assert changed.json() == {"detail": "New password has been saved."}
get("/users/user_list/", 401, other)
assert post("/auth/logout/", 200, m).json() == {"detail": "Successfully logged out."}
assert theirs.hear() == 4401
denied = get("/users/user_list/", 401, m)
assert denied.headers["www-authenticate"] == "Token"
assert not everybody(j)["manoli"]["is_connected"]
assert post("/conversations/start/", 400, j, username="manoli").json() == {"message": "User is not connected"}
assert get("/auth/login/", 405).json() == {"detail": 'Method "GET" not allowed.'}
print("the whole document")
