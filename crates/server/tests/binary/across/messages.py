"""Everyone writes to everyone, in every dialect that has messages, and it is in the native inbox of whoever gets it."""

import json
import time

from channel_client import Channel
from mailbox_client import Mailbox
from messenger_client import Messenger
from native_client import Native
from social_client import Social, hear, say
from vault_client import Vault


def inbox(story, person, form):
    return story.by(Native, person).messages(form)


def until(true, seconds=10):
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds
        time.sleep(0.02)


def letter(sender, receiver):
    return f"from {sender.name} to {receiver.name}"


def by_messenger(story):
    sent = {}
    for sender, receiver in story.pairs():
        body = story.by(Messenger, sender).send(receiver.name, letter(sender, receiver))
        sent[sender.name, receiver.name] = body
    for sender, receiver in story.pairs():
        client = story.by(Messenger, receiver)
        assert client.read(sender.name) == [letter(sender, receiver)]
    for receiver in story.people:
        found = {sender: json.loads(body) for sender, body in inbox(story, receiver, "messenger") if sender != receiver.name}
        assert found == {one: body for (one, other), body in sent.items() if other == receiver.name}, found
        # The receiver's key opens what is in the native inbox.
        client = story.by(Messenger, receiver)
        assert {client.open(body) for body in found.values()} == {
            letter(sender, receiver) for sender in story.people if sender is not receiver}


def by_mailbox(story):
    clients = {person: Mailbox(story.server, person, getattr(person, "app_passwords", {}).get("mailbox"))
               for person in story.people}
    for sender, receiver in story.pairs():
        clients[sender].send(receiver.name, letter(sender, receiver))
    for receiver in story.people:
        expected = {(sender.name, letter(sender, receiver)) for sender in story.people if sender is not receiver}
        assert inbox(story, receiver, "mailbox") == expected
        assert clients[receiver].fetch() == expected
        # Fetched is gone, here and there: once the server knows that the answer has left, which may be after it has come.
        assert clients[receiver].fetch() == set()
        until(lambda: inbox(story, receiver, "mailbox") == set())


def by_channel(story):
    for sender, receiver in story.pairs():
        sealed = story.by(Channel, sender).encrypt(receiver.name, letter(sender, receiver))
        assert story.by(Channel, receiver).decrypt(sealed) == letter(sender, receiver)
        if sender is story.chandra:
            story.by(Channel, sender).cannot_decrypt(sealed)


def by_social(story):
    names = {person.name for person in story.people}
    chats = {}
    for one, other in story.pairs():
        client = story.by(Social, one)
        assert names <= client.people()
        client.befriend(other.name)
        chat = client.start(other.name)
        assert chats.setdefault(frozenset((one, other)), chat) == chat, "a pair has one conversation"
        with client.enter(chat) as ours, story.by(Social, other).enter(chat) as theirs:
            say(ours, letter(one, other))
            assert hear(ours) == hear(theirs) == (one.name, letter(one, other))
    assert len(set(chats.values())) == len(chats) == 10
    for pair, chat in chats.items():
        one, other = pair
        said = story.by(Social, one).read(chat)
        assert said == story.by(Social, other).read(chat) and len(said) == 2, said
    for person in story.people:
        assert story.by(Social, person).friends() == names - {person.name}
        expected = {(sender.name, letter(sender, receiver)) for sender, receiver in story.pairs()
                    if person in (sender, receiver)}
        assert inbox(story, person, "text") == expected


def files_by_vault(story):
    for person in story.people:
        vault, native = story.by(Vault, person), story.by(Native, person)
        content = f"{person.name}'s own\n".encode() * 5000
        file = vault.load(content)
        assert vault.open(file) == content
        listed = {one["id"]: one for one in native.get("/v1/files")["data"]}
        assert listed[file]["size"] == len(content), listed
        assert native.call("GET", f"/v1/files/{file}/content").content == content
        # The other way round.
        loaded = native.call("POST", "/v1/files", 201, data=content[:100]).json()["id"]
        assert vault.open(loaded) == content[:100]
        for other in story.people:
            if other is not person:
                assert story.by(Vault, other).download(file) == vault.download(file)
                story.by(Vault, other).gets_no_key(file)
                story.by(Native, other).call("GET", f"/v1/files/{file}/content", 404)
