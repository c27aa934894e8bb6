"""Python's websockets and websocat, doing the work of the bench `end_to_end`; started by the script `peers`."""

import asyncio
import os
import resource
import statistics
import subprocess
import sys
import time

try:
    import websockets
except ImportError:
    websockets = None

ADDRESS, WEBSOCAT = sys.argv[1:3]
QUICK = "--quick" in sys.argv
ROUNDS = 3 if QUICK else 5
MESSAGE = '{"event":"order.update","n":17,"s":"shipped shipped shipped .."}'
PATIENCE = 120
KINDS = [
    ("Receive 64 B of text", "text-64", 64, 200_000),
    ("Receive 1 KiB of text, half of it Cyrillic", "text-1k", 1 << 10, 100_000),
    ("Receive 1 MiB of text, half of it Cyrillic", "text-1m", 1 << 20, 200),
]
ROUND_TRIPS = 5_000


def connect(path):
    return websockets.connect(
        f"ws://{ADDRESS}{path}", compression=None, max_size=None, ping_interval=None, proxy=None
    )


async def python_receive(path, count):
    async with connect(path) as socket:
        wall, cpu = time.perf_counter(), time.process_time()
        await socket.send(MESSAGE)
        for _ in range(count):
            await socket.recv()
        return time.perf_counter() - wall, time.process_time() - cpu


async def python_round_trips(count):
    times = []
    async with connect("/echo") as socket:
        cpu = time.process_time()
        for _ in range(count):
            start = time.perf_counter()
            await socket.send(MESSAGE)
            await socket.recv()
            times.append(time.perf_counter() - start)
        return times, time.process_time() - cpu


def websocat(path):
    return subprocess.Popen(
        [WEBSOCAT, "-B", "2000000", f"ws://{ADDRESS}{path}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def end(process):
    """Ends websocat; what it has used of processors in all."""
    process.kill()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process.wait(PATIENCE)
    process.stdin.close()
    process.stdout.close()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def websocat_receive(path, count):
    """Its start is measured too: nobody tells when it is connected."""
    start = time.perf_counter()
    process = websocat(path)
    process.stdin.write(MESSAGE.encode() + b"\n")
    process.stdin.flush()
    lines, output = 0, process.stdout.fileno()
    while lines < count:
        data = os.read(output, 1 << 16)
        if not data:
            raise RuntimeError(f"websocat has ended after {lines} messages")
        lines += data.count(b"\n")
    wall = time.perf_counter() - start
    return wall, end(process)


def websocat_round_trips(count):
    process = websocat("/echo")
    times = []
    for _ in range(count + 1):
        start = time.perf_counter()
        process.stdin.write(MESSAGE.encode() + b"\n")
        process.stdin.flush()
        process.stdout.readline()
        times.append(time.perf_counter() - start)
    # The first one waited for the connection.
    return times[1:], end(process)


def number(value):
    for limit, digits in ((1, 3), (10, 2), (100, 1)):
        if value < limit:
            return f"{value:.{digits}f}"
    return f"{value:.0f}"


def row(name, titles, values):
    cells = (f" {number(value):>{max(len(title), 9)}}" for title, value in zip(titles, values))
    print(f"{name:<40}" + "".join(cells), flush=True)


def head(title, titles):
    print(f"\n{title}\n{'':<40}" + "".join(f" {title:>{max(len(title), 9)}}" for title in titles))


def medians(rounds):
    return [statistics.median(values) for values in zip(*rounds)]


def main():
    peers = []
    if websockets:
        name = f"Python websockets {websockets.__version__}"
        peers.append((name, lambda *work: asyncio.run(python_receive(*work)), lambda n: asyncio.run(python_round_trips(n))))
    if os.access(WEBSOCAT, os.X_OK):
        peers.append(("websocat, to a pipe", websocat_receive, websocat_round_trips))
    for title, kind, size, count in KINDS:
        titles = ["CPU, µs/message", "wall, µs/message", "thousand/s", "MB/s"]
        head(title, titles)
        count = count // 10 if QUICK else count
        rounds = {name: [] for name, _, _ in peers}
        for _ in range(ROUNDS):
            for name, receive, _ in peers:
                wall, cpu = receive(f"/stream/{kind}/{count}", count)
                rounds[name].append((cpu / count * 1e6, wall / count * 1e6))
        for name, values in rounds.items():
            cpu, wall = medians(values)
            row(name, titles, [cpu, wall, 1e3 / wall, size / wall])
    titles = ["CPU, µs/message", "median, µs", "99 %, µs"]
    head("Round trip of 64 B", titles)
    count = ROUND_TRIPS // 10 if QUICK else ROUND_TRIPS
    rounds = {name: [] for name, _, _ in peers}
    for _ in range(ROUNDS):
        for name, _, round_trips in peers:
            times, cpu = round_trips(count)
            times.sort()
            rounds[name].append((cpu / count, times[count // 2], times[count * 99 // 100]))
    for name, values in rounds.items():
        row(name, titles, [value * 1e6 for value in medians(values)])


main()
