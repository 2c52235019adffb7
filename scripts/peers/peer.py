"""What all that is measured have in common."""

import asyncio
import os
import shutil
import socket
import subprocess
import time

from peers.machine import Process, free_ports, wait_for
from peers.wire import HttpLink, Refused, call, connect

HERE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OWN = f"{HERE}/target/peers/bin"
"""Where peers are looked for beside PATH."""

PAIRS = 64
"""Person n talks with person PAIRS + n."""
MEMBERS = 100
"""Persons 1 to MEMBERS are in a group with person 0."""
PEOPLE = 2 * PAIRS
PASSWORD = "a password for figures"


def find(program):
    return shutil.which(program) or shutil.which(program, path=f"{OWN}:/usr/sbin")


def output(program, *arguments):
    return subprocess.run([find(program), *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout


class Sender:
    """Somebody who can send: `build(number)` is what goes out for a message, and `answered(problem)` is called at each answer."""

    def __init__(self, link, build):
        self.link, self.build, self.answered = link, build, None

    def send(self, number):
        self.link.write(self.build(number))


class HttpSender(Sender):
    """Answers are those of HTTP. A connection that the server has ended in good order is followed by another."""

    def __init__(self, port, build):
        super().__init__(None, build)
        self.port, self.connecting = port, None

    async def connect(self):
        self.link = link = await connect(self.port, HttpLink)
        link.on_answer = lambda problem, _: self.answered(problem)
        link.on_lost = lambda why: self.answered(why)
        return self

    def send(self, number):
        if self.link.closing:
            self.connecting = asyncio.create_task(self.send_anew(number))
        else:
            super().send(number)

    async def send_anew(self, number):
        try:
            await self.connect()
            super().send(number)
        except OSError as error:
            self.answered(str(error))


class Peer:
    """A server in a folder of its own, with PEOPLE accounts. It may be started and stopped again and again."""

    name = ""
    how_to_get = ""
    ready = "/"
    file_mib = 64

    @classmethod
    def is_there(cls):
        raise NotImplementedError

    @classmethod
    def version(cls):
        raise NotImplementedError

    def __init__(self, folder):
        os.makedirs(folder)
        self.folder, self.cluster, self.process = folder, None, None
        self.port, self.file_port = free_ports(2)

    def start(self):
        """How many seconds the server itself took to its first answer; its database runs by then."""
        if self.cluster:
            self.cluster.start()
        began = time.perf_counter()
        self.process = Process(*self.launch())
        wait_for(self.name, lambda: self.process.check() or self.answers(), pause=0.002)
        return time.perf_counter() - began

    def stop(self):
        for one in (self.process, self.cluster):
            if one:
                one.stop()
        self.process = None

    def measured(self):
        """The processes whose time counts."""
        return [self.process.pid] + ([self.cluster.process.pid] if self.cluster else [])

    def answers(self):
        try:
            return call(self.port, "GET", self.ready) is not None
        except (OSError, Refused):
            return False

    def launch(self):
        """What is started, where, and with which environment."""
        raise NotImplementedError

    def configure(self):
        """Makes what is there before the first start."""

    async def populate(self):
        """Makes the people and their conversations, once."""
        raise NotImplementedError

    async def sender(self, number):
        """Person `number`, ready to send to the other one of the pair."""
        raise NotImplementedError

    async def group_sender(self):
        """Person 0, ready to send to the group."""
        raise NotImplementedError

    async def listener(self, number, on_mark):
        """Person `number`, told of everything that comes for them."""
        raise NotImplementedError

    async def member(self, number, on_mark):
        """The same, in the group."""
        return await self.listener(number, on_mark)

    async def idle(self, number, device):
        """A connection on which nothing happens."""
        raise NotImplementedError

    async def up(self, content):
        """Stores a file and returns where."""
        raise NotImplementedError

    async def down(self, place):
        raise NotImplementedError


def first_bytes(port, says, expected):
    """Whether a server that is told this answers with what is expected."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(says)
            got = b""
            while expected not in got:
                if not (more := connection.recv(65536)):
                    return False
                got += more
            return True
    except OSError:
        return False
