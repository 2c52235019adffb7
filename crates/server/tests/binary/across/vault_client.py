"""A client of dialect `vault` (document 004): credentials in headers, files in and out as Fernet tokens."""

from cryptography.fernet import Fernet

from server import Refused, expect


class Vault:
    NAME = "vault"

    def __init__(self, server, person, password=None):
        self.server, self.person = server, person
        headers = {"User_Name": person.name, "User_Password": password or person.password}
        answer = server.call("GET", "/login", headers=headers)
        if answer.status_code != 200:
            raise Refused(answer)
        self.token = answer.text

    @staticmethod
    def register(server, person):
        headers = {"New_User_Name": person.name, "New_User_Password": person.password}
        made = expect(server.call("POST", "/registration", headers=headers))
        assert made.text == f"Registration user {person.name} is done!", made.text

    def call(self, method, path, status=200, **options):
        headers = {"x-access-tokens": self.token, "Content-Type": "application/octet-stream"}
        return expect(self.server.call(method, path, headers=headers, **options), status)

    def who(self):
        said = self.call("GET", "/test_login").text
        assert said.startswith("Login is OK, your name: "), said
        return said.removeprefix("Login is OK, your name: ")

    def load(self, content):
        """The file's id."""
        return self.call("POST", "/load", data=content).text

    def download(self, file):
        return self.call("GET", f"/download/{file}").content

    def open(self, file):
        """The content, with the key that the owner alone gets."""
        return Fernet(self.call("GET", f"/get_crypto_key/{file}").text).decrypt(self.download(file))

    def gets_no_key(self, file):
        self.call("GET", f"/get_crypto_key/{file}", 404)
