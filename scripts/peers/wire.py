"""Connections that cost the load generator little: bytes are searched, not parsed, and nothing is made that was made before."""

import asyncio
import http.client
import json
import re

SIZE = 512
"""Bytes of every message."""
MARK = re.compile(rb"@(\d{9})@")
"""Every message begins with its number, which is found in whatever the server makes of it."""
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
PATIENCE = 20


class Refused(Exception):
    """The server did not do what it was asked to."""


def body(number):
    mark = f"@{number:09d}@"
    return mark + "x" * (SIZE - len(mark))


class Link(asyncio.Protocol):
    """A connection. `on_data` gets what comes; until it is set, `until` looks for what is waited for."""

    closing = False

    def __init__(self):
        self.on_data = self.on_lost = self.waiting = None
        self.seen, self.lost = b"", False

    def connection_made(self, transport):
        self.transport, self.write = transport, transport.write

    def data_received(self, data):
        if self.on_data:
            self.on_data(data)
            return
        self.seen += data
        self.wake()

    def connection_lost(self, error):
        self.lost = True
        self.wake()
        if self.on_lost and not self.closing:
            self.on_lost("the server closed the connection")

    def wake(self):
        if self.waiting and not self.waiting.done():
            self.waiting.set_result(None)

    async def until(self, pattern):
        """Waits for it, and drops what came up to its end."""
        while not (match := re.search(pattern, self.seen, re.DOTALL)):
            if self.lost:
                raise Refused(f"closed before {pattern.decode()}: {self.seen[-300:].decode(errors='replace')}")
            self.waiting = asyncio.get_running_loop().create_future()
            try:
                await asyncio.wait_for(self.waiting, PATIENCE)
            except TimeoutError:
                raise Refused(f"no {pattern.decode()} within {PATIENCE} s: {self.seen[-300:].decode(errors='replace')}") from None
        self.seen = self.seen[match.end() :]
        return match

    def watch(self, on_mark):
        """From now on tells of every message number that comes."""
        rest = b""

        def on_data(data):
            nonlocal rest
            data = rest + data
            end = 0
            for match in MARK.finditer(data):
                on_mark(int(match[1]))
                end = match.end()
            rest = data[max(end, len(data) - 10) :]

        early, self.seen, self.on_data = self.seen, b"", on_data
        on_data(early)

    def close(self):
        self.on_lost = None
        self.transport.abort()


async def connect(port, kind=Link):
    _, link = await asyncio.get_running_loop().create_connection(kind, "127.0.0.1", port)
    return link


class HttpLink(Link):
    """HTTP/1.1 on a connection that stays open, until the server says that an answer was its last (`closing`). `on_answer` gets a
    problem, or None, and the answer's body."""

    on_answer = None

    def data_received(self, data):
        data = self.seen + data if self.seen else data
        while (end := data.find(b"\r\n\r\n")) >= 0:
            end += 4
            if length := LENGTH.search(data, 0, end):
                whole = end + int(length[1])
            elif CHUNKED.search(data, 0, end):  # nothing comes after it: the next request waits for it
                whole = len(data) if data.endswith(b"\r\n0\r\n\r\n") else len(data) + 1
            else:
                whole = end
            if len(data) < whole:
                break
            self.closing = CLOSES.search(data, 0, end) is not None
            content, status = data[end:whole], data[9:10]
            data = data[whole:]
            self.on_answer(None if status == b"2" else f"{status}… {content[:300]}", content)
        self.seen = data

    async def ask(self, request):
        answer = asyncio.get_running_loop().create_future()

        def on_answer(problem, content):
            if not answer.done():
                answer.set_exception(Refused(problem)) if problem else answer.set_result(content)

        self.on_answer, self.on_lost = on_answer, lambda why: on_answer(why, b"")
        self.write(request)
        return await answer


def request(method, path, token, content=None):
    """A request with a JSON text, or nothing, in one piece."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
    if content is None:
        return f"{head}\r\n".encode()
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n{content}".encode()


def frame(text):
    """A WebSocket frame as clients send it (RFC 6455), of less than 126 bytes, under a mask of zeros."""
    return bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text.encode()


def call(port, method, path, content=None, token=None, headers=(), host="127.0.0.1"):
    """One request on a connection of its own: for what is not measured, and for files. Bytes are sent as they are."""
    headers = {"Host": host, **dict(headers)}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if content is not None and not isinstance(content, bytes):
        content, headers["Content-Type"] = json.dumps(content).encode(), "application/json"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2 * PATIENCE)
    try:
        connection.request(method, path, content, headers)
        answer = connection.getresponse()
        got = answer.read()
    finally:
        connection.close()
    if answer.status >= 300:
        raise Refused(f"{method} {path}: {answer.status} {got[:300]}")
    if "json" in answer.headers.get("Content-Type", ""):
        return json.loads(got or b"null")
    return got
