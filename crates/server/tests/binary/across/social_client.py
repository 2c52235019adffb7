"""A client of dialect `social` (document 002): a mailed second step, friends, live chat."""

import json

from websockets.sync.client import connect

from server import Refused, expect


class Social:
    NAME = "social"

    def __init__(self, server, person, password=None, code=""):
        self.server, self.person = server, person
        body = {"username": person.name, "password": password or person.password, "code": code}
        answer = server.call("POST", "/auth/login/", json=body)
        if answer.status_code != 200:
            raise Refused(answer)
        self.token = answer.json()["token_auth"]

    @staticmethod
    def register(server, person):
        expect(server.call("POST", "/auth/registration/", data={
            "username": person.name, "email": person.address, "password1": person.password,
            "password2": person.password}), 201)

    @classmethod
    def by_mailed_code(cls, server, person):
        """Logs in with both steps."""
        expect(server.call("POST", "/twofa/send-code/", json={"username": person.name, "email": person.address}))
        return cls(server, person, code=server.code(person.address))

    @property
    def headers(self):
        return {"Authorization": f"Token {self.token}"}

    def call(self, method, path, status=200, **options):
        return expect(self.server.call(method, path, headers=self.headers, **options), status)

    def who(self):
        # Changes nothing, and tells whose profile it is.
        return self.call("POST", "/users/update/", json={}).json()["username"]

    def people(self):
        return {user["username"] for user in self.call("GET", "/users/user_list/").json()}

    def befriend(self, name):
        added = self.call("POST", "/users/add_friend/", json={"friend_username": name}).json()
        assert added == {"success": True, "message": f"{name} added as friend."}, added

    def friends(self):
        return {user["username"] for user in self.call("GET", "/users/friend_list/").json()}

    def start(self, name):
        """The number of the conversation with this person, who must be connected."""
        return self.call("POST", "/conversations/start/", json={"username": name}).json()["conversation_id"]

    def enter(self, chat):
        """An open socket of the conversation. Nobody waits for the connection to end behind it."""
        url = f"ws://{self.server.address}/ws/chat/{chat}/"
        return connect(url, additional_headers=self.headers, proxy=None, close_timeout=0.1)

    def read(self, chat):
        """What was said, oldest first."""
        said = self.call("GET", f"/conversations/{chat}/").json()["message_set"]
        return [(message["sender"], message["text"]) for message in reversed(said)]


def say(sock, text):
    sock.send(json.dumps({"message": text}))


def hear(sock):
    frame = json.loads(sock.recv(timeout=30))
    return frame["sender"], frame["text"]
