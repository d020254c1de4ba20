"""The tables, as Markdown."""

import os
import platform
import subprocess
from pathlib import Path

NAMES = {"ours": "engagement-rpc", "floor": "bare libcurl loop", "go": "Go bridge", "httpx": "Python httpx bridge"}


def machine(floor: Path, nginx: str, peers: dict, library_path: str) -> dict:
    """What the figures hold for."""
    cpu = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith(("model name", "Model"))), platform.machine())
    cores = len(os.sched_getaffinity(0))
    out = {"cpu": cpu, "cores": cores, "kernel": platform.release()}
    release = Path("/etc/os-release")
    if release.exists():
        out["system"] = next((line.split("=", 1)[1].strip('"') for line in release.read_text().splitlines()
                              if line.startswith("PRETTY_NAME=")), "")
    version = subprocess.run([nginx, "-v"], capture_output=True, text=True).stderr.strip()
    out["nginx"] = version.rpartition("/")[2]
    out["libcurl"] = libcurl(floor, "")
    if library_path:
        out["newest_libcurl"] = libcurl(floor, library_path)
    if "go" in peers:
        out["go"] = subprocess.run(["go", "version"], capture_output=True, text=True).stdout.split()[2]
    if "httpx" in peers:
        find = "import httpx, platform; print(f'{httpx.__version__} on Python {platform.python_version()}')"
        out["httpx"] = subprocess.run([peers["httpx"][0], "-c", find], capture_output=True, text=True).stdout.strip()
    return out


def libcurl(floor: Path, library_path: str) -> str:
    from programs import environment
    said = subprocess.run([str(floor), "--version"], capture_output=True, text=True,
                          env=environment(library_path=library_path)).stdout.split()
    return " ".join(word for word in said if word.startswith(("libcurl/", "OpenSSL/", "GnuTLS/", "nghttp2/")))


def number(value, digits: int = 3) -> str:
    """A figure with about `digits` significant digits, without an exponent."""
    if value is None or value < 0:
        return "–"
    if value == 0:
        return "0"
    whole = len(str(int(value)))
    return f"{value:,.{max(digits - whole, 0) if value >= 1 else digits}f}"


def ratio(row: dict, base) -> str:
    return f"{row['cpu_us'] / base['cpu_us']:.2f}" if base and base.get("cpu_us") else "–"


def table(head: list, rows: list) -> str:
    rows = [[str(cell) for cell in row] for row in rows]
    wide = [max(len(line[i]) for line in [head, *rows]) for i in range(len(head))]

    def line(cells: list) -> str:
        first = cells[0].ljust(wide[0])
        return "| " + " | ".join([first, *(cell.rjust(wide[i + 1]) for i, cell in enumerate(cells[1:]))]) + " |"

    rule = "|" + "|".join("-" * (width + 1) + ("-" if i == 0 else ":") for i, width in enumerate(wide)) + "|"
    return "\n".join([line(head), rule, *map(line, rows)])


def figures(row: dict, base) -> list:
    return [number(row.get("cpu_us")), ratio(row, base), number(row.get("calls_per_s"), 2), number(row.get("p50_ms")),
            number(row.get("p99_ms")), number(row.get("rss_mib"))]


HEAD = ["CPU µs/call", "× floor", "calls/s", "p50 ms", "p99 ms", "RSS MiB"]


def failed(row: dict) -> str:
    return f" ({row['errors']} failed)" if row.get("errors") else ""


def answers(data: dict) -> str:
    out = []
    titles = {"small": "1.5 kB answers, 32 in flight", "big": "1.1 MB answers of segments, 4 in flight",
              "string": "1.1 MB answers of one string, 4 in flight"}
    for key, title in titles.items():
        rows = [[NAMES[who] + failed(row), *figures(row, data[key]["floor"])] for who, row in data[key].items()]
        out.append(table([title, *HEAD], rows))
    base = data["start"]["floor"]
    rows = [
        [NAMES[who] + failed(row), number(row["ready_ms"]), f"{row['ready_ms'] / base['ready_ms']:.2f}",
         number(row["process_cpu_ms"]), number(row["rss_mib"])] for who, row in data["start"].items()]
    out.append(table(["From spawn to the first answer", "ms", "× floor", "CPU ms, to the end", "RSS MiB"], rows))
    return "\n\n".join(out)


CALLS = {"get": "`engagement.get`, 1.5 kB", "tool": "the same as an MCP tool", "add": "`engagement.addContacts`",
         "replace": "`engagement.replaceContacts`, reported", "journal": "the same with `--journal`",
         "fields": "two `fields` of 1 MB", "pages": "`all` of 10,000 items, 4 MB"}


