"""Two people do everything that dialect `messenger` has, with libraries that know nothing of this server.

    pip install requests cryptography websockets
    python3 crates/server/tests/binary/messenger/play.py target/debug/sealpost [postgres://...]

Starts the program it is given in a temporary folder, and ends with `all is well`.
"""

import datetime
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat, PublicFormat

from websockets.exceptions import InvalidStatus

from people import Person, Site, new_key


def seconds(message):
    """A date as the next `from_ts`."""
    text = message["date"]["$date"]
    assert len(text) == 24 and text.endswith("Z"), text
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def they_write_to_each_other(alice, bob):
    found = alice.meet(bob)
    own = bob.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    assert found["msg_public_key"] == own
    bob.meet(alice)
    texts = ["hello", "how are you? \U0001f984", "x" * 20_000]
    letters = [alice.write(bob, text) for text in texts]
    assert bob.read(alice) == texts
    # Byte for byte.
    for letter, message in zip(letters, bob.fetch(alice)):
        assert (message["msg"], message["sign"], message["key"]) == (
            letter["message"], letter["signature"], letter["key"])
    assert alice.read(bob) == [], "one does not get one's own"
    bob.write(alice, "well, thanks")
    assert alice.read(bob) == ["well, thanks"]
    # The answer was lost, and the client sends it again.
    assert alice.do("/send_message", letters[0]) == {"msg": "OK"}
    assert bob.read(alice) == texts


def dates_lead_on(alice, bob):
    messages = bob.fetch(alice)
    dates = [seconds(message) for message in messages]
    assert dates == sorted(set(dates)), dates
    assert abs(dates[-1] - time.time()) < 120
    for at, date in enumerate(dates):
        assert bob.fetch(alice, from_ts=date) == messages[at + 1:]
        assert bob.fetch(alice, to_ts=date) == messages[:at + 1]
    query = {"username": "alice", "from_ts": dates[0], "to_ts": dates[1]}
    found = bob.ask("GET", "/get_messages", token=bob.access, params=query)
    assert found == {"messages": messages[1:2]}
    # Many at once: read on from the last date, nothing is missed and nothing comes twice.
    texts = [f"number {number}" for number in range(40)]
    for text in texts:
        alice.write(bob, text)
    read, after = [], dates[-1]
    while some := bob.fetch(alice, from_ts=after)[:7]:
        read += [bob.open(alice, message) for message in some]
        after = seconds(some[-1])
    assert read == texts


def what_is_acknowledged_is_gone(alice, bob):
    messages = bob.fetch(alice)
    for _ in range(2):
        assert bob.ack(alice, messages[0]) == {"msg": "OK"}
    assert bob.fetch(alice) == messages[1:]
    alice.ack(bob, messages[1], status=404)
    for message in messages[1:]:
        bob.ack(alice, message)
    assert bob.fetch(alice) == []


def notifications_come(alice, bob):
    with bob.listen() as before:
        assert before.is_silent(), "everything was acknowledged"
        first = alice.write(bob, "one")
        [(username, one)] = before.hear(1)
        assert username == "alice" and one.isdecimal(), one
        alice.write(bob, "two")
        alice.write(bob, "three")
        [(_, two), (_, three)] = before.hear(2)
        assert int(one) < int(two) < int(three)
        before.socket.send("what a client says is passed over")
    with bob.listen() as all_of_them:
        assert [number for _, number in all_of_them.hear(3)] == [one, two, three]
    # In any order, as a number or as a text.
    assert bob.see(int(three)) == {"msg": "OK"}
    assert bob.see(three) == {"msg": "OK"}
    bob.ack(alice, {"sign": first["signature"]})
    alice.see(two, status=404)
    with bob.listen() as rest:
        assert rest.hear(1) == [("alice", two)]
        assert rest.is_silent()
    assert bob.read(alice) == ["two", "three"], "a notification is not the message"
    bob.see(two)
    with bob.listen() as nothing:
        assert nothing.is_silent()


def five_may_listen(alice, bob):
    listeners = [bob.listen() for _ in range(5)]
    try:
        bob.listen()
        raise AssertionError("a sixth listener")
    except InvalidStatus as refused:
        assert refused.response.status_code == 429, refused
        assert refused.response.headers["Retry-After"] == "10"
    with alice.listen():
        pass
    for listener in listeners:
        listener.close()


