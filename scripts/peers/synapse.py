"""Synapse, by the Matrix client-server API."""

import hashlib
import hmac
import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

from peers.machine import Cluster, postgres_programs
from peers.peer import MEMBERS, PAIRS, PASSWORD, PEOPLE, HttpSender, Peer, find, output
from peers.wire import MARK, HttpLink, body, call, connect, request

CLIENT = "/_matrix/client/v3"
SECRET = "a secret for figures"
NEXT = re.compile(rb'"next_batch":"([^"]+)"')
ONLY_MESSAGES = {
    "presence": {"types": []},
    "account_data": {"types": []},
    "room": {"ephemeral": {"types": []}, "account_data": {"types": []}, "state": {"lazy_load_members": True}, "timeline": {"limit": 50}},
}


class Synapse(Peer):
    name = "Synapse"
    how_to_get = "python3 -m venv target/peers && target/peers/bin/pip install 'matrix-synapse[postgres]' (needs libpq-dev, postgresql)"
    ready = "/_matrix/client/versions"

    def __init__(self, folder):
        super().__init__(folder)
        self.filters, self.cursors = {}, {}

    @classmethod
    def is_there(cls):
        return find("synapse_homeserver") is not None and postgres_programs() is not None

    @staticmethod
    def version():
        python = os.path.join(os.path.dirname(find("synapse_homeserver")), "python3")
        return output(python, "-c", "from importlib.metadata import version; print(version('matrix-synapse'))").strip()

    def configure(self):
        self.cluster = Cluster(f"{self.folder}/postgres")
        with open(f"{self.folder}/log.json", "w") as file:
            json.dump({"version": 1, "root": {"level": "WARNING"}}, file)
        no_limit = {"per_second": 1_000_000, "burst_count": 1_000_000}
        of_logins = {"address": no_limit, "account": no_limit, "failed_attempts": no_limit}
        of_invites = {"per_room": no_limit, "per_user": no_limit, "per_issuer": no_limit}
        reach = {"host": "127.0.0.1", "port": self.cluster.port, "user": "bench", "dbname": "postgres", "cp_min": 5, "cp_max": 10}
        settings = {
            "server_name": "localhost",
            "listeners": [{"port": self.port, "bind_addresses": ["127.0.0.1"], "type": "http", "resources": [{"names": ["client"]}]}],
            "database": {"name": "psycopg2", "args": reach},
            "log_config": f"{self.folder}/log.json",
            "media_store_path": f"{self.folder}/media",
            "max_upload_size": "128M",
            "signing_key_path": f"{self.folder}/signing.key",
            "trusted_key_servers": [],
            "registration_shared_secret": SECRET,
            "macaroon_secret_key": SECRET,
            "form_secret": SECRET,
            "bcrypt_rounds": 4,
            "presence": {"enabled": False},
            "report_stats": False,
            "rc_message": no_limit,
            "rc_registration": no_limit,
            "rc_login": of_logins,
            "rc_joins": {"local": no_limit, "remote": no_limit},
            "rc_joins_per_room": no_limit,
            "rc_invites": of_invites,
            "rc_room_creation": no_limit,
            "rc_media_create": no_limit,
        }
        with open(f"{self.folder}/homeserver.yaml", "w") as file:
            json.dump(settings, file)  # which is YAML, too
        keys = [find("synapse_homeserver"), "-c", f"{self.folder}/homeserver.yaml", "--generate-keys"]
        subprocess.run(keys, cwd=self.folder, check=True, capture_output=True)

    def launch(self):
        return [find("synapse_homeserver"), "-c", f"{self.folder}/homeserver.yaml"], self.folder

    async def populate(self):
        with ThreadPoolExecutor(4) as several:
            self.tokens = list(several.map(self.arrive, range(PEOPLE)))
            self.pairs = list(several.map(lambda one: self.room(one, [PAIRS + one]), range(PAIRS)))
        self.group = self.room(0, range(1, MEMBERS + 1))

    def arrive(self, number):
        """Shared-secret registration, which answers with a token."""
        path, name = "/_synapse/admin/v1/register", f"p{number}"
        nonce = call(self.port, "GET", path)["nonce"]
        said = "\0".join([nonce, name, PASSWORD, "notadmin"]).encode()
        mac = hmac.new(SECRET.encode(), said, hashlib.sha1).hexdigest()
        account = {"nonce": nonce, "username": name, "password": PASSWORD, "admin": False, "mac": mac}
        return call(self.port, "POST", path, account)["access_token"]

    def room(self, owner, others):
        """Everybody who was invited joins."""
        who = {"preset": "private_chat", "invite": [f"@p{one}:localhost" for one in others]}
        room = call(self.port, "POST", f"{CLIENT}/createRoom", who, self.tokens[owner])["room_id"]
        for one in others:
            call(self.port, "POST", f"{CLIENT}/join/{room}", {}, self.tokens[one])
        return room

    async def sender(self, number):
        return await self.sends_to(number, self.pairs[number])

    async def group_sender(self):
        return await self.sends_to(0, self.group)

    async def sends_to(self, number, room):
        path, token = f"{CLIENT}/rooms/{room}/send/m.room.message", self.tokens[number]

        def build(message):
            return request("PUT", f"{path}/m{message}", token, f'{{"msgtype":"m.text","body":"{body(message)}"}}')

        return await HttpSender(self.port, build).connect()

    async def listener(self, number, on_mark):
        """Sync, again and again (long polling): the next one is asked for as soon as the last is answered."""
        link, first, again = await self.syncing(number)

        def on_answer(problem, content):
            if problem:
                link.transport.abort()
                return
            link.write(again(NEXT.search(content)[1].decode()))
            for match in MARK.finditer(content):
                on_mark(int(match[1]))

        link.on_answer = on_answer
        link.write(first)
        return link

    async def idle(self, number, device):
        link, first, _ = await self.syncing(number)
        link.on_answer = lambda problem, content: None
        link.write(first)
        return link

    async def syncing(self, number):
        """A connection, the request that waits for what comes after all that was seen, and how to make the next."""
        token, link = self.tokens[number], await connect(self.port, HttpLink)
        if number not in self.filters:
            made = call(self.port, "POST", f"{CLIENT}/user/@p{number}:localhost/filter", ONLY_MESSAGES, token)
            self.filters[number] = made["filter_id"]
        path = f"{CLIENT}/sync?filter={self.filters[number]}"
        seen = f"&since={self.cursors[number]}" if number in self.cursors else ""
        answer = await link.ask(request("GET", f"{path}&timeout=0{seen}", token))

        def again(since):
            self.cursors[number] = since
            return request("GET", f"{path}&timeout=30000&since={since}", token)

        return link, again(NEXT.search(answer)[1].decode()), again

    async def up(self, content):
        headers = {"Content-Type": "application/octet-stream"}
        answer = call(self.port, "POST", "/_matrix/media/v3/upload?filename=f.bin", content, self.tokens[0], headers)
        return answer["content_uri"].removeprefix("mxc://")

    async def down(self, place):
        return call(self.port, "GET", f"/_matrix/client/v1/media/download/{place}", token=self.tokens[0])
