"""All of document 001, in the order in which somebody would meet it.

    play.py BASE MAIL_FOLDER gcm|ecb
"""

import base64
import email
import email.policy
import json
import pathlib
import re
import sys
import time

from client import Ecb, Gcm, Session, post

BASE, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
CIPHER = {"gcm": Gcm, "ecb": Ecb}[sys.argv[3]]
PASSWORD, OTHER, THIRD = "Your_secure_pa$$w0rd", "An0ther_password", "A_th1rd_password"
NO_AUTHORIZATION = (201, "No authorization")
DONE = (200, None)


def session():
    return Session(BASE, CIPHER)


def mails(address, subject):
    """The mails to this address with this subject."""
    found = []
    for path in FOLDER.rglob("*.eml"):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if mail["To"].addresses[0].addr_spec == address and str(mail["Subject"]).endswith(subject):
            found.append(mail.get_body(("plain",)).get_content())
    return found


def wait_for_mail(address, subject):
    for _ in range(300):
        found = mails(address, subject)
        if found:
            return found[-1]
        time.sleep(0.1)
    raise AssertionError(f"no mail {subject}")


def register(name):
    client = session()
    said = client.say(
        "/register_user", username=name, email=f"{name}@example.org", password=PASSWORD
    )
    assert said == DONE, said
    return client


def messages(alice, bob):
    sealed = alice.encrypt("bob", "Hello, Bób \U0001f600")
    head = sealed.split(".")[0]
    head = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    assert (head["alg"], head["enc"]) == ("RSA-OAEP-256", "A256GCM"), head
    assert bob.say("/decrypt", message=sealed) == (200, "Hello, Bób \U0001f600")
    assert alice.say("/decrypt", message=sealed) == NO_AUTHORIZATION
    assert alice.say("/encrypt/nobody", message="x") == (201, "User is not found")
    assert session().say("/encrypt/bob", message="x") == NO_AUTHORIZATION
    return sealed


def sessions(alice):
    used = alice.session_key
    status, _ = alice.send("/decrypt")
    assert status == 201
    refused = post(f"{BASE}/decrypt/", {"session_key": used})
    assert refused == (404, "Session not found!"), refused
    # Nothing in it, and nothing that opens: the session goes on.
    for fields in ({}, {"message": "AAAA"}, {"message": 7}):
        status, said = alice.send("/decrypt", **fields)
        assert (status, said["error"]) == (201, "Bad request")
    Session(BASE, CIPHER, as_hex=False)
    refused = post(f"{BASE}/create_session_key", {"public_key": "00"})
    assert refused == (404, "Error!"), refused


def changes(bob, sealed):
    assert session().say("/change_password", password=PASSWORD, new_password=OTHER) == (
        401,
        "No authorization",
    )
    said = bob.say("/change_password", password=OTHER, new_password=OTHER)
    assert said == (201, "Password is wrong"), said
    said = bob.say("/change_password", password=PASSWORD, new_password="weak")
    assert said == (201, "Password format not corrected"), said
    assert bob.say("/change_password", password=PASSWORD, new_password=OTHER) == DONE
    assert bob.say("/decrypt", message=sealed)[0] == 200
    said = bob.say("/change_username", new_username="alice", password=OTHER)
    assert said == (201, "Username is busy"), said
    assert bob.say("/change_username", new_username="robert", password=OTHER) == DONE
    again = session()
    login = {"email": "bob@example.org"}
    assert again.say("/login_user", password=PASSWORD, **login) == (201, "Password is wrong")
    assert again.say("/login_user", password=OTHER, **login) == DONE
    assert again.say("/decrypt", message=sealed)[0] == 200


def recovery(bob, sealed):
    client = session()
    login = {"email": "bob@example.org"}
    for _ in range(5):
        said = client.say("/login_user", password=THIRD, **login)
        assert said == (201, "Password is wrong"), said
    blocked = (202, "Account block. Change the password!")
    assert client.say("/login_user", password=OTHER, **login) == blocked

    assert client.say("/confirm_forgot_password", code="AAAAAA") == (201, "Invalid session")
    assert client.say("/forgot_password", **login) == DONE
    text = wait_for_mail("bob@example.org", "Reset password")
    (code,) = re.findall(r"^    ([0-9A-Z]{6})\s*$", text, re.MULTILINE)
    assert session().say("/confirm_forgot_password", code=code) == (201, "Invalid session")
    wrong = "000000" if code != "000000" else "000001"
    assert client.say("/confirm_forgot_password", code=wrong) == (201, "Invalid code")
    assert client.say("/final_forgot_password", new_password=THIRD) == (201, "Invalid session")
    assert client.say("/confirm_forgot_password", code=code) == DONE
    said = client.send("/final_forgot_password", new_password=client.seal("new_password", THIRD))
    assert (said[0], said[1]["key_replaced"]) == (200, True), said
    wait_for_mail("bob@example.org", "Your key was replaced")

    assert bob.say("/decrypt", message=sealed) == NO_AUTHORIZATION
    assert client.say("/login_user", password=THIRD, **login) == DONE
    # The old key went with the old password.
    assert client.say("/decrypt", message=sealed) == NO_AUTHORIZATION
    sealed = client.encrypt("robert", "anew")
    assert client.say("/decrypt", message=sealed) == (200, "anew")


alice, bob = register("alice"), register("bob")
to_bob = messages(alice, bob)
sessions(alice)
changes(bob, to_bob)
recovery(bob, to_bob)
print("document 001 played")
