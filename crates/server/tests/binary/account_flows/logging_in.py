"""Making an account, logging in with one step and with two, tokens, app passwords."""

import time

from people import NEW_PASSWORD, PASSWORD, App, Client, Person


def registering(site):
    anybody = Client(site)
    made = anybody.register("Ada", email="ada@mail.example")
    account = made.json()
    assert made.headers["Location"] == "/v1/users/Ada", made.headers
    assert (account["username"], account["email"], account["email_verified"]) == ("Ada", "ada@mail.example", False)
    mail = site.mail("ada@mail.example", "Confirm your mail address")
    anybody.token = anybody.log_in("ADA")["access_token"]
    proved = anybody.post("/v1/me/email/verify", {"code": mail.code.lower()}, 200).json()
    assert proved == account | {"email_verified": True}, proved
    anybody.post("/v1/me/email/verify", {"code": mail.code}, 422, "wrong-code")
    assert anybody.log_in("ada@mail.example")["account"] == proved
    anybody.register("ada", 409, "username-taken")
    anybody.register("ada2", 422, "common-password", password="password1")
    anybody.register("ada2", 422, "invalid-password", password="short")


def nobody_gets_in_without_the_password(site):
    gus = Person(site, "gus")
    stranger = Client(site)
    wrong = [stranger.log_in(name, "wrong horse battery", 401, "wrong-credentials") for name in ("gus", "nobody-here")]
    for problem in wrong:
        del problem["request_id"]
    assert wrong[0] == wrong[1], wrong
    stranger.get("/v1/me", 401, "missing-token")
    stranger.get("/v1/me", 401, "invalid-token", token="garbage")
    assert gus.kinds()[0] == "login.failed"


def refresh_tokens(site):
    person = Person(site, "ray")
    first = person.opened["refresh_token"]
    assert first.startswith("spr_")

    def refresh(token, status=200, code=None):
        return Client(site).post("/v1/sessions/refresh", {"refresh_token": token}, status, code).json()

    second = refresh(first)
    assert second["refresh_token"] != first and second["session_id"] == person.opened["session_id"]
    # The answer was lost: the same successor comes back.
    assert refresh(first)["refresh_token"] == second["refresh_token"]
    third = refresh(second["refresh_token"])
    # Whoever uses the successor has had the answer, so the predecessor is in other hands.
    refresh(first, 401, "refresh-token-reused")
    for token in (person.token, second["access_token"], third["access_token"]):
        person.is_out(token)
    refresh(third["refresh_token"], 401, "invalid-refresh-token")
    person.enter()
    assert "session.refresh-token-reused" in person.kinds()


def sessions(site):
    person = Person(site, "sam")
    other = person.log_in("sam")
    listed = person.get("/v1/sessions").json()["data"]
    assert {one["id"]: one["current"] for one in listed} == {
        person.opened["session_id"]: True, other["session_id"]: False}, listed
    stranger = Person(site, "sid")
    stranger.call("DELETE", f"/v1/sessions/{other['session_id']}", 404)
    person.call("DELETE", f"/v1/sessions/{other['session_id']}", 204)
    person.is_out(other["access_token"])
    person.call("DELETE", "/v1/sessions/current", 204)
    person.is_out(person.token)


