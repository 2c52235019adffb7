"""What belongs to an account: its name, picture, settings, key backup, export, trail and end."""

import io
import json
import struct
import zipfile
import zlib

from people import Client, Person


def username(site):
    uma, vic = Person(site, "uma", "uma@mail.example"), Person(site, "vic")
    uma.post("/v1/conversations", {"username": "vic"}, 201)
    merge_patch = {"Content-Type": "application/merge-patch+json"}

    def rename(person, name, status, code=None):
        person.call("PATCH", "/v1/me", status, code, headers=merge_patch, data=json.dumps({"username": name}))

    rename(uma, "VIC", 409, "username-taken")
    rename(uma, "u ma", 422, "invalid-username")
    rename(uma, "Umbra", 200)
    stored = {"used": 0, "quota": None}
    assert uma.me() == uma.account | {"username": "Umbra", "email_verified": True, "storage": stored}, uma.me()
    assert "“Umbra” instead of “uma”" in uma.told("Your username was changed").text
    rename(uma, "umbriel", 429, "username-changed-lately")
    # The old name leads to nobody, and nobody gets it.
    vic.get("/v1/users/uma", 404)
    Client(site).log_in("uma", status=401, code="wrong-credentials")
    Client(site).register("UMA", 409, "username-taken")
    rename(vic, "uma", 409, "username-taken")
    last = vic.get("/v1/events").json()["events"][-1]
    assert (last["type"], last["data"]["user"]["username"]) == ("account.renamed", "Umbra"), last
    assert Client(site).log_in("umbra")["account"]["id"] == uma.account["id"]
    assert "username.changed" in uma.kinds()