def calls(data: dict) -> str:
    rows = []
    for name, row in data.items():
        base = {"cpu_us": row["floor"].get("cpu_us", 0) * row["requests"]}
        rows.append([CALLS[name] + failed(row["ours"]), row["requests"], row["in_flight"], *figures(row["ours"], base)])
    return table(["Kinds of call", "requests", "in flight", "CPU µs/call", "× floor for as many", *HEAD[2:]], rows)


def processes(data: dict) -> str:
    if not data:
        return "Calls per second by processes: neither GNU parallel nor Spark is here."
    names = {"parallel": "GNU parallel", "spark": "Spark"}
    rows = [[names[way], *(f"{row['calls_per_s']:,.0f}" for row in rows)] for way, rows in data.items()]
    return table(["Calls per second by processes", *(str(row["at"]) for row in next(iter(data.values())))], rows)


def growth(data: dict) -> str:
    out = []
    head = ["CPU µs/call", "floor's", "× floor", "calls/s", "p50 ms", "p99 ms", "RSS MiB", "floor's"]
    titles = {"in_flight": "1.5 kB, in flight", "size": "8 in flight, bytes",
              "pages": "One `all` at a time, pages of 100"}
    for key, title in titles.items():
        rows = []
        for row in data[key]:
            ours, floor = row["ours"], row["floor"]
            cells = figures(ours, floor)
            rows.append([f"{row['at']:,}" + failed(ours), cells[0], number(floor.get("cpu_us")), *cells[1:],
                         number(floor["rss_mib"])])
        out.append(table([title, *head], rows))
    for key, title in {"batch": "1.5 kB, calls per batch", "ids": "Replacements, contacts in one"}.items():
        rows = [[f"{row['at']:,}" + failed(row["ours"]), *(figures(row["ours"], None)[i] for i in (0, 2, 3, 4, 5))]
                for row in data[key]]
        out.append(table([title, "CPU µs/call", "calls/s", "p50 ms", "p99 ms", "RSS MiB"], rows))
    rows = [[f"{row['at']:,}" + failed(row["ours"]), f"{row['bytes'] / 1e6:.1f}", number(row["ours"]["ready_ms"]),
             number(row["ours"]["rss_mib"])] for row in data["journal"]]
    out.append(table(["An entry found, lines of the journal", "MB", "ms, spawn to answer", "RSS MiB"], rows))
    return "\n\n".join(out)


def latency(data: dict) -> str:
    base, rows = data["floor"], []
    for who, row in data.items():
        added = [f"+{number((row[key] - base[key]) * 1000)}" if row is not base else "" for key in ("p50_ms", "p99_ms")]
        rows.append([NAMES[who] + failed(row), number(row["p50_ms"] * 1000), added[0], number(row["p99_ms"] * 1000),
                     added[1], number(row["cpu_us"])])
    return table(["One call at a time, 1.5 kB", "median µs", "added", "p99 µs", "added", "CPU µs/call"], rows)


TLS_ROWS = {"1.1": "HTTP/1.1, 64 in flight, 16 connections", "2": "HTTP/2, 64 in flight, 1 connection",
            "single": "HTTP/1.1, one at a time", "closing": "a new connection per call, 16 in flight"}


def tls(data: dict, facts: dict) -> str:
    out = []
    for name, part in data.items():
        rows = []
        for key, title in TLS_ROWS.items():
            ours, floor = part["rows"][key]["ours"], part["rows"][key]["floor"]
            cells, reuse = figures(ours, floor), part["reuse"].get(key)
            cells.insert(1, number(floor["cpu_us"]) + failed(floor) if "cpu_us" in floor else "failed")
            seen = f"{reuse['connections']:,} / {reuse['resumed']:,}" if reuse else "–"
            if reuse and reuse["protocol"] != ("HTTP/2.0" if key == "2" else "HTTP/1.1"):
                seen += " over " + reuse["protocol"]
            rows.append([title + failed(ours), *cells, seen])
        title = facts["libcurl" if name == "system" else "newest_libcurl"].split()[0]
        head = [f"HTTPS, 1.5 kB, {title}", "CPU µs/call", "floor's", *HEAD[1:], "connections / resumed"]
        out.append(table(head, rows))
    return "\n\n".join(out)


def instructions(data: dict) -> str:
    rows = []
    for row in data:
        ours, floor = row["ours"], row["floor"]
        rows.append([row["title"], number(ours["all"]), number(floor["all"]), f"{ours['all'] / floor['all']:.2f}",
                     number(ours["own"]), f"{ours['allocations']:.1f}"])
    return table(["Instructions per call", "in all", "floor's", "× floor", "in our binary", "its allocations"], rows)
