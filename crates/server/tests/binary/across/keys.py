"""Whose key is whose: one ring for all doors."""

from cryptography.hazmat.primitives import serialization
from mailbox_client import Mailbox
from messenger_client import Messenger
from native_client import Native


def same(pem, other):
    read = serialization.load_pem_public_key
    return read(pem.encode()) == read(other.encode())


def lasting(event):
    """All of an event but the key in it, which shows whether it is withdrawn by now."""
    return {name: value for name, value in event.items() if name != "key"}


def publish(story, person):
    body = {"use": "seal", "pem": person.public_pem}
    return story.by(Native, person).call("POST", "/v1/me/keys", 201, json=body).json()


def a_key_of_the_server_is_no_end_to_end_key(story):
    """By now everybody has a key that the server holds, since they came in by dialect `channel`; that is not handed out."""
    stranger = story.by(Messenger, story.mona)
    reader = story.by(Mailbox, story.mabel)
    for person in (story.chandra, story.sofia, story.vera):
        listed = story.by(Native, person).get("/v1/me/keys")["data"]
        assert [key["custody"] for key in listed] == ["server"], listed
        stranger.has_no_key(person.name)
        reader_says = story.server.call("POST", "/get_public_key", json={"username": person.name})
        assert (reader_says.status_code, reader_says.text) == (400, f"Username '{person.name}' doesn't exist!")
        publish(story, person)
        assert same(stranger.meet(person.name)["msg_public_key"], person.public_pem)
    # The key that came in by one door goes out by the other.
    for person in story.people:
        other = story.by(Messenger, story.vera) if person is story.mona else stranger
        assert same(other.meet(person.name)["msg_public_key"], person.public_pem), person.name
        assert same(reader.key_of(person.name), person.public_pem), person.name


def a_reset_shows_everywhere(story):
    """A key reset in `mailbox`, of an account of each dialect."""
    for person in story.people:
        if person is story.sofia:
            # An app password is no password: nothing that needs one is done with it.
            continue
        other = story.mabel if person is story.mona else story.mona
        watcher, native = story.by(Messenger, other), story.by(Native, other)
        before, history = watcher.meet(person.name), native.key_history(person.name)
        Mailbox(story.server, person).reset_key()

        after = watcher.meet(person.name)
        assert same(after["msg_public_key"], person.public_pem)
        assert after["fingerprint"] != before["fingerprint"] and after["key_version"] > before["key_version"]
        assert same(Mailbox(story.server, other).key_of(person.name), person.public_pem)

        told = native.key_history(person.name)
        assert [lasting(event) for event in told][:len(history)] == [lasting(event) for event in history], "what was is not rewritten"
        assert [event["seq"] for event in told] == list(range(1, len(told) + 1))
        assert all(event["asserted_by"] == "server" for event in told), told
        last = told[-1]
        assert (last["operation"], last["seq"]) == ("rotate", after["key_version"]), last
        assert last["key"]["fingerprint"] == after["fingerprint"], last
        gone = next(event["key"] for event in told if event["key"]["fingerprint"] == before["fingerprint"])
        assert (last["replaced_id"], bool(gone["revoked_at"])) == (gone["id"], True), (last, gone)
        # Everybody who talks with them was told, in their native inbox.
        changed = [event["data"] for event in native.events() if event["type"] == "key.changed"]
        changed = [data["key"]["fingerprint"] for data in changed if data["user"]["username"] == person.name]
        assert changed[-1] == after["fingerprint"], changed
        # A new message opens with the new key.
        watcher.send(person.name, "sealed to the new key")
        assert Messenger(story.server, person).open(
            Messenger(story.server, person).call("GET", "/get_messages/", {
                "username": other.name, "from_ts": 0, "to_ts": 0}).json()["messages"][-1]) == "sealed to the new key"