def png(width, height, *extra):
    """A picture (PNG, third edition) with these chunks beside its pixels."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = b"\0" + b"\x20\x80\xc0" * width
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), *extra,
              (b"IDAT", zlib.compress(row * height)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in chunks)


def avatar(site):
    ava, bea = Person(site, "ava"), Person(site, "bea")
    default = ava.me()["avatar_url"]
    assert default == "/media/avatars/default.png"

    def put(picture, status=200, code=None):
        return ava.call("PUT", "/v1/me/avatar", status, code, data=picture)

    put(b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", 422, "unsupported-picture")
    put(png(4, 4)[:50], 422, "damaged-picture")
    put(png(4097, 1), 413, "picture-too-large")
    url = put(png(640, 400, (b"tEXt", b"Comment\0where it was taken"))).json()["avatar_url"]
    assert url == ava.me()["avatar_url"]
    found = bea.get("/v1/users/ava/avatar", 302)
    assert found.headers["Location"] == url, found.headers

    seen = Client(site).get(url)
    assert seen.headers["Content-Type"] == "image/png"
    assert seen.headers["X-Content-Type-Options"] == "nosniff"
    assert seen.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert struct.unpack(">II", seen.content[16:24]) == (512, 512)
    assert b"where it was taken" not in seen.content
    assert Client(site).get(default).content[:8] == b"\x89PNG\r\n\x1a\n"
    ava.call("DELETE", "/v1/me/avatar", 204)
    Client(site).get(url, 404)
    assert ava.me()["avatar_url"] == default


def settings(site):
    pia = Person(site, "pia")
    first = pia.get("/v1/me/settings")
    usual = {"discoverable": True, "show_presence": True, "messages_from": "everyone", "send_receipts": True}
    assert first.json() == usual, first.text
    tag = {"If-Match": first.headers["ETag"]}

    def patch(body, status=200, code=None, headers=()):
        return pia.call("PATCH", "/v1/me/settings", status, code, headers=headers, json=body)

    assert patch({"messages_from": "nobody"}, headers=tag).json()["messages_from"] == "nobody"
    # Another device was quicker.
    patch({"discoverable": False}, 412, "precondition-failed", headers=tag)
    patch({"discoverable": "no"}, 400, "wrong-type")
    patch({"admin": True}, 400, "unknown-field")
    quin = Person(site, "quin")
    quin.post("/v1/conversations", {"username": "pia"}, 403, "takes-no-messages")
    patch({"messages_from": "everyone"})
    conversation = quin.post("/v1/conversations", {"username": "pia"}, 201).json()["id"]
    patch({"messages_from": "nobody"})
    message = {"client_id": "q1", "format": "text", "body": "hello?"}
    quin.post(f"/v1/conversations/{conversation}/messages", message, 403, "takes-no-messages")


def key_backup(site):
    kay = Person(site, "kay")
    path = "/v1/me/key-backup"

    def put(body, status, code=None, **condition):
        headers = {name.replace("_", "-"): value for name, value in condition.items()}
        return kay.call("PUT", path, status, code, headers=headers, data=body).headers.get("ETag")

    kay.get(path, 404)
    put(b"generation 1", 428, "precondition-required")
    first = put(b"generation 1", 201, If_None_Match="*")
    put(b"another device", 412, "precondition-failed", If_None_Match="*")
    tag = first
    for number in range(2, 8):
        tag = put(b"generation %d" % number, 204, If_Match=tag)
    put(b"another device", 412, "precondition-failed", If_Match=first)
    newest = kay.get(path)
    assert (newest.content, newest.headers["ETag"]) == (b"generation 7", tag)
    assert newest.headers["Key-Backup-Generation"] == "7"
    for number, status in [(2, 404), (3, 200), (7, 200), (8, 404)]:
        kept = kay.get(f"{path}?generation={number}", status)
        assert status == 404 or kept.content == b"generation %d" % number
    assert {"key-backup.read", "key-backup.replaced"} <= set(kay.kinds())


def export(site):
    wes, xena = Person(site, "wes", "wes@mail.example"), Person(site, "xena")
    conversation = wes.post("/v1/conversations", {"username": "xena"}, 201).json()["id"]
    for person, text in [(wes, "first"), (xena, "second")]:
        message = {"client_id": text, "format": "text", "body": text}
        person.post(f"/v1/conversations/{conversation}/messages", message, 201)
    plain = bytes(range(256)) * 300
    file = wes.call("POST", "/v1/files?name=plan.bin", 201, data=plain,
                    headers={"Content-Type": "application/octet-stream"}).json()
    xena.call("POST", "/v1/files?name=canary.bin", 201, data=b"canary",
              headers={"Content-Type": "application/octet-stream"})

    answer = wes.get("/v1/me/export")
    assert answer.headers["Content-Type"] == "application/zip" and "Content-Length" not in answer.headers
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None

    def read(name):
        return json.loads(archive.read(name))

    assert read("account.json") == wes.me()
    for name, path in [("sessions", "/v1/sessions"), ("audit", "/v1/me/audit"), ("files", "/v1/files"),
                       ("contacts", "/v1/me/contacts")]:
        assert read(f"{name}.json") == wes.get(path).json()["data"], name
    # Without what stands in the list alone: how much of it is unread.
    assert read("conversations.json") == [wes.get(f"/v1/conversations/{conversation}").json()]
    assert [one["body"] for one in read(f"messages/{conversation}.json")] == ["first", "second"]
    assert archive.read(f"files/{file['id']}/plan.bin") == plain
    assert b"canary" not in b"".join(archive.read(name) for name in archive.namelist())
    assert "canary" not in " ".join(archive.namelist())
    assert wes.kinds().count("account.exported") == 1


def audit_trail(site):
    """The whole story of one account, in its order."""
    zoe = Person(site, "zoe", "zoe@mail.example")
    zoe.switch_totp_on()
    key = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    key = zoe.post("/v1/me/keys", {"use": "sign", "jwk": key}, 201).json()
    zoe.call("DELETE", f"/v1/me/keys/{key['id']}", 204)
    file = zoe.call("POST", "/v1/files", 201, data=b"x", headers={"Content-Type": "text/plain"}).json()
    zoe.get(f"/v1/files/{file['id']}/key")
    app = zoe.post("/v1/me/app-passwords", {"name": "x", "dialect": "vault"}, 201).json()
    zoe.told("An app password was made")
    events = zoe.get("/v1/me/audit").json()["data"]
    # Newest first. Within a millisecond there is no order.
    assert [event["kind"] for event in reversed(events)] == [
        "account.registered", "login.succeeded", "email.verified", "factor.added", "key.published", "key.revoked",
        "file.key-disclosed", "app-password.added"], events
    by_kind = {event["kind"]: event for event in events}
    for kind, subject in [("key.published", key), ("key.revoked", key), ("file.key-disclosed", file),
                          ("app-password.added", app)]:
        event = by_kind[kind]
        assert event["subject_id"] == subject["id"], event
        assert (event["session_id"], event["dialect"]) == (zoe.opened["session_id"], "native"), event
    assert app["app_password"] not in json.dumps(events)
    first = zoe.get("/v1/me/audit?limit=3").json()
    rest = zoe.get(f"/v1/me/audit?limit=100&cursor={first['next_cursor']}").json()
    assert first["data"] + rest["data"] == events and rest["next_cursor"] is None


def leaving(site):
    leo, mary = Person(site, "leo", "leo@mail.example"), Person(site, "mary")
    conversation = leo.post("/v1/conversations", {"username": "mary"}, 201).json()["id"]
    file = leo.call("POST", "/v1/files", 201, data=b"x", headers={"Content-Type": "text/plain"}).json()
    picture = leo.call("PUT", "/v1/me/avatar", 200, data=png(8, 8)).json()["avatar_url"]
    other = leo.log_in("leo")
    messenger = leo.enter_messenger("leo", "correct horse battery")["access_token"]
    leo.call("DELETE", "/v1/me", 204)
    leo.told("Your account was deleted")
    for token in (leo.token, other["access_token"]):
        leo.get("/v1/me", 401, token=token)
        leo.get(f"/v1/files/{file['id']}/content", 401, token=token)
    assert not leo.is_in_messenger(messenger)
    leo.post("/v1/sessions/refresh", {"refresh_token": other["refresh_token"]}, 401, "invalid-refresh-token")
    stranger = Client(site)
    stranger.log_in("leo", status=401, code="wrong-credentials")
    stranger.register("Leo", 409, "username-taken")
    stranger.get(picture, 404)
    mary.get("/v1/users/leo", 404)
    mary.get(f"/v1/conversations/{conversation}", 404)
    last = mary.get("/v1/events").json()["events"][-1]
    assert (last["type"], last["data"]) == ("account.deleted", {"id": leo.account["id"]}), last


ALL = [username, avatar, settings, key_backup, export, audit_trail, leaving]
