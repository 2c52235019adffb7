"""A client of dialect `mailbox` (document 003): sessions of five minutes in cookies, messages that wait."""

from server import Refused, expect


class Mailbox:
    NAME = "mailbox"

    def __init__(self, server, person, password=None):
        self.server, self.person = server, person
        body = {"username": person.name, "password": password or person.password}
        answer = server.call("POST", "/authenticate", json=body)
        if answer.status_code != 200:
            raise Refused(answer)
        self.session = answer.json()["session_id"]

    @staticmethod
    def register(server, person):
        blanks = {"question": "Fyyyill in de ____ hooman.", "answer": "blanks"}
        made = expect(server.call("POST", "/create_user", json={
            "username": person.name, "password": person.password, "public_key": person.public_pem,
            "dict_fill_in_the_blanks": blanks}))
        assert made.text == "OK", made.text

    def call(self, path, status=200, **options):
        cookies = {"username": self.person.name, "session_id": self.session}
        return expect(self.server.call("POST", path, cookies=cookies, **options), status)

    def who(self):
        # The cookie must be that of its session.
        self.call("/download_messages")
        return self.person.name

    def key_of(self, name):
        return self.call("/get_public_key", json={"username": name}).json()["public_key"]

    def reset_key(self):
        """Another key, which this person alone has."""
        self.person.new_key()
        body = {"password": self.person.password, "new_public_key": self.person.public_pem}
        assert self.call("/reset_public_key", json=body).text == "OK"

    def send(self, name, text):
        self.call("/upload_message", json={
            "username": self.person.name, "destname": name, "message_text": text, "timestamp": 1643365746,
            "session_id": self.session})

    def fetch(self):
        """What waited, which is gone with that."""
        found = self.call("/download_messages").json()
        assert all(message["timestamp"] == 1643365746 for message in found), found
        return {(message["sendername"], message["message_text"]) for message in found}
