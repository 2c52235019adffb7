"""A client of the native API, `/v1`."""

from server import Refused, expect


class Native:
    NAME = "native"

    def __init__(self, server, person, password=None):
        self.server, self.person = server, person
        answer = server.call("POST", "/v1/sessions", json={
            "identifier": person.name, "password": password or person.password})
        if answer.status_code == 401 and answer.json()["code"] == "second-factor-required":
            self.ticket = answer.json()["ticket"]
        if answer.status_code != 201:
            raise Refused(answer)
        self.take(answer)

    def take(self, answer):
        self.token = answer.json()["access_token"]

    @classmethod
    def by_mailed_code(cls, server, person):
        """Logs in with both steps."""
        self = cls.__new__(cls)
        self.server, self.person = server, person
        begun = server.call("POST", "/v1/sessions", json={"identifier": person.name, "password": person.password})
        assert "email" in str(expect(begun, 401).json()["factors"]), begun.text
        ticket = begun.json()["ticket"]
        expect(server.call("POST", "/v1/email-codes", json={"ticket": ticket}), 202)
        code = server.code(person.address)
        self.take(expect(server.call("POST", "/v1/sessions/factors", json={"ticket": ticket, "code": code}), 201))
        return self

    def call(self, method, path, status=200, **options):
        headers = {"Authorization": f"Bearer {self.token}"}
        return expect(self.server.call(method, path, headers=headers, **options), status)

    def get(self, path):
        return self.call("GET", path).json()

    def who(self):
        return self.get("/v1/me")["username"]

    def prove_address(self):
        """So that the person can be found by it."""
        self.call("POST", "/v1/me/email", 202, json={"email": self.person.address})
        self.call("POST", "/v1/me/email/verify", 200, json={"code": self.server.code(self.person.address)})

    def new_app_password(self, dialect):
        body = {"name": f"my {dialect} program", "dialect": dialect}
        if dialect == "channel":
            body["password"] = self.person.password
        return self.call("POST", "/v1/me/app-passwords", 201, json=body).json()["app_password"]

    def events(self):
        """All that ever happened to this account."""
        found, after = [], 0
        while some := self.get(f"/v1/events?after={after}")["events"]:
            found, after = found + some, some[-1]["offset"]
        return found

    def messages(self, form):
        """What is in the inbox in this format: from whom, and the body; what is gone is left out."""
        messages = [event["data"] for event in self.events() if event["type"] == "message.created"]
        return {(one["sender"]["username"], one["body"]) for one in messages if one and one["format"] == form}

    def key_history(self, name):
        found, cursor = [], ""
        while True:
            # Small pages, so that there are several.
            page = self.get(f"/v1/users/{name}/keys/history?limit=2{cursor}")
            found += page["data"]
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"
