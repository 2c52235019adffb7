"""People and each other: the directory, contacts, blocks, presence."""

from people import Person


def states(person):
    listed = person.get("/v1/me/contacts").json()["data"]
    return {one["user"]["username"]: one["state"] for one in listed}


def contacts(site):
    abe, bob = Person(site, "abe"), Person(site, "bob")
    asked = abe.call("PUT", "/v1/me/contacts/BOB", 200).json()
    assert (asked["state"], asked["online"]) == ("requested_by_me", None), asked
    assert (states(abe), states(bob)) == ({"bob": "requested_by_me"}, {"abe": "requested_by_them"})
    assert bob.call("PUT", "/v1/me/contacts/abe", 200).json()["state"] == "mutual"
    assert (states(abe), states(bob)) == ({"bob": "mutual"}, {"abe": "mutual"})
    for person in (abe, bob):
        told = [event["type"] for event in person.get("/v1/events").json()["events"]]
        assert told[-2:] == ["contact.requested", "contact.accepted"], told
    abe.call("DELETE", "/v1/me/contacts/bob", 204)
    assert (states(abe), states(bob)) == ({}, {})
    abe.call("PUT", "/v1/me/contacts/abe", 422, "contact-with-oneself")
    abe.call("PUT", "/v1/me/contacts/nobody-here", 404)


def directory(site):
    cleo, finn = Person(site, "cleo", "cleo@mail.example"), Person(site, "finn")
    found = finn.get("/v1/users?q=CLE").json()["data"]
    assert [one["username"] for one in found] == ["cleo"], found
    assert "mail.example" not in str(found)
    cleo.call("PATCH", "/v1/me/settings", 200, json={"discoverable": False})
    assert finn.get("/v1/users?q=cle").json()["data"] == []
    # As if there were nobody, for a stranger; not for whom she asks.
    finn.get("/v1/users/cleo", 404)
    finn.post("/v1/conversations", {"username": "cleo"}, 404)
    cleo.call("PUT", "/v1/me/contacts/finn", 200)
    assert finn.get("/v1/users/cleo").json()["contact"] == "requested_by_them"
    finn.get("/v1/users?q=", 422)


def blocks(site):
    gwen, hugo = Person(site, "gwen"), Person(site, "hugo")
    conversation = hugo.post("/v1/conversations", {"username": "gwen"}, 201).json()["id"]
    hugo.call("PUT", "/v1/me/contacts/gwen", 200)
    gwen.call("PUT", "/v1/me/contacts/hugo", 200)
    gwen.call("PUT", "/v1/me/blocks/hugo", 204)
    assert [one["user"]["username"] for one in gwen.get("/v1/me/blocks").json()["data"]] == ["hugo"]
    assert (states(gwen), states(hugo)) == ({}, {})

    def seen(path, method="GET", **options):
        return hugo.call(method, path, 404, headers={"X-Request-Id": "same"}, **options)

    for method, path in [("GET", "/v1/users/{}"), ("GET", "/v1/users/{}/keys"), ("PUT", "/v1/me/contacts/{}")]:
        blocked, nobody = seen(path.format("gwen"), method), seen(path.format("nobody"), method)
        assert blocked.text == nobody.text, (blocked.text, nobody.text)
    message = {"client_id": "h1", "format": "text", "body": "why?"}
    path = f"/v1/conversations/{conversation}/messages"
    hugo.post(path, message, 403, "takes-no-messages")
    gwen.post(path, message, 403, "user-blocked")
    gwen.call("DELETE", "/v1/me/blocks/hugo", 204)
    hugo.post(path, message, 201)


def presence(site):
    ivy, jack, stranger = (Person(site, name) for name in ("ivy", "jack", "stan"))
    ivy.call("PUT", "/v1/me/contacts/jack", 200)
    jack.call("PUT", "/v1/me/contacts/ivy", 200)

    def sees(person):
        return person.get("/v1/users/jack").json()["online"]

    assert (sees(ivy), sees(stranger)) == (True, None)
    jack.call("PATCH", "/v1/me/settings", 200, json={"show_presence": False})
    assert sees(ivy) is None
    jack.call("PATCH", "/v1/me/settings", 200, json={"show_presence": True})
    assert sees(ivy) is True
    jack.call("DELETE", "/v1/sessions/current", 204)
    assert sees(ivy) is False
    jack.enter()
    assert sees(ivy) is True


ALL = [contacts, directory, blocks, presence]
