"""The work, the same for everybody. Each phase is a function of a running peer, and returns its figures."""

import asyncio
import itertools
import os
import statistics
import time

from peers.machine import PROCESSORS, cpu_seconds, machine_seconds, resident
from peers.peer import MEMBERS, PAIRS
from peers.wire import PATIENCE, Refused

MUCH = 0.15
"""The part of the processors that others may keep busy before a rate is no result any longer."""
NUMBERS = itertools.count(1)
"""Every message of a run has its own."""
WARM_UP = 0.3
AT_PACE = 10
"""So many pairs take turns."""
PAUSE = 0.1
DEVICES = 10
"""So many idle connections are of one person."""
MIB = 64
MILLI = 1000


class Watch:
    """The clocks, from the beginning of a phase to its end."""

    def __init__(self, peer):
        self.peer = peer
        self.before, self.began = self.now(), time.perf_counter()

    def now(self):
        return cpu_seconds(*self.peer.measured()), time.process_time(), machine_seconds()

    def figures(self, operations):
        seconds = time.perf_counter() - self.began
        server, generator, machine = (now - then for now, then in zip(self.now(), self.before))
        others = max(0.0, (machine - server - generator) / seconds)
        return {
            "n": operations,
            "rate": operations / seconds,
            "server_cpu_s_per_1000": server / operations * 1000,
            "generator_cpu_s": generator,
            "server_cpu_s": server,
            "other_load": others,
            "bottleneck": bottleneck(server, generator, machine / seconds, others),
        }


def bottleneck(server, generator, busy, others):
    """A server that waits is no bottleneck of its own unless it waits for its disk; the generator is one as soon as it takes
    processor time that the server could have had."""
    if PROCESSORS - busy > 0.2 * PROCESSORS:
        return "server"
    if others > MUCH * PROCESSORS:
        return "other load"
    return "generator" if generator > server else "server"


