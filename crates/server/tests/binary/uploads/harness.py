"""The server under test, somebody who is logged in, and a line to the server that can be cut."""

import base64
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time

import requests

PASSWORD = "a password for one"
PART = "application/offset+octet-stream"


class Server:
    """The program in a folder of its own, on one address for all its lives."""

    def __init__(self, program, database):
        self.program, self.folder, self.process = program, tempfile.TemporaryDirectory(), None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("SEALPOST_")}
        self.env |= {"SEALPOST_LISTEN": f"127.0.0.1:{self.port}", "SEALPOST_LIMITS": "off",
                     "SEALPOST_PUBLIC_URL": "http://sealpost.test",
                     "SEALPOST_DATA_DIR": f"{self.folder.name}/data"}
        # What the test sets for the server.
        self.env |= {k.removeprefix("SERVED_"): v for k, v in os.environ.items() if k.startswith("SERVED_")}
        self.in_bucket = self.env.get("SEALPOST_BLOBS_URL", "").startswith("s3:")
        if database:
            self.env |= {"SEALPOST_DATABASE_URL": database, "SEALPOST_STORE_POOL_SIZE": "8"}

    def start(self):
        log = open(os.path.join(self.folder.name, "log"), "ab")
        with log:
            self.process = subprocess.Popen([self.program], env=self.env, stdout=subprocess.DEVNULL, stderr=log)
        for _ in range(2400):
            try:
                if requests.get(self.url + "/readyz", timeout=5).status_code == 200:
                    return
            except (requests.ConnectionError, requests.Timeout):
                assert self.process.poll() is None, self.log()
            time.sleep(0.05)
        raise AssertionError("the server is not ready after two minutes: " + self.log())

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def log(self):
        return pathlib.Path(self.folder.name, "log").read_text(encoding="utf-8")

    def blobs(self):
        """Whole blobs."""
        folders = pathlib.Path(self.folder.name, "data/blobs").glob("[0-9a-f][0-9a-f]")
        return [blob for folder in folders for blob in folder.iterdir()]

    def half_written(self):
        files = pathlib.Path(self.folder.name, "data/blobs/tmp").rglob("*")
        return [file for file in files if file.is_file() and file.name != "lock"]

    def growing(self):
        return list(pathlib.Path(self.folder.name, "data/blobs/growing").iterdir())

    def resident(self):
        """Resident memory, in KiB."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise AssertionError("no VmRSS")


class Person:
    """Somebody who uploads."""

    def __init__(self, server):
        self.server = server
        self.call("POST", "/v1/accounts", json={"username": "alice", "password": PASSWORD}, wants=201)
        self.log_in()

    def log_in(self):
        opened = self.call("POST", "/v1/sessions", json={"identifier": "alice", "password": PASSWORD}, wants=201)
        self.token = opened.json()["access_token"]

    def call(self, method, path, wants=None, headers=None, **options):
        headers = {"Tus-Resumable": "1.0.0"} | (headers or {})
        if hasattr(self, "token"):
            headers["Authorization"] = f"Bearer {self.token}"
        answer = requests.request(method, self.server.url + path, headers=headers, timeout=120, **options)
        if wants:
            assert answer.status_code == wants, (method, path, answer.status_code, answer.text[:1000])
        return answer

    def begin(self, length):
        return self.call("POST", "/v1/uploads", headers={"Upload-Length": str(length)}, wants=201).headers["Location"]

    def begin_sealed(self, length):
        """An upload of what this client has sealed itself."""
        said = {"id": self.call("POST", "/v1/files/ids", wants=201).json()["id"], "protection": "e2ee", "wrapped_key": "e.y.J"}
        pairs = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())
        headers = {"Upload-Length": str(length), "Upload-Metadata": pairs}
        return self.call("POST", "/v1/uploads", headers=headers, wants=201).headers["Location"]

    def offset(self, place):
        # Whoever wrote last may hold it for a moment.
        return int(self.call("HEAD", place, wants=200).headers["Upload-Offset"])

    def append(self, place, offset, body):
        return self.call("PATCH", place, headers={"Upload-Offset": str(offset), "Content-Type": PART}, data=body)


class Line:
    """Passes bytes on to the server, and is cut when it is told to be."""

    def __init__(self, server):
        self.to, self.pairs, self.lock = server.port, [], threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.passed = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            inner, _ = self.listener.accept()
            try:
                outer = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                inner.close()
                continue
            with self.lock:
                self.pairs.append((inner, outer))
            for source, target in ((inner, outer), (outer, inner)):
                threading.Thread(target=self.pump, args=(source, target), daemon=True).start()

    def pump(self, source, target):
        try:
            while piece := source.recv(65536):
                target.sendall(piece)
                self.passed += len(piece)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        with self.lock:
            pairs, self.pairs = self.pairs, []
        for pair in pairs:
            for end in pair:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def wait(self, more, process=None):
        """Until so many bytes more have passed, or `process` has ended."""
        target = self.passed + more
        while self.passed < target and (process is None or process.poll() is None):
            time.sleep(0.002)


def play(story, moral):
    """Runs a story with the program and the database of the command line; says the moral if all went well."""
    program, *database = sys.argv[1:]
    server = Server(program, database[0] if database else None)
    server.start()
    try:
        story(server)
    except BaseException:
        print(server.log()[-4000:], file=sys.stderr)
        raise
    finally:
        server.kill()
    print(moral)