def authenticator_app(site):
    tia = Person(site, "tia", "tia@mail.example")
    enrolment = tia.call("POST", "/v1/me/factors/totp", 201).json()
    assert enrolment["otpauth_url"].startswith("otpauth://totp/sealpost.test:tia?"), enrolment
    assert enrolment["qr_svg"].lstrip().startswith(("<svg", "<?xml")), enrolment["qr_svg"][:100]
    app = App(enrolment)
    assert (app.totp.name, app.totp.issuer) == ("tia", "sealpost.test"), vars(app.totp)
    # Until a code of it was given, nothing has changed.
    tia.post("/v1/me/factors/totp/confirm", {"code": app.wrong_code()}, 422, "wrong-code")
    tia.log_in("tia")
    confirmed = tia.post("/v1/me/factors/totp/confirm", {"code": app.code()}, 200).json()
    assert len(confirmed["recovery_codes"]) == 10
    assert "authenticator app" in tia.told("A second step was added to your login").text
    tia.call("POST", "/v1/me/factors/totp", 409, "factor-already-on")

    asked = tia.ask_for_second_step("tia")
    assert sorted(asked["factors"]) == ["recovery-code", "totp"] and asked["ticket"].startswith("spt_"), asked
    # What switched it on is used up, and so is what opened a session.
    tia.second_step(asked["ticket"], app.last_code(), 401, "wrong-second-factor")
    opened = tia.second_step(asked["ticket"], app.code())
    assert opened["account"]["username"] == "tia", opened
    again = tia.ask_for_second_step("tia")
    tia.second_step(again["ticket"], app.last_code(), 401, "wrong-second-factor")
    tia.second_step(asked["ticket"], app.code(), 401, "invalid-ticket")
    assert tia.get("/v1/me", token=opened["access_token"]).json()["username"] == "tia"
    assert "login.second-factor-failed" in tia.kinds() and "factor.added" in tia.kinds()

    tia.call("DELETE", "/v1/me/factors/totp", 204)
    assert "authenticator app" in tia.told("A second step was removed from your login").text
    assert tia.get("/v1/me/factors").json() == {"totp": None, "email_code": None, "recovery_codes": 0}
    tia.log_in("tia")


def recovery_codes(site):
    rhea = Person(site, "rhea", "rhea@mail.example")
    _, codes = rhea.switch_totp_on()
    typed = codes[3].lower().replace("-", " ")
    rhea.second_step(rhea.ask_for_second_step("rhea")["ticket"], typed)
    ticket = rhea.ask_for_second_step("rhea")["ticket"]
    rhea.second_step(ticket, codes[3], 401, "wrong-second-factor")
    assert rhea.get("/v1/me/factors").json()["recovery_codes"] == 9
    fresh = rhea.call("POST", "/v1/me/factors/recovery-codes", 201).json()["recovery_codes"]
    rhea.told("Your recovery codes were replaced")
    assert not set(fresh) & set(codes)
    rhea.second_step(ticket, codes[4], 401, "wrong-second-factor")
    rhea.second_step(ticket, fresh[0])
    assert {"factor.recovery-code-used", "factor.recovery-codes-replaced"} <= set(rhea.kinds())


def ask_for_code(person, ticket):
    person.call("POST", "/v1/email-codes", 202, json={"ticket": ticket})


def mailed_codes(site):
    mia = Person(site, "mia", "mia@mail.example")
    assert len(mia.call("PUT", "/v1/me/factors/email-code", 200).json()["recovery_codes"]) == 10
    assert "by mail" in mia.told("A second step was added to your login").text
    # The address that the codes go to stays.
    mia.call("DELETE", "/v1/me/email", 409, "email-is-second-factor")
    asked = mia.ask_for_second_step("mia")
    assert sorted(asked["factors"]) == ["email-code", "recovery-code"], asked
    ask_for_code(mia, asked["ticket"])
    code = mia.told("Your login code").code
    assert len(code) == 6 and code.isdigit(), code
    # Asked again within the minute: no other code, no other mail.
    ask_for_code(mia, asked["ticket"])
    mia.second_step(asked["ticket"], code)
    ticket = mia.ask_for_second_step("mia")["ticket"]
    mia.second_step(ticket, code, 401, "wrong-second-factor")


def five_tries_use_a_mailed_code_up(site):
    max_ = Person(site, "max", "max@mail.example")
    max_.call("PUT", "/v1/me/factors/email-code", 200)
    max_.told("A second step was added to your login")
    ticket = max_.ask_for_second_step("max")["ticket"]
    ask_for_code(max_, ticket)
    code = max_.told("Your login code").code
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(5):
        max_.second_step(ticket, wrong, 401, "wrong-second-factor")
    time.sleep(1.1)
    # Neither the ticket nor the code has a try left.
    max_.second_step(ticket, code, 401, "invalid-ticket")
    max_.second_step(max_.ask_for_second_step("max")["ticket"], code, 401, "wrong-second-factor")


