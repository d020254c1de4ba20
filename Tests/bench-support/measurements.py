"""What is measured, section by section. Every section returns plain data; report.py prints it."""

from loopback_server import BIG, SIZES, SMALL
from runs import Bench, Load, interleave

# A bridge in Python takes so much longer per call that fewer calls give figures as steady.
SHARE = {"httpx": 20}


def counts(is_quick: bool) -> dict:
    return {
        "small": 2_000 if is_quick else 20_000, "big": 60 if is_quick else 400, "starts": 5 if is_quick else 10,
        "latency": 1_000 if is_quick else 5_000, "batch": 3_000 if is_quick else 20_000,
        "tls": 1_000 if is_quick else 10_000, "closing": 200 if is_quick else 1_000,
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
        "start": table(Load(1, 1, SMALL, warm_up=0), count["starts"]),
    }


def growth(bench: Bench, rounds: int, is_quick: bool) -> dict:
    """How cost grows with calls in flight, with size, and with the length of a batch."""
    count = counts(is_quick)
    in_flight = [Load(count["small"] if n > 1 else count["latency"], n, SMALL) for n in (1, 8, 64)]
    # As many bytes for each size, between bounds.
    sizes = [Load(max(min(count["small"], count["big"] * 1_000_000 // size), 50), 32, size) for size in SIZES]
    # 64 calls outstanding, and two batches, so that there is work while one is put together.
    batches = [Load(count["batch"] // n * n, max(64 // n, 2), SMALL, batch=n) for n in (1, 10, 100, 1_000)]
    cells = {}
    for axis, loads in {"in_flight": in_flight, "size": sizes}.items():
        for load in loads:
            cells[axis, getattr(load, axis), "ours"] = lambda load=load: bench.run_ours(load)
            cells[axis, getattr(load, axis), "floor"] = lambda load=load: bench.run_floor(load)
    for load in batches:
        cells["batch", load.batch, "ours"] = lambda load=load: bench.run_ours(load)
    medians, out = interleave(rounds, cells), {"in_flight": [], "size": [], "batch": []}
    for (axis, at, name), figures in medians.items():
        if not out[axis] or out[axis][-1]["at"] != at:
            out[axis].append({"at": at})
        out[axis][-1][name] = figures
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
