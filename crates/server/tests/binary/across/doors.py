"""Five registrations, six doors."""

from messenger_client import Messenger
from native_client import Native
from server import Person, Refused
from social_client import Social
from vault_client import Vault


def each_account_is_made_in_a_dialect_of_its_own(story):
    for dialect, person in zip(story.dialects, story.people):
        dialect.register(story.server, person)


def enter(story, door, person):
    """In by a door: with the password, or with what an account with the mailed step has in its place."""
    if person is not story.sofia:
        return door(story.server, person)
    if hasattr(door, "by_mailed_code"):
        return door.by_mailed_code(story.server, person)
    return door(story.server, person, person.app_passwords[door.NAME])


def every_account_comes_in_by_every_door(story):
    """Thirty ways."""
    for person in story.people:
        native = enter(story, Native, person)
        if person not in (story.chandra, story.sofia):
            # Dialect `channel` knows people by their address. It takes one that was proved.
            native.prove_address()
        for door in story.doors:
            client = native if door is Native else enter(story, door, person)
            assert client.who() == person.name, (door.NAME, person.name)
            story.inside[door.NAME, person.name] = client
    for person in story.people:
        for door in story.doors:
            assert story.by(door, person).who() == person.name, "a login ends no other"


def wrong_passwords_are_counted_together(story):
    """Trying the sixth through another door does not help."""
    victim = Person("victoria")
    Vault.register(story.server, victim)
    for door in [*[door for door in story.doors if door.NAME != "channel"], *[None] * 3]:
        try:
            (door or Vault)(story.server, victim, "a_wrong_Pa$$w0rd")
        except Refused as refused:
            last = refused
    # Five were looked at.
    assert last.status == 429, last
    for door in (Messenger, Native, Social):
        try:
            door(story.server, victim)
            raise AssertionError(f"{door.NAME} checked a password beyond the count")
        except Refused as refused:
            assert refused.status == 429, (door.NAME, refused)
