"""Two people, and a client of server-sent events that knows nothing but the HTML standard: python3 play.py BASE_URL"""

import sys
import threading
import time

import requests

BASE = sys.argv[1]
PASSWORD = "a password for two"


def post(path, body, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = requests.post(BASE + path, json=body, headers=headers, timeout=20)
    answer.raise_for_status()
    return answer.json()


def enter(name):
    post("/v1/accounts", {"username": name, "password": PASSWORD})
    return post("/v1/sessions", {"identifier": name, "password": PASSWORD})["access_token"]


def stream(token, last_event_id=None):
    """Yields (id, event, data) as section 9.2.6 of the standard says."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    if last_event_id:
        headers["Last-Event-ID"] = last_event_id
    with requests.get(f"{BASE}/v1/events", headers=headers, stream=True, timeout=30) as answer:
        answer.raise_for_status()
        answer.encoding = "utf-8"
        assert answer.headers["Content-Type"] == "text/event-stream", answer.headers
        event, data = "message", []
        for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
            if line == "":
                if data:
                    yield last_event_id, event, "\n".join(data)
                event, data = "message", []
                continue
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "id":
                last_event_id = value
            elif field == "event":
                event = value
            elif field == "data":
                data.append(value)


alice, bob = enter("alice"), enter("bob")
conversation = post("/v1/conversations", {"username": "bob"}, alice)["id"]
path = f"/v1/conversations/{conversation}/messages"


def say(number):
    body = {"client_id": f"m{number}", "format": "text", "body": f"message\n{number}"}
    post(path, body, alice)


COUNT = 30
speaker = threading.Thread(target=lambda: [(say(number), time.sleep(0.02)) for number in range(COUNT)])
speaker.start()

# The client breaks off after every seventh event and comes back with the last id it has seen.
heard, last, visits = [], None, 0
while len(heard) < COUNT:
    visits += 1
    for number, (last, event, data) in enumerate(stream(bob, last)):
        if event == "message.created":
            heard.append(requests.compat.json.loads(data)["data"]["body"])
        else:
            assert event in ("started", "conversation.created"), event
        if number == 7 or len(heard) == COUNT:
            break
speaker.join()
assert heard == [f"message\n{number}" for number in range(COUNT)], heard
assert visits > 3, visits
print(f"{len(heard)} messages in {visits} visits, none missed and none twice")
