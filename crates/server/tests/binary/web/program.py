"""The built program as a process, at an address that stays the same from start to start."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

from webdriver import until


class Site:
    """The program with a folder of its own."""

    def __init__(self, **settings):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self.url = f"http://{self.address}/"
        self.folder = tempfile.TemporaryDirectory()
        self.settings = settings
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()
        self.folder.cleanup()

    def start(self):
        data = os.path.join(self.folder.name, "data")
        names = {"SEALPOST_DATA_DIR": data, "SEALPOST_LISTEN": self.address, "SEALPOST_LIMITS": "off", "SEALPOST_LOG": "error"} | self.settings
        env = {name: value for name, value in os.environ.items() if not name.startswith("SEALPOST_")} | names
        self.process = subprocess.Popen([sys.argv[1]], env=env, cwd=self.folder.name, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self.is_ready, "the server is ready", 60)

    def is_ready(self):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.url}readyz", timeout=5) as answer:
            return answer.status == 200

    def ask(self, method, path, body=None, token=None, **headers):
        """A request as any client makes it: bytes go as they are, all else as JSON. Gives the status and what came."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None and not isinstance(body, bytes):
            body, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=30) as answer:
                status, content = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, content = error.code, error.read()
        try:
            return status, json.loads(content) if content else None
        except ValueError:
            return status, content

    def token(self, name, password):
        """An access token of somebody."""
        status, opened = self.ask("POST", "v1/sessions", {"identifier": name, "password": password})
        assert status == 201, opened
        return opened["access_token"]

    def kill(self):
        self.process.kill()
        self.process.wait()
