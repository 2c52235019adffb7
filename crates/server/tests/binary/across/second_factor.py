"""With a second factor on, no dialect lets a bare password in."""

import time

import pyotp
from native_client import Native
from server import Refused
from social_client import Social

# What each door says to a wrong password, and to a right one alone.
WRONG = {
    "messenger": (401, '{"msg":"wrong username or password"}'),
    "channel": (201, '"error":"Password is wrong"'),
    "social": (400, '{"error":"Invalid credentials"}'),
    "mailbox": (400, "Wrong username or password!"),
    "vault": (401, "Could not verify"),
}


def is_refused(story, door, person, password, words=None):
    try:
        door(story.server, person, password)
    except Refused as refused:
        status, text = words or WRONG[door.NAME]
        assert refused.status == status and text in refused.text, (door.NAME, refused)
        return
    raise AssertionError(f"{door.NAME} let {person.name} in with {password}")


def first_step(story, person):
    """The native API alone says that the password was right. With that, what was guessed before is forgiven."""
    is_refused(story, Native, person, person.password, (401, "second-factor-required"))


def no_bare_password(story, person):
    for dialect in story.dialects:
        is_refused(story, dialect, person, person.password)
        first_step(story, person)


def only_app_passwords(story, person):
    """Makes one for each dialect; each opens its own."""
    native = person.native
    person.app_passwords = {dialect.NAME: native.new_app_password(dialect.NAME) for dialect in story.dialects}
    for made_for, password in person.app_passwords.items():
        for door in story.dialects:
            if door.NAME == made_for:
                assert door(story.server, person, password).who() == person.name
            else:
                is_refused(story, door, person, password)
                first_step(story, person)
        is_refused(story, Native, person, password, (401, "wrong-credentials"))
        first_step(story, person)


def an_account_of_social_has_the_mailed_step_on(story):
    sofia = story.sofia
    no_bare_password(story, sofia)
    assert Social.by_mailed_code(story.server, sofia).who() == "sofia"
    sofia.native = Native.by_mailed_code(story.server, sofia)


def an_app_password_opens_its_own_dialect_only(story):
    only_app_passwords(story, story.sofia)


def an_authenticator_app_closes_every_door(story):
    """Also those that were open to the password before."""
    vera = story.vera
    vera.native = Native(story.server, vera)
    enrolment = vera.native.call("POST", "/v1/me/factors/totp", 201).json()
    app, now = pyotp.TOTP(enrolment["secret"]), time.time()
    vera.native.call("POST", "/v1/me/factors/totp/confirm", json={"code": app.at(now)})
    no_bare_password(story, vera)
    only_app_passwords(story, vera)
    # Only `social` has a place for a code. Each is good once.
    assert Social(story.server, vera, code=app.at(now + 30)).who() == "vera"
