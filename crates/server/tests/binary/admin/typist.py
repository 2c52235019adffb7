"""Somebody at a terminal: runs a command whose standard input is one, and types two lines, each once it is asked for and
the terminal shows nothing of what is typed. Fails if the terminal has shown anything.

typist.py FIRST SECOND COMMAND [ARGUMENT ...]
"""

import os
import pty
import select
import subprocess
import sys
import termios
import time

ECHO_FLAGS = 3
PATIENCE = 30


def until(holds, what):
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            sys.exit(f"waited in vain for {what}")
        time.sleep(0.01)


def shown(terminal):
    """What the terminal has shown so far."""
    text = b""
    while select.select([terminal], [], [], 0)[0]:
        text += os.read(terminal, 4096)
    return text


def main():
    lines, command = sys.argv[1:3], sys.argv[3:]
    terminal, slave = pty.openpty()
    child = subprocess.Popen(
        command, stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )

    def echoes():
        return bool(termios.tcgetattr(slave)[ECHO_FLAGS] & termios.ECHO)

    asked = b""
    for line in lines:
        begun = len(asked)
        while b": " not in asked[begun:]:
            more = os.read(child.stderr.fileno(), 4096)
            if not more:
                sys.exit(f"it ended without asking: {asked.decode()}")
            asked += more
        until(lambda: not echoes(), "a terminal that is silent")
        os.write(terminal, line.encode() + b"\n")
    out, err = child.communicate(timeout=PATIENCE)
    until(echoes, "a terminal that is not silent any more")
    visible = shown(terminal)
    if visible.strip():
        sys.exit(f"the terminal has shown {visible!r}")
    sys.stdout.write(out.decode())
    sys.stderr.write((asked + err).decode())
    sys.exit(child.returncode)


main()
