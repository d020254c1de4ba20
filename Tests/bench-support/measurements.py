"""What is measured, section by section. Every section returns plain data; report.py prints it."""

from pathlib import Path

import kinds
import programs
from loopback_server import BIG, PAGES, SIZES, SMALL, STRING
from runs import Bench, Load, interleave

# A bridge in Python takes so much longer per call that fewer calls give figures as steady.
SHARE = {"httpx": 20}


def counts(is_quick: bool) -> dict:
    return {
        "small": 2_000 if is_quick else 20_000, "big": 60 if is_quick else 400, "starts": 5 if is_quick else 10,
        "latency": 1_000 if is_quick else 5_000, "batch": 3_000 if is_quick else 20_000,
        "tls": 1_000 if is_quick else 10_000, "closing": 200 if is_quick else 1_000,
        "writes": 1_000 if is_quick else 10_000, "lists": 4 if is_quick else 20,
        "lines": [1, 1_000, 10_000] if is_quick else [1, 1_000, 10_000, 100_000, 1_000_000],
        "requests": 20_000 if is_quick else 200_000,
    }


def answers(bench: Bench, rounds: int, is_quick: bool) -> dict:
    """Small answers, big answers, and the start, of everybody."""
    names, count = ["floor", "ours", *bench.peers], counts(is_quick)

    def table(load: Load, times: int = 1) -> dict:
        def cell(name: str):
            calls = max(load.calls // SHARE.get(name, 1), 1)
            own = Load(calls, load.in_flight, load.size, warm_up=load.warm_up)
            return lambda: bench.run_named(name, own)

        return interleave(rounds * times, {name: cell(name) for name in names})

    return {
        "small": table(Load(count["small"], 32, SMALL)), "big": table(Load(count["big"], 4, BIG)),
        "string": table(Load(count["big"], 4, STRING)),
        "start": table(Load(1, 1, SMALL, warm_up=0), count["starts"]),
    }


def calls(bench: Bench, rounds: int, is_quick: bool) -> dict:
    """Each kind of call beside the bare loop that makes as many requests, and the writes once more with a journal."""
    count = counts(is_quick)
    loads = {
        "get": Load(count["small"], 32, SMALL),
        "tool": Load(count["small"], 32, SMALL, kind=kinds.tool(SMALL)),
        "add": Load(count["writes"], 32, 0, kind=kinds.add()),
        "replace": Load(count["writes"], 32, 0, kind=kinds.checked_replace()),
        "journal": Load(count["writes"], 32, 0, kind=kinds.checked_replace(), journal=True),
        "fields": Load(count["big"], 4, 0, kind=kinds.fields(1_000_000)),
        "pages": Load(count["lists"], 1, 0, kind=kinds.pages(), warm_up=1),
    }

    cells = {}
    for name, load in loads.items():
        cells[name, "ours"] = lambda load=load: bench.run_ours(load)
        cells[name, "floor"] = lambda load=load: bench.run_floor(load.of_requests())
    out = {name: {"requests": load.asked().requests, "in_flight": load.in_flight} for name, load in loads.items()}
    for (name, who), figures in interleave(rounds, cells).items():
        out[name][who] = figures
    return out


def growth(bench: Bench, rounds: int, is_quick: bool) -> dict:
    """How cost grows with calls in flight, size, the length of a batch, contacts in a replacement, pages, and lines of
    the journal."""
    count = counts(is_quick)
    axes = {
        "in_flight": [(n, Load(count["small"] if n > 1 else count["latency"], n, SMALL)) for n in (1, 8, 64)],
        # As many bytes for each size, between bounds.
        "size": [(n, Load(max(min(count["small"], count["big"] * 1_000_000 // n), 20), 8, n)) for n in SIZES],
        # 64 calls outstanding, and two batches, so that there is work while one is put together.
        "batch": [(n, Load(count["batch"] // n * n, max(64 // n, 2), SMALL, batch=n)) for n in (1, 10, 100, 1_000)],
        "ids": [(n, Load(max(count["writes"] * 10 // (n + 10), 20), 8, 0, kind=kinds.replace(n)))
                for n in (1, 10, 100, 1_000, 10_000)],
        "pages": [(n, Load(max(count["lists"] * PAGES // n // 5, 2), 1, 0, kind=kinds.pages(n), warm_up=1))
                  for n in (1, 10, 100)],
    }
    cells = {}
    for axis, loads in axes.items():
        for at, load in loads:
            cells[axis, at, "ours"] = lambda load=load: bench.run_ours(load)
            if axis in ("in_flight", "size", "pages"):
                cells[axis, at, "floor"] = lambda load=load: bench.run_floor(load.of_requests())
    out = {axis: [] for axis in axes}
    for (axis, at, name), figures in interleave(rounds, cells).items():
        if not out[axis] or out[axis][-1]["at"] != at:
            out[axis].append({"at": at})
        out[axis][-1][name] = figures
    for row in out["pages"]:
        for figure in {"cpu_us", "cpu_us_min", "cpu_us_max"} & set(row["floor"]):
            row["floor"][figure] *= row["at"]
    return {**out, "journal": journal_growth(bench, rounds, count["lines"])}


MIDDLE = "ngmt_01HQY3JMS2QAXMIDDLE"


def journal_growth(bench: Bench, rounds: int, lines: list) -> list:
    """A process that is started to find the one entry of an engagement in the middle of a journal."""
    load = Load(1, 1, 0, warm_up=0, kind=kinds.recall(MIDDLE))
    files = {number: bench.server.work / f"journal-{number}.jsonl" for number in lines}
    for number, file in files.items():
        write_journal(file, number)
    cells = {number: lambda file=file: bench.run_ours(load, "--journal", str(file)) for number, file in files.items()}
    rows = interleave(rounds, cells)
    return [{"at": number, "bytes": files[number].stat().st_size, "ours": row} for number, row in rows.items()]


def write_journal(file: Path, lines: int) -> None:
    """A journal of so many lines, two a write (one if it is a single line)."""
    head = '{"journal":1,"at":"2026-02-03T14:58:11.204Z","number":%d,"process":4711,"event":'
    begin = head + (
        '"begin","method":"engagement.replaceContacts","id":"%s",'
        '"before":["cnt_01HQY3JMS2QAX00001","cnt_01HQY3JMS2QAX00002"],"wanted":["cnt_01HQY3JMS2QAX00002"]}\n')
    end = head + '"end","id":"%s","applied":"yes","status":200,"attempts":1}\n'
    writes = max(lines // 2, 1)
    with file.open("w") as out:
        for number in range(writes):
            name = MIDDLE if number == writes // 2 else f"ngmt_01HQY3JMS2QAX{number:07d}"
            out.write(begin % (number + 1, name))
            if lines > 1:
                out.write(end % (number + 1, name))
    file.chmod(0o600)


def processes(bench: Bench, rounds: int, is_quick: bool) -> dict:
    """Calls per second through 1, 2 and 4 processes, as the examples for GNU parallel and Spark start them: the
    difference of a long and a short file, so that the start is in neither."""
    long, rounds = counts(is_quick)["requests"], min(rounds, 3)
    files, answers = {number: bench.request_file(number) for number in (long // 4, long)}, bench.server.work / "answers"
    ways = {}
    try:
        programs.need("parallel", "parallel")
        ways["parallel"] = lambda file, number: ["examples/parallel/run", file, answers, number]
    except programs.Missing as missing:
        programs.say(f"skipped: {missing}")
    try:
        programs.find("java", "default-jre-headless")
        python = programs.environment_python("spark", "pyspark==4.3.0")
        ways["spark"] = lambda file, number: [
            python, "examples/spark/run.py", file, answers, "--master", f"local[{number}]", "--partitions", number]
    except programs.Missing as missing:
        programs.say(f"skipped: {missing}")
    cells = {}
    for name, command in ways.items():
        for number in (1, 2, 4):
            def cell(command=command, number=number):
                short, whole = (bench.seconds_of_example(command(file, number), answers, calls)
                                for calls, file in files.items())
                return {"calls_per_s": (long - long // 4) / (whole - short)}
            cells[name, number] = cell
    out = {}
    for (name, number), figures in interleave(rounds, cells).items():
        out.setdefault(name, []).append({"at": number, **figures})
    return out


def latency(bench: Bench, rounds: int, is_quick: bool) -> dict:
    """One call at a time."""
    load = Load(counts(is_quick)["latency"], 1, SMALL)
    names = ["floor", "ours", *(name for name in bench.peers if name not in SHARE)]
    return interleave(rounds, {name: lambda name=name: bench.run_named(name, load) for name in names})


def tls(bench: Bench, rounds: int, is_quick: bool) -> dict:
    """HTTPS on the system's libcurl and on the newest: HTTP/1.1, HTTP/2, a connection per call; and what is reused."""
    count, server, out = counts(is_quick), bench.server, {}
    ca = ("--ca-file", str(server.ca_file))
    many = Load(count["tls"], 64, SMALL)
    one = Load(count["tls"], 64, SMALL, connections=1)
    closing = Load(count["closing"], 16, SMALL)
    single = Load(max(count["latency"] // 5, 200), 1, SMALL)
    limit, bench.limit_s = bench.limit_s, 60
    for name, path in {"system": "", **({"newest": bench.newest} if bench.newest else {})}.items():
        at = {"base": server.tls, "library_path": path}
        slow = {"base": server.tls_closing, "library_path": path}
        cells = {
            ("1.1", "floor"): lambda: bench.run_floor(many, **at),
            ("1.1", "ours"): lambda: bench.run_ours(many, *ca, **at),
            ("2", "floor"): lambda: bench.run_floor(one, http="2", **at),
            ("2", "ours"): lambda: bench.run_ours(one, *ca, "--http2", **at),
            ("single", "floor"): lambda: bench.run_floor(single, **at),
            ("single", "ours"): lambda: bench.run_ours(single, *ca, **at),
            ("closing", "floor"): lambda: bench.run_floor(closing, **slow),
            ("closing", "ours"): lambda: bench.run_ours(closing, *ca, **slow),
        }
        rows = {}
        for (row, who), figures in interleave(rounds, cells).items():
            rows.setdefault(row, {})[who] = figures
        out[name] = {"rows": rows, "reuse": reuse(bench, ca, many, one, closing, path)}
    bench.limit_s = limit
    return out


def reuse(bench: Bench, ca: tuple, many: Load, one: Load, closing: Load, path: str) -> dict:
    """Connections that the server saw, and how many of them resumed a TLS session; not timed."""
    server, out = bench.server, {}
    runs = {
        "1.1": ("keep", many, (), server.tls_logged), "2": ("keep", one, ("--http2",), server.tls_logged),
        "closing": ("close", closing, (), server.tls_closing),
    }
    for row, (log, load, flags, base) in runs.items():
        before = server.log_lines(log)
        bench.run_ours(load, *ca, *flags, base=base, library_path=path)
        out[row] = server.connections(log, before)
    return out
