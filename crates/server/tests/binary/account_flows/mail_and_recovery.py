"""Mail addresses, and passwords that were forgotten."""

import time

from people import NEW_PASSWORD, PASSWORD, Client, Person

CONFIRM = "Confirm your mail address"


def set_address(person, address, status=202, code=None):
    person.post("/v1/me/email", {"email": address}, status, code)


def verify(person, code, status=200, refusal=None):
    person.post("/v1/me/email/verify", {"code": code}, status, refusal)


def a_mail_address(site):
    eva = Person(site, "eva")
    set_address(eva, "eva@old.example")
    assert eva.me()["email"] is None
    eva.prove_address("eva@old.example")
    # The code of the first keeps a second one waiting for a minute, unless it was used.
    set_address(eva, "eva@new.example")
    assert eva.me()["email"] == "eva@old.example"
    eva.prove_address("eva@new.example")
    notice = site.mail("eva@old.example", "Your mail address was changed")
    assert "eva@new.example" not in notice.raw
    assert eva.log_in("eva@new.example")["account"]["username"] == "eva"
    Client(site).log_in("eva@old.example", status=401, code="wrong-credentials")
    eva.call("DELETE", "/v1/me/email", 204)
    eva.told("Your mail address was changed")
    assert (eva.me()["email"], eva.me()["email_verified"]) == (None, False)
    assert {"email.verified", "email.removed"} <= set(eva.kinds())


def five_tries_use_a_code_up(site):
    fay = Person(site, "fay")
    set_address(fay, "fay@mail.example")
    code = site.mail("fay@mail.example", CONFIRM).code
    for _ in range(5):
        verify(fay, "00000000", 422, "wrong-code")
    verify(fay, code, 422, "wrong-code")
    assert fay.me()["email"] is None


def nobody_learns_who_has_an_address(site):
    Person(site, "hal", "hal@mail.example")
    ida = Person(site, "ida")
    answer = ida.call("POST", "/v1/me/email", 202, json={"email": "hal@mail.example"})
    assert answer.content == b""
    # Who has it hears of it, and gets no code.
    mail = site.mail("hal@mail.example", "You already have an account")
    verify(ida, "00000000", 422, "wrong-code")
    assert "ida" not in mail.text.split()


class Replaced:
    """Codes that newer ones replace, which takes a minute: begun early, and ended at the end."""

    def __init__(self, site):
        self.joe, self.una = Person(site, "joe"), Person(site, "una", "una@mail.example")
        set_address(self.joe, "joe@first.example")
        self.to_first = site.mail("joe@first.example", CONFIRM).code
        set_address(self.joe, "joe@second.example", 429, "too-many-attempts")
        self.una.call("PUT", "/v1/me/factors/email-code", 200)
        self.una.told("A second step was added to your login")
        self.login_code = self.ask_for_login_code()
        self.since = time.monotonic()

    def ask_for_login_code(self):
        self.ticket = self.una.ask_for_second_step("una")["ticket"]
        # Without a ticket, with a name and its address, it is the same.
        body = {"username": "una", "email": "una@mail.example"}
        self.una.post("/v1/email-codes", body, 202)
        return self.una.told("Your login code").code

    def a_newer_code_replaces_an_older(self, site):
        time.sleep(max(0, self.since + 61 - time.monotonic()))
        set_address(self.joe, "joe@second.example")
        second = site.mail("joe@second.example", CONFIRM).code
        verify(self.joe, self.to_first, 422, "wrong-code")
        verify(self.joe, second)
        assert self.joe.me()["email"] == "joe@second.example"

        newer = self.ask_for_login_code()
        if newer != self.login_code:
            self.una.second_step(self.ticket, self.login_code, 401, "wrong-second-factor")
        self.una.second_step(self.ticket, newer)


def recover(site, identifier):
    """The first step, as a stranger."""
    return Client(site).post("/v1/recoveries", {"identifier": identifier}, 202).json()["id"]


def give_code(site, recovery, code, status=200, refusal=None):
    return Client(site).post(f"/v1/recoveries/{recovery}/verify", {"code": code}, status, refusal).json()


def complete(site, recovery, token, status=204, refusal=None, password=NEW_PASSWORD, **more):
    body = {"token": token, "new_password": password, **more}
    Client(site).post(f"/v1/recoveries/{recovery}/complete", body, status, refusal)