def privacy(alice, bob):
    letter = alice.seal(bob, "may I?")
    for off, on in ((False, True), (0, 1)):
        assert bob.do("/update_settings/", {"privacy.messages": off}) == {"msg": "OK"}
        alice.do("/send_message/", letter, status=403)
        alice.do("/start_conversation/", {"username": "bob"}, status=403)
        assert bob.do("/update_settings/", {"privacy.messages": on}) == {"msg": "OK"}
    alice.do("/send_message/", letter)
    assert bob.read(alice)[-1] == "may I?"


def tokens(alice, bob):
    for wrong in (alice.access, "a.b.c"):
        alice.ask("POST", "/refresh_token/", token=wrong, status=401)
    alice.ask("POST", "/refresh_token/", status=401)
    for _ in range(2):
        renewed = alice.ask("POST", "/refresh_token/", token=alice.refresh)
        assert list(renewed) == ["access_token"], renewed
    old, alice.access = alice.access, renewed["access_token"]
    alice.write(bob, "with a new token")
    alice.ask("POST", "/ack/", {}, token=alice.refresh, status=401)
    with alice.listen() as listener:
        assert alice.do("/logout/") == {"msg": "Access token has been revoked."}
        assert listener.close_code() == 4401
    for token in (old, alice.access):
        alice.ask("POST", "/logout/", token=token, status=401)
    alice.ask("POST", "/refresh_token/", token=alice.refresh, status=401)
    alice.log_in()
    alice.write(bob, "and back again")
    assert bob.read(alice)[-2:] == ["with a new token", "and back again"]


def it_outlives_a_kill(alice, bob):
    messages = bob.fetch(alice)
    bob.site.kill()
    bob.site.start()
    assert bob.fetch(alice) == messages
    alice.write(bob, "after the kill")
    assert seconds(bob.fetch(alice)[-1]) > seconds(messages[-1])


def rates_hold(site, key):
    """With the settings that the server has by itself."""
    site.kill()
    site.start(limits=True)
    # Two data keys of three.
    people = [Person(site, name, key, PrivateFormat.PKCS8) for name in ("carol", "dave")]
    carol, dave = people
    carol.meet(dave)
    dave.meet(carol)
    letters = [carol.seal(dave, str(number)) for number in range(30)]
    body = {"username": "carol", "from_ts": 0, "to_ts": 0}
    with ThreadPoolExecutor(8) as at_once:
        sent = list(at_once.map(lambda letter: carol.call("POST", "/send_message/", letter, carol.access), letters))
        asked = list(at_once.map(lambda _: dave.call("GET", "/get_messages/", body, dave.access), range(20)))
    for answers, taken, wait in ((sent, 5, 1), (asked, 10, 6)):
        statuses = [answer.status_code for answer in answers]
        assert set(statuses) == {200, 429} and statuses.count(200) >= taken, statuses
        late = answers[statuses.index(429)]
        assert 1 <= int(late.headers["Retry-After"]) <= wait, late.headers
        assert "too many requests" in late.json()["msg"], late.text
    assert dave.call("POST", "/data_key/", {"username": "dave"}).status_code == 200
    late = dave.call("POST", "/data_key/", {"username": "dave"})
    assert late.status_code == 429 and int(late.headers["Retry-After"]) > 1_000, late.headers


def main():
    program, database = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
    keys = [new_key(), new_key()]
    with Site(program, database) as site:
        alice = Person(site, "alice", keys[0], PrivateFormat.TraditionalOpenSSL)
        bob = Person(site, "bob", keys[1], PrivateFormat.PKCS8)
        alice.log_in()
        parts = (they_write_to_each_other, dates_lead_on, what_is_acknowledged_is_gone, notifications_come,
                 five_may_listen, privacy, tokens, it_outlives_a_kill)
        for part in parts:
            try:
                part(alice, bob)
            except BaseException:
                print(f"--- {part.__name__} failed; the server's log ends with")
                print("\n".join(site.log().splitlines()[-20:]), flush=True)
                raise
        log = site.log()
        for secret in (alice.access, bob.refresh, "Your_secure", bob.fetch(alice)[0]["sign"][:40]):
            assert secret not in log
        rates_hold(site, keys[0])
    print("all is well")


main()