def percentile(times, percent):
    """In milliseconds."""
    times = sorted(times)
    return times[-(-len(times) * percent // 100) - 1] * MILLI


def spread(times):
    return {"p50_ms": percentile(times, 50), "p99_ms": percentile(times, 99), "max_ms": max(times) * MILLI}


async def sends(peer, senders, seconds):
    """Everybody sends the next message when the one before is answered. The first ones are not measured."""
    everybody = [await peer.sender(number) for number in range(senders)]
    try:
        await flood(everybody, WARM_UP)
        watch = Watch(peer)
        times = await flood(everybody, seconds)
        return {**watch.figures(len(times)), **spread(times)}
    finally:
        close(everybody)


async def flood(everybody, seconds):
    """How long each message took to its answer."""
    times, left = [], len(everybody)
    over = asyncio.get_running_loop().create_future()
    clock = time.perf_counter
    until = clock() + seconds

    def begin(sender):
        at = clock()
        sender.send(next(NUMBERS))

        def answered(problem):
            nonlocal at, left
            now = clock()
            if problem:
                over.done() or over.set_exception(Refused(problem))
                return
            times.append(now - at)
            if now < until:
                at = now
                sender.send(next(NUMBERS))
                return
            left -= 1
            if left == 0:
                over.done() or over.set_result(None)

        sender.answered = answered

    for sender in everybody:
        begin(sender)
    await asyncio.wait_for(over, seconds + PATIENCE)
    return times


async def latency(peer, rate, seconds):
    """So many messages a second, by turns, whether the one before has arrived or not: until the other one has it."""
    arrived, failed = {}, []

    def on_mark(number):
        arrived.setdefault(number, time.perf_counter())

    senders = [await peer.sender(number) for number in range(AT_PACE)]
    listeners = [await peer.listener(PAIRS + number, on_mark) for number in range(AT_PACE)]
    try:
        for sender in senders:
            sender.answered = lambda problem: failed.append(problem) if problem else None
        sent = {}
        for sender in senders:  # the first ones are not measured
            sender.send(number := next(NUMBERS))
            await waited_for(lambda: number in arrived or failed)
        watch = Watch(peer)
        for turn in range(max(1, int(seconds * rate))):
            await asyncio.sleep(watch.began + turn / rate - time.perf_counter())
            number = next(NUMBERS)
            sent[number] = time.perf_counter()
            senders[turn % AT_PACE].send(number)
        await waited_for(lambda: sent.keys() <= arrived.keys() or failed)
        figures = watch.figures(len(sent))
        if failed:
            raise Refused(failed[0])
        return {**figures, **spread([arrived[number] - at for number, at in sent.items()])}
    finally:
        close(senders, listeners)


async def waited_for(reached):
    async def reach():
        while not reached():
            await asyncio.sleep(0.005)

    try:
        await asyncio.wait_for(reach(), PATIENCE)
    except TimeoutError:
        raise Refused(f"messages that were sent did not arrive within {PATIENCE} s") from None


async def fan_out(peer, times):
    """A message to a group of whom everybody listens: until the last one has it. CPU time is that of each delivery."""
    arrivals, everybody = 0, asyncio.Event()

    def on_mark(number):
        nonlocal arrivals
        if number == awaited:
            arrivals += 1
            if arrivals == MEMBERS:
                everybody.set()

    sender, awaited = await peer.group_sender(), 0
    members, problems = [], []
    try:
        for number in range(1, MEMBERS + 1):
            members.append(await peer.member(number, on_mark))
        sender.answered = lambda problem: problems.append(problem) if problem else None
        took = []
        await asyncio.sleep(1)  # those who came are told of each other
        for turn in range(times + 1):
            if turn == 1:  # the first one warms up
                watch = Watch(peer)
            arrivals, awaited = 0, next(NUMBERS)
            everybody.clear()
            began = time.perf_counter()
            sender.send(awaited)
            try:
                await asyncio.wait_for(everybody.wait(), PATIENCE)
            except TimeoutError:
                missing = f"{MEMBERS - arrivals} members of {MEMBERS} did not get the message"
                raise Refused(next(iter(problems), missing)) from None
            if turn:
                took.append(time.perf_counter() - began)
            await asyncio.sleep(PAUSE)
        return {**watch.figures(times * MEMBERS), **spread(took)}
    finally:
        close([sender], members)


async def idle(peer, connections, settle):
    """Connections on which nothing happens, on a server that has just been started: memory each, and CPU time of all."""
    await asyncio.sleep(settle)
    empty, links = resident(peer.process.pid), []
    try:
        for number in range(connections):
            links.append(await peer.idle(*divmod(number, DEVICES)))
        await asyncio.sleep(settle)
        watch = Watch(peer)
        await asyncio.sleep(settle)
        if lost := sum(link.lost for link in links):
            raise Refused(f"{lost} of {connections} idle connections were closed")
        full, figures = resident(peer.process.pid), watch.figures(connections)
        used = figures["server_cpu_s"] / settle
        return {"n": connections, "rss_bytes": empty, "bytes_each": (full - empty) / connections, "processors": used}
    finally:
        close(links)


async def files(peer, times):
    """One client, one file after the other, on a connection of its own each time. CPU time is that of 64 MiB."""
    content, places = os.urandom(peer.file_mib << 20), []

    async def up(_):
        places.append(await peer.up(content))

    async def down(turn):
        if await peer.down(places[turn]) != content:
            raise Refused("a file is not what it was")

    figures, limits = {"n": times}, []
    for name, once in (("up", up), ("down", down)):
        took, watch = [], Watch(peer)
        for turn in range(times):
            began = time.perf_counter()
            await once(turn)
            took.append(time.perf_counter() - began)
        used = watch.figures(times)
        figures[f"{name}_mib_per_s"] = peer.file_mib / statistics.median(took)
        figures[f"{name}_cpu_s"] = used["server_cpu_s"] / (times * peer.file_mib) * MIB
        limits.append(used["bottleneck"])
    return figures | {"bottleneck": next((limit for limit in limits if limit != "server"), "server")}


def close(*connections):
    for one in itertools.chain(*connections):
        getattr(one, "link", one).close()
