"""The table: medians of the rounds."""

import platform
import statistics

from peers.machine import PROCESSORS

COLUMNS = [
    "",
    "durable send, 16 senders: CPU s / 1,000; rate",
    "64 senders",
    "send → received at 10/s: p50 ms",
    "at 50/s: p50 / p99 ms",
    "fan-out to 100: last one after ms; CPU s / 1,000 deliveries",
    "idle connection KiB",
    "base RSS MB",
    "cold start ms",
    "64 MiB up / down: MiB/s [CPU s]",
]


class Cell:
    """The figures of one phase of all rounds of a peer."""

    def __init__(self, rounds, phase):
        self.runs = [one[phase] for one in rounds if phase in one]
        self.failed = any("failed" in run for run in self.runs)
        self.valid = all(run.get("bottleneck", "server") == "server" for run in self.runs)

    def shows(self, make):
        if not self.runs:
            return "–"
        return "failed" if self.failed else make(self)

    def median(self, figure, form="{:.3g}", scale=1):
        return form.format(statistics.median(run[figure] for run in self.runs) / scale)

    def client_saw(self, text):
        """In brackets if it was not the server that limited it."""
        return text if self.valid else f"({text})"


def sends(cell):
    rate = cell.median("rate", "{:,.0f}/s")
    return f"{cell.median('server_cpu_s_per_1000')}; {cell.client_saw(rate)}"


def times(cell):
    return cell.client_saw(f"{cell.median('p50_ms', '{:.1f}')} / {cell.median('p99_ms', '{:.1f}')}")


def typical_time(cell):
    return cell.client_saw(cell.median("p50_ms", "{:.1f}"))


def fan_out(cell):
    return f"{typical_time(cell)}; {cell.median('server_cpu_s_per_1000')}"


def files(cell):
    def way(name):
        return f"{cell.client_saw(cell.median(f'{name}_mib_per_s', '{:.0f}'))} [{cell.median(f'{name}_cpu_s', '{:.2f}')}]"

    return f"{way('up')} / {way('down')}"


def row(rounds):
    made = {
        "send/16": [sends],
        "send/64": [sends],
        "delivery/10s": [typical_time],
        "delivery/50s": [times],
        "fan-out/100": [fan_out],
        "idle": [lambda cell: cell.median("bytes_each", "{:.0f}", 1024), lambda cell: cell.median("rss_bytes", "{:.0f}", 1e6)],
        "start": [lambda cell: cell.median("ms", "{:.0f}")],
        "files": [files],
    }
    return [Cell(rounds, phase).shows(make) for phase, makes in made.items() for make in makes]


def table(found, rounds):
    print(f"\n{PROCESSORS} processors, Linux {platform.release()}, Python {platform.python_version()}; medians of {rounds}\n")
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    for name, figures in found.items():
        print(f"| {' | '.join([name, *row(figures)])} |")
    print("\nIn brackets: not the server's own, because the generator or something else on the machine was in its way. CPU time always is.")