def app_passwords(site):
    ann = Person(site, "ann", "ann@mail.example")
    path = "/v1/me/app-passwords"

    def make(dialect, status=201, code=None, **more):
        return ann.post(path, {"name": f"for {dialect}", "dialect": dialect, **more}, status, code).json()

    make("native", 422, "native-dialect")
    make("channel", 422, "password-needed")
    make("channel", 403, "wrong-password", password="wrong horse battery")
    messenger, vault, channel = make("messenger"), make("vault"), make("channel", password=PASSWORD)
    for _ in range(3):
        ann.told("An app password was made")
    ann.switch_totp_on()
    anybody = Client(site)
    # The dialect has no place for the second step: the account's password does not open it, nor does that of another.
    for refused in (PASSWORD, vault["app_password"], channel["app_password"]):
        anybody.enter_messenger("ann", refused, 401)
    anybody.log_in("ann", messenger["app_password"], 401, "wrong-credentials")
    entered = anybody.enter_messenger("ann", messenger["app_password"])["access_token"]
    assert anybody.is_in_messenger(entered)
    # Nor is it a key to the native API.
    anybody.get("/v1/me", 401, token=entered)

    listed = {one["id"]: one for one in ann.get(path).json()["data"]}
    assert messenger["app_password"] not in str(listed)
    assert [bool(listed[made["id"]]["last_used_at"]) for made in (messenger, vault, channel)] == [True, False, False]
    Person(site, "ned").call("DELETE", f"{path}/{messenger['id']}", 404)
    ann.call("DELETE", f"{path}/{messenger['id']}", 204)
    assert not anybody.is_in_messenger(entered)
    anybody.enter_messenger("ann", messenger["app_password"], 401)
    assert {"app-password.added", "app-password.revoked"} <= set(ann.kinds())


def a_password_change_ends_every_other_token(site):
    pam = Person(site, "pam", "pam@mail.example")
    other = pam.log_in("pam")
    messenger = pam.enter_messenger("pam", PASSWORD)["access_token"]
    pam.post("/v1/me/app-passwords", {"name": "x", "dialect": "vault"}, 201)
    pam.told("An app password was made")
    recovery = Client(site).post("/v1/recoveries", {"identifier": "pam"}, 202).json()
    code = pam.told("Your recovery code").code

    def change(current, new, status, refusal=None):
        body = {"current_password": current, "new_password": new}
        pam.call("PUT", "/v1/me/password", status, refusal, json=body)

    change("wrong horse battery", NEW_PASSWORD, 403, "wrong-password")
    change(PASSWORD, "password1", 422, "common-password")
    assert pam.is_in_messenger(messenger)
    change(PASSWORD, NEW_PASSWORD, 204)
    pam.told("Your password was changed")
    pam.is_out(other["access_token"])
    pam.post("/v1/sessions/refresh", {"refresh_token": other["refresh_token"]}, 401, "invalid-refresh-token")
    assert not pam.is_in_messenger(messenger)
    assert pam.get("/v1/me/app-passwords").json()["data"] == []
    pam.post(f"/v1/recoveries/{recovery['id']}/verify", {"code": code}, 422, "wrong-code")
    assert [one["current"] for one in pam.get("/v1/sessions").json()["data"]] == [True]
    pam.log_in("pam", PASSWORD, 401, "wrong-credentials")
    pam.log_in("pam", NEW_PASSWORD)
    assert "password.changed" in pam.kinds()


ALL = [registering, nobody_gets_in_without_the_password, refresh_tokens, sessions, authenticator_app, recovery_codes,
       mailed_codes, five_tries_use_a_mailed_code_up, app_passwords, a_password_change_ends_every_other_token]
