"""Five clients of five contracts and one of the native API, each with libraries that know nothing of this server: who comes in
by one door is known at all of them.

    pip install requests websockets cryptography pyotp
    python3 crates/server/tests/binary/across/play.py target/debug/sealpost [postgres://...]

Starts the program it is given in a temporary folder, and ends with `everyone reached everyone`.
"""

import sys
import time

from channel_client import Channel
from mailbox_client import Mailbox
from messenger_client import Messenger
from native_client import Native
from server import Person, Server
from social_client import Social
from vault_client import Vault

import doors
import keys
import killed
import messages
import second_factor
import settings
import switched_off

DIALECTS = [Messenger, Channel, Social, Mailbox, Vault]


class Story:
    """The server, and one account of each dialect."""

    def __init__(self, server):
        self.server, self.dialects, self.doors = server, DIALECTS, [*DIALECTS, Native]
        names = ["mona", "chandra", "sofia", "mabel", "vera"]
        self.mona, self.chandra, self.sofia, self.mabel, self.vera = self.people = [Person(name) for name in names]
        # Who is in by which door.
        self.inside = {}

    def by(self, door, person):
        """The client with which this person is in by this door."""
        return self.inside[door.NAME, person.name]

    def pairs(self):
        return [(one, other) for one in self.people for other in self.people if one is not other]


ACTS = [
    doors.each_account_is_made_in_a_dialect_of_its_own,
    second_factor.an_account_of_social_has_the_mailed_step_on,
    second_factor.an_app_password_opens_its_own_dialect_only,
    doors.every_account_comes_in_by_every_door,
    doors.wrong_passwords_are_counted_together,
    keys.a_key_of_the_server_is_no_end_to_end_key,
    messages.by_messenger,
    messages.by_mailbox,
    messages.by_channel,
    messages.by_social,
    messages.files_by_vault,
    keys.a_reset_shows_everywhere,
    settings.changed_at_once,
    second_factor.an_authenticator_app_closes_every_door,
    switched_off.one_after_the_other,
    killed.a_kill_in_mid_rotation,
]


def main():
    server = Server(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
    story = Story(server)
    try:
        server.start()
        for act in ACTS:
            began = time.monotonic()
            try:
                act(story)
            except BaseException:
                print(f"--- {act.__name__} failed; the server's log ends with", flush=True)
                print("\n".join(server.log().splitlines()[-30:]), flush=True)
                raise
            print(f"{act.__name__}: {time.monotonic() - began:.1f} s", flush=True)
        server.stop()
        for person in story.people:
            assert person.password not in server.log(), "a password is in the log"
    finally:
        server.kill()
    print("everyone reached everyone")


main()
