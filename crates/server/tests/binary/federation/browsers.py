"""Federated login as browsers do it, against a real provider. Usage: browsers.py SEALPOST"""

import re
import sys
import urllib.parse

import requests

SEALPOST = sys.argv[1]


class Browser:
    """One cookie jar. It stops at the way back to Sealpost, so that a story can go on in another browser."""

    def __init__(self):
        self.session = requests.Session()
        self.session.trust_env = False

    def get(self, url, **kwargs):
        return self.session.get(url, allow_redirects=False, timeout=30, **kwargs)

    def post(self, url, **kwargs):
        return self.session.post(url, allow_redirects=False, timeout=30, **kwargs)

    def set_out(self, provider, token=None):
        """Begins a login (a link, with a token); the address at the provider."""
        start = f"{SEALPOST}/v1/oauth/{provider}/start"
        if token is None:
            answer = self.get(start)
            assert answer.status_code == 302, answer.text
            url = answer.headers["location"]
        else:
            answer = self.post(start, headers={"authorization": f"Bearer {token}"})
            assert answer.status_code == 200, answer.text
            url = answer.json()["authorization_url"]
        cookie = answer.headers["set-cookie"]
        assert re.fullmatch(r"oauth_tx=[0-9a-f]{64}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax", cookie), cookie
        return url

    def log_in(self, url, login):
        """Fills in the provider's forms; the way back."""
        answer = self.get(url)
        while True:
            if answer.is_redirect:
                url = urllib.parse.urljoin(url, answer.headers["location"])
                if url.startswith(SEALPOST):
                    return url
                answer = self.get(url)
                continue
            assert answer.status_code == 200, answer.text
            action = re.search(r'<form[^>]*action="([^"]+)"', answer.text).group(1)
            prompt = re.search(r'name="prompt" value="([^"]+)"', answer.text).group(1)
            form = {"prompt": prompt, "login": login, "password": "anything"}
            url = urllib.parse.urljoin(url, action)
            answer = self.post(url, data=form)

    def whole_login(self, provider, login):
        answer = self.get(self.log_in(self.set_out(provider), login))
        assert answer.status_code == 201, answer.text
        assert answer.headers["cache-control"] == "no-store"
        return answer.json()


def expect(answer, status, code):
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text


def of(query, url):
    return urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)[query][0]


def with_code(url, code):
    """The same way back with another code."""
    parts = urllib.parse.urlsplit(url)
    query = dict(urllib.parse.parse_qsl(parts.query), code=code)
    return urllib.parse.urlunsplit(parts._replace(query=urllib.parse.urlencode(query)))


def bearer(opened):
    return {"authorization": "Bearer " + opened["access_token"]}


def the_way_there():
    url = Browser().set_out("corp")
    assert of("redirect_uri", url) == f"{SEALPOST}/v1/oauth/corp/callback"
    assert of("code_challenge_method", url) == "S256" and len(of("code_challenge", url)) == 43
    assert len(of("state", url)) == 64 and len(of("nonce", url)) == 64


def a_stranger_and_a_friend():
    first = Browser().whole_login("corp", "alice")
    assert first["account"]["username"] == "alice", first
    assert first["account"]["email"] == "alice@mail.example", first
    again = Browser().whole_login("corp", "alice")
    assert again["account"] == first["account"]
    me = requests.get(f"{SEALPOST}/v1/me", headers=bearer(again), timeout=30)
    assert me.status_code == 200, me.text

    # By another protocol: both sides have verified the address, so it is the same person.
    plain = Browser().whole_login("plain", "alice")
    assert plain["account"]["id"] == first["account"]["id"], plain
    identities = requests.get(f"{SEALPOST}/v1/me/identities", headers=bearer(plain), timeout=30).json()["data"]
    assert [one["provider"] for one in identities] == ["corp", "plain"], identities
    assert identities[0]["picture"] == "https://pictures.example/alice.png", identities

    # An address that the provider has not verified opens nothing, it is a claim like anybody's; a taken name gets a suffix.
    other = Browser().whole_login("corp", "alice+unverified")
    assert other["account"]["id"] != first["account"]["id"]
    assert other["account"]["username"] == "alice-2", other
    assert other["account"]["email_verified"] is False, other

    # Nor does 42, which does not say whether it has.
    school = Browser().whole_login("42", "alice")
    assert (school["account"]["username"], school["account"]["email_verified"]) == ("alice-3", False), school
    assert Browser().whole_login("42", "alice")["account"] == school["account"]


def begun_in_one_browser_and_finished_in_another():
    attacker, victim = Browser(), Browser()
    way_back = attacker.log_in(attacker.set_out("corp"), "mallory")
    expect(victim.get(way_back), 403, "federation-state-mismatch")
    victim.set_out("corp")
    expect(victim.get(way_back), 403, "federation-state-mismatch")
    assert attacker.get(way_back).status_code == 201
    expect(attacker.get(way_back), 403, "federation-state-mismatch")