def a_forgotten_password(site):
    kim = Person(site, "kim", "kim@mail.example")
    messenger = kim.enter_messenger("kim", PASSWORD)["access_token"]
    app = kim.post("/v1/me/app-passwords", {"name": "x", "dialect": "messenger"}, 201).json()["app_password"]
    kim.told("An app password was made")
    app_session = kim.enter_messenger("kim", app)["access_token"]
    assert kim.is_in_messenger(messenger) and kim.is_in_messenger(app_session)

    recovery = recover(site, "kim")
    code = kim.told("Your recovery code").code
    # No step can be skipped.
    for token in (code, "sprc_" + "0" * 64, ""):
        complete(site, recovery, token, 422, "invalid-recovery-token")
    token = give_code(site, recovery, code.lower())["token"]
    give_code(site, recovery, code, 422, "wrong-code")
    # A password that is refused does not use the token up.
    complete(site, recovery, token, 422, "common-password", password="password1")
    complete(site, recovery, token)
    complete(site, recovery, token, 422, "invalid-recovery-token")
    kim.told("Your password was reset")

    kim.is_out(kim.token)
    kim.post("/v1/sessions/refresh", {"refresh_token": kim.opened["refresh_token"]}, 401, "invalid-refresh-token")
    assert not kim.is_in_messenger(messenger) and not kim.is_in_messenger(app_session)
    Client(site).enter_messenger("kim", app, 401)
    Client(site).log_in("kim", PASSWORD, 401, "wrong-credentials")
    kim.enter(NEW_PASSWORD)
    assert kim.get("/v1/me/app-passwords").json()["data"] == []
    assert {"recovery.started", "password.reset"} <= set(kim.kinds())


def three_wrong_codes_end_a_recovery_and_no_other(site):
    lea = Person(site, "lea", "lea@mail.example")
    victims = recover(site, "lea")
    code = lea.told("Your recovery code").code
    strangers = recover(site, "lea@mail.example")
    other_code = lea.told("Your recovery code").code
    # A code is good for its own recovery alone, and a try is a try.
    give_code(site, strangers, code, 422, "wrong-code")
    for _ in range(2):
        give_code(site, strangers, "00000000", 422, "wrong-code")
    give_code(site, strangers, other_code, 422, "wrong-code")
    assert give_code(site, victims, code)["token"].startswith("sprc_")


def a_reset_never_clears_the_second_factor(site):
    moe = Person(site, "moe", "moe@mail.example")
    app, codes = moe.switch_totp_on()
    recovery = recover(site, "moe")
    token = give_code(site, recovery, moe.told("Your recovery code").code)["token"]
    complete(site, recovery, token, 401, "second-factor-required")
    complete(site, recovery, token, 401, "wrong-second-factor", otp=app.wrong_code())
    complete(site, recovery, token, otp=app.code())
    moe.told("Your password was reset")
    ticket = moe.ask_for_second_step("moe", NEW_PASSWORD)["ticket"]
    moe.second_step(ticket, codes[0])


def look(answer):
    """All that a stranger can tell answers apart by, but for what each has of its own."""
    headers = dict(sorted((name.lower(), value) for name, value in answer.headers.items()))
    own = [headers.pop("x-request-id"), headers.pop("date")]
    text = answer.text
    body = answer.json()
    for name in ("id", "expires_at", "request_id"):
        if name in body:
            own.append(body[name])
    for value in own:
        text = text.replace(value, "…")
    return answer.status_code, headers, text


def known_and_unknown_recover_alike(site):
    nat = Person(site, "nat", "nat@mail.example")
    Person(site, "without")
    stranger = Client(site)
    answers = {}
    for name in ("nat", "NAT", "nat@mail.example", "without", "nobody", "nobody@mail.example", "no body@", ""):
        answers[name] = stranger.call("POST", "/v1/recoveries", 202, json={"identifier": name})
    looks = {name: look(answer) for name, answer in answers.items()}
    assert len(set(map(str, looks.values()))) == 1, looks
    for _ in range(3):
        nat.told("Your recovery code")
    never = "019aa6b0-7c3a-7d52-9a5e-0242ac120002"
    ids = [answers["nat"].json()["id"], answers["nobody"].json()["id"], never]
    wrong = [look(stranger.call("POST", f"/v1/recoveries/{one}/verify", 422, json={"code": "00000000"}))
             for one in ids]
    assert wrong[0] == wrong[1] == wrong[2], wrong


ALL = [a_mail_address, five_tries_use_a_code_up, nobody_learns_who_has_an_address, a_forgotten_password,
       three_wrong_codes_end_a_recovery_and_no_other, a_reset_never_clears_the_second_factor,
       known_and_unknown_recover_alike]
