"""Processes of ours, a PostgreSQL of ours, and what /proc says of them (proc(5))."""

import contextlib
import ctypes
import glob
import os
import shutil
import signal
import socket
import subprocess
import time

PROCESSORS = os.cpu_count() or 1
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def wait_for(what, reached, patience=60, pause=0.1):
    began = time.monotonic()
    while not reached():
        if time.monotonic() - began > patience:
            raise TimeoutError(f"{what}: not within {patience} s")
        time.sleep(pause)


class Process:
    """A program in a session of its own, which ends with this one in whatever way that ends."""

    def __init__(self, command, folder, environment=(), user=None, ends_by=signal.SIGTERM):
        self.log, self.ends_by = f"{folder}/log", ends_by
        here = {name: value for name, value in os.environ.items() if not name.startswith("SEALPOST_")}
        with open(self.log, "a") as log:
            self.child = subprocess.Popen(
                command,
                cwd=folder,
                env=here | dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=user,
                preexec_fn=lambda: LIBC.prctl(PR_SET_PDEATHSIG, ends_by),
            )
        self.pid = self.child.pid

    def check(self):
        """Says why, if it has ended already."""
        if self.child.poll() is not None:
            with open(self.log) as log:
                raise RuntimeError(f"ended with {self.child.returncode}: {log.read()[-600:]}")

    def stop(self):
        everybody = family(self.pid)
        self.child.send_signal(self.ends_by)
        try:
            self.child.wait(20)
        except subprocess.TimeoutExpired:
            pass
        for pid in everybody & {pid for pid, _, _ in processes()}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.child.wait()


class Cluster:
    """PostgreSQL with its own settings (fsync is on), reached over loopback."""

    def __init__(self, folder):
        self.folder, self.programs, self.process = folder, postgres_programs(), None
        (self.port,) = free_ports(1)
        self.user = "nobody" if os.getuid() == 0 else None
        os.makedirs(folder)
        if self.user:
            shutil.chown(folder, self.user)
        order = [f"{self.programs}/initdb", "--no-sync", "--username=bench", "--auth=trust", "--encoding=UTF8", "--locale=C"]
        subprocess.run([*order, "-D", f"{folder}/data"], cwd="/", user=self.user, check=True, capture_output=True)

    def start(self):
        settings = ["-c", "listen_addresses=127.0.0.1", "-c", f"port={self.port}", "-c", "max_connections=200"]
        command = [f"{self.programs}/postgres", "-D", f"{self.folder}/data", "-k", self.folder, *settings]
        self.process = Process(command, self.folder, user=self.user, ends_by=signal.SIGINT)
        ready = [f"{self.programs}/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        wait_for("postgres", lambda: self.process.check() or subprocess.run(ready).returncode == 0)

    def run(self, *orders):
        server = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "bench", "-d", "postgres"]
        subprocess.run([f"{self.programs}/psql", "-q", *server, *orders], check=True, capture_output=True)

    def stop(self):
        if self.process:
            self.process.stop()
        self.process = None


def postgres_programs():
    """The folder of the newest PostgreSQL that is installed; None if there is none."""
    folders = [os.path.dirname(one) for one in sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))[::-1]]
    initdb = shutil.which("initdb")
    return next(iter(folders), os.path.dirname(initdb) if initdb else None)


def processes():
    """Of every process: its number, its parent's, and what else `stat` says of it from the third field on."""
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as stat:
                    fields = stat.read().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            yield int(name), int(fields[1]), fields


def family(*roots):
    """These processes and all that come from them."""
    children = {}
    for pid, parent, _ in processes():
        children.setdefault(parent, []).append(pid)
    found, left = set(), list(roots)
    while left:
        one = left.pop()
        found.add(one)
        left.extend(children.get(one, ()))
    return found


def cpu_seconds(*roots):
    """User and system time of them and of all that come from them, those that have ended included."""
    whom = family(*roots)
    return sum(sum(map(int, fields[11:15])) for pid, _, fields in processes() if pid in whom) / TICKS


def resident(root):
    """Bytes in memory, of it and of all that come from it."""
    whom = family(root)
    return sum(int(fields[21]) * PAGE for pid, _, fields in processes() if pid in whom)


def machine_seconds():
    """How long the processors were neither idle nor waiting for a disk."""
    with open("/proc/stat") as stat:
        times = [int(field) for field in stat.readline().split()[1:9]]
    return (sum(times) - times[3] - times[4]) / TICKS