def codes_of_others():
    # Of the attacker's own login with our client: the verifier is another.
    attacker, victim = Browser(), Browser()
    stolen = of("code", attacker.log_in(attacker.set_out("corp"), "mallory"))
    way_back = victim.log_in(victim.set_out("corp"), "alice")
    expect(victim.get(with_code(way_back, stolen)), 401, "federation-refused")
    # Of somebody else's client.
    theirs = Browser()
    url = theirs.set_out("corp").replace("client_id=us&", "client_id=somebody-else&")
    assert "somebody-else" in url
    foreign = of("code", theirs.log_in(url, "alice"))
    way_back = victim.log_in(victim.set_out("corp"), "alice")
    expect(victim.get(with_code(way_back, foreign)), 401, "federation-refused")


def answers_of_others():
    browser = Browser()
    way_back = browser.log_in(browser.set_out("corp"), "alice")
    swapped = way_back.replace("/corp/callback", "/plain/callback")
    expect(browser.get(swapped), 403, "federation-state-mismatch")
    for iss in ["iss=https%3A%2F%2Fother.example", ""]:
        way_back = browser.log_in(browser.set_out("corp"), "alice")
        lie = re.sub(r"iss=[^&]*", iss, way_back)
        assert lie != way_back, way_back
        expect(browser.get(lie), 401, "federation-refused")
    way_back = browser.log_in(browser.set_out("corp"), "alice")
    expect(browser.get(re.sub(r"state=[0-9a-f]", "state=z", way_back)), 403, "federation-state-mismatch")


def declined():
    browser = Browser()
    url = browser.set_out("corp")
    answer = browser.get(f"{SEALPOST}/v1/oauth/corp/callback?error=access_denied&state={of('state', url)}")
    expect(answer, 403, "federation-denied")


def linking():
    person = {"username": "bob", "password": "correct horse battery"}
    requests.post(f"{SEALPOST}/v1/accounts", json=person, timeout=30).raise_for_status()
    credentials = {"identifier": "bob", "password": person["password"]}
    opened = requests.post(f"{SEALPOST}/v1/sessions", json=credentials, timeout=30).json()
    browser = Browser()
    linked = browser.get(browser.log_in(browser.set_out("corp", opened["access_token"]), "robert"))
    assert (linked.status_code, linked.json()["username"]) == (200, "robert"), linked.text
    assert Browser().whole_login("corp", "robert")["account"]["username"] == "bob"
    # Somebody who has an account of their own is not linked away.
    taken = Browser()
    answer = taken.get(taken.log_in(taken.set_out("corp", opened["access_token"]), "alice"))
    expect(answer, 409, "identity-taken")
    path = f"{SEALPOST}/v1/me/identities/{linked.json()['id']}"
    assert requests.delete(path, headers=bearer(opened), timeout=30).status_code == 204


def a_newcomer_brings_their_picture():
    for provider in "corp", "42":
        painter = Browser().whole_login(provider, "painter" if provider == "corp" else "painter+school")
        me = requests.get(f"{SEALPOST}/v1/me", headers=bearer(painter), timeout=30).json()
        assert re.fullmatch(r"/media/avatars/[0-9a-f]{32}\.png", me["avatar_url"]), me
        picture = requests.get(SEALPOST + me["avatar_url"], timeout=30)
        # Drawn anew: a square of its own size, and not the file that the provider has.
        assert picture.status_code == 200 and picture.content[:8] == b"\x89PNG\r\n\x1a\n", picture
        assert int.from_bytes(picture.content[16:20]) == int.from_bytes(picture.content[20:24]) == 512
    # Where this server may not go, it does not; the newcomer is let in all the same.
    opened = Browser().whole_login("corp", "nobody")
    me = requests.get(f"{SEALPOST}/v1/me", headers=bearer(opened), timeout=30).json()
    assert me["avatar_url"] == "/media/avatars/default.png", me


def the_dialect_of_document_002():
    browser = Browser()
    answer = browser.get(f"{SEALPOST}/oauth/authorize")
    assert answer.status_code == 302, answer.text
    url = answer.headers["location"]
    assert of("redirect_uri", url) == f"{SEALPOST}/oauth/callback"
    assert of("code_challenge_method", url) == "S256" and len(of("state", url)) == 64
    way_back = browser.log_in(url, "carmentxu")
    # Not in another browser.
    assert Browser().get(way_back).status_code == 403
    answer = browser.get(way_back)
    assert answer.status_code == 200, answer.text
    tokens = answer.json()
    assert sorted(tokens) == ["access_token", "refresh_token", "token_auth"], tokens
    token = {"authorization": "Token " + tokens["token_auth"]}
    people = requests.get(f"{SEALPOST}/users/user_list/", headers=token, timeout=30).json()
    own = [user for user in people if user["username"] == "carmentxu"]
    assert own[0]["is_connected"], people
    assert browser.get(way_back).status_code == 403


the_way_there()
a_stranger_and_a_friend()
begun_in_one_browser_and_finished_in_another()
codes_of_others()
answers_of_others()
declined()
linking()
a_newcomer_brings_their_picture()
the_dialect_of_document_002()
print("all stories told")
