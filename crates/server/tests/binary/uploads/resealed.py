"""The server is killed (SIGKILL) while it encrypts a file anew, again and again: afterwards the file opens with the key that the server
tells, and the other blob goes with the next sweep. SEALPOST_RESEAL_KILLS sets how often (4 by default)."""

import os
import pathlib
import random
import subprocess
import sys
import threading
import time

import requests

from harness import Person, play

SIZE = 24 * 1024 * 1024 + 5
ROUNDS = int(os.environ.get("SEALPOST_RESEAL_KILLS", "4"))
READER = pathlib.Path(__file__).parents[5] / "docs/examples/open_file.py"


def reseal(alice, place):
    try:
        alice.call("POST", place + "/re-encrypt")
    except requests.RequestException:
        pass  # Killed.


def opened(alice, place, folder):
    """The content, by the program of the docs: the ciphertext and the key that there are now."""
    key, sealed = pathlib.Path(folder, "key.json"), pathlib.Path(folder, "sealed")
    key.write_text(alice.call("GET", place + "/key", wants=200).text)
    sealed.write_bytes(alice.call("GET", place + "/ciphertext", wants=200).content)
    return subprocess.run([sys.executable, READER, key, sealed], check=True, capture_output=True).stdout


def story(server):
    alice, content = Person(server), random.randbytes(SIZE)
    stored = alice.call("POST", "/v1/files", data=content, wants=201).json()
    place, broken = "/v1/files/" + stored["id"], 0
    for number in range(ROUNDS):
        before = server.blobs()
        thread = threading.Thread(target=reseal, args=(alice, place))
        thread.start()
        # In the middle, or after a random time: also between the swap and the removal of the old blob.
        if number % 2:
            time.sleep(random.uniform(0, 0.4))
        else:
            while thread.is_alive() and not server.half_written():
                time.sleep(0.001)
            time.sleep(0.02)
        server.kill()
        thread.join()
        broken += server.blobs() == before
        server.start()
        alice.log_in()
        assert alice.call("GET", place + "/content", wants=200).content == content
        assert opened(alice, place, server.folder.name) == content
    assert broken, "no kill came in the middle"
    leave_nothing(server)


def leave_nothing(server):
    """A blob that nothing leads to goes, the file's own stays."""
    two_hours_ago = time.time() - 2 * 60 * 60
    orphan = server.blobs()[0].parents[1] / "aa" / ("aa" * 16)
    orphan.write_bytes(b"left")
    for path in server.blobs():
        os.utime(path, (two_hours_ago, two_hours_ago))
    server.kill()
    server.start()
    for _ in range(600):
        if len(server.blobs()) == 1:
            break
        time.sleep(0.1)
    assert len(server.blobs()) == 1 and not server.half_written(), (server.blobs(), server.half_written())


play(story, "the file opens with one key")
