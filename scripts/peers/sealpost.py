"""Sealpost itself, driven like the others."""

import os
from concurrent.futures import ThreadPoolExecutor

from peers.machine import Cluster, postgres_programs
from peers.peer import MEMBERS, PAIRS, PASSWORD, PEOPLE, HttpSender, Peer, output
from peers.wire import body, call, connect, frame, request


class Sealpost(Peer):
    name = "Sealpost (SQLite)"
    how_to_get = "give its path: scripts/bench-peers target/release/sealpost"
    ready = "/readyz"
    program = None

    @classmethod
    def is_there(cls):
        return cls.program is not None and os.access(cls.program, os.X_OK)

    @classmethod
    def version(cls):
        return output(cls.program, "--version").split()[-1]

    def launch(self):
        here = {
            "SEALPOST_LISTEN": f"127.0.0.1:{self.port}",
            "SEALPOST_DATA_DIR": f"{self.folder}/data",
            "SEALPOST_LIMITS": "off",
            "SEALPOST_LOG": "warn",
        }
        if self.cluster:
            here["SEALPOST_DATABASE_URL"] = f"postgres://bench@127.0.0.1:{self.cluster.port}/postgres"
        return [self.program], self.folder, here

    async def populate(self):
        with ThreadPoolExecutor(4) as several:
            self.tokens = list(several.map(self.arrive, range(PEOPLE)))
        self.pairs = [self.conversation(one, username=f"p{PAIRS + one}") for one in range(PAIRS)]
        self.group = self.conversation(0, members=[f"p{one}" for one in range(1, MEMBERS + 1)])

    def arrive(self, number):
        call(self.port, "POST", "/v1/accounts", {"username": f"p{number}", "password": PASSWORD})
        session = {"identifier": f"p{number}", "password": PASSWORD}
        return call(self.port, "POST", "/v1/sessions", session)["access_token"]

    def conversation(self, whose, **who):
        return call(self.port, "POST", "/v1/conversations", who, self.tokens[whose])["id"]

    async def sender(self, number):
        return await self.sends_to(number, self.pairs[number])

    async def group_sender(self):
        return await self.sends_to(0, self.group)

    async def sends_to(self, number, conversation):
        path, token = f"/v1/conversations/{conversation}/messages", self.tokens[number]

        def build(message):
            content = f'{{"client_id":"m{message}","format":"opaque","body":"{body(message)}"}}'
            return request("POST", path, token, content)

        return await HttpSender(self.port, build).connect()

    async def listener(self, number, on_mark):
        link = await self.idle(number, 0)
        link.watch(on_mark)
        return link

    async def idle(self, number, device):
        """Pings are not answered: no connection here lives as long as the server waits for that."""
        link = await connect(self.port)
        head = request("GET", "/v1/ws", self.tokens[number])[:-2]
        link.write(head + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n")
        link.write(b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        await link.until(rb"HTTP/1.1 101 .*?\r\n\r\n")
        link.write(frame('{"type":"start"}'))
        await link.until(rb'"started".*?\}')
        return link

    async def up(self, content):
        answer = call(self.port, "POST", "/v1/files", content, self.tokens[0])
        return answer["id"]

    async def down(self, place):
        return call(self.port, "GET", f"/v1/files/{place}/content", token=self.tokens[0])


class SealpostOnPostgres(Sealpost):
    name = "Sealpost (PostgreSQL)"

    @classmethod
    def is_there(cls):
        return super().is_there() and postgres_programs() is not None

    def configure(self):
        self.cluster = Cluster(f"{self.folder}/postgres")
