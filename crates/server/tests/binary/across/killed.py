"""The server dies while sessions of dialect `channel` are being rotated."""

import random
import threading
import time

import requests
from channel_client import Channel

ROUNDS, BUSY = 4, 6


def rotate(channel, ended):
    """Asks again and again, until an answer fails to come."""
    try:
        while not ended.is_set():
            channel.encrypt("chandra", "on and on")
    except requests.RequestException:
        pass


def a_kill_in_mid_rotation(story):
    """A session key whose request was answered is void, and the one in the answer is good, whatever happens then. One whose
    answer was lost is good or unknown, and nothing in between."""
    server, chandra, fates = story.server, story.chandra, []
    for _ in range(ROUNDS):
        idle, busy = Channel(server, chandra), [Channel(server, chandra) for _ in range(BUSY)]
        used, sealed = idle.session_key, idle.encrypt("chandra", "before the kill")
        ended = threading.Event()
        threads = [threading.Thread(target=rotate, args=(channel, ended)) for channel in busy]
        for thread in threads:
            thread.start()
        time.sleep(random.uniform(0.1, 0.4))
        server.kill()
        ended.set()
        for thread in threads:
            thread.join()
        server.start()
        spent = server.call("POST", "/decrypt", json={"session_key": used})
        assert (spent.status_code, spent.text) == (404, '"Session not found!"'), spent.text
        for _ in range(2):
            assert idle.decrypt(sealed) == "before the kill"
        for channel in busy:
            again = {"session_key": channel.session_key, "message": channel.seal("message", sealed)}
            answer = server.call("POST", "/decrypt", json=again)
            fates.append(answer.status_code)
            if answer.status_code == 404:
                assert answer.text == '"Session not found!"', answer.text
                continue
            assert answer.status_code == 200, answer.text
            # The login is still in it.
            channel.go_on(answer.json())
            assert channel.decrypt(sealed) == "before the kill"
        assert Channel(server, chandra).decrypt(sealed) == "before the kill"
    print(f"  {fates.count(200)} of {len(fates)} sessions went on, {fates.count(404)} were lost with their answers")
