"""One run of one program under the host of host.c, and medians over runs."""

import json
import statistics
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from loopback_server import LoopbackServer, body, engagement_id
from programs import environment

FIGURES = ("cpu_us", "calls_per_s", "p50_ms", "p99_ms", "rss_mib", "ready_ms", "process_cpu_ms", "errors")


@dataclass
class Load:
    """What is asked for in one run."""

    calls: int
    in_flight: int
    size: int
    batch: int = 1
    connections: int = 16
    warm_up: int = -1

    def warm(self) -> int:
        """Calls before the figures begin, in whole batches: connections opened, buffers grown, caches filled."""
        if self.warm_up >= 0:
            return self.warm_up
        return max(min(2 * self.in_flight * self.batch, self.calls), self.batch)


@dataclass
class Bench:
    """What every run needs."""

    host: Path
    floor: Path
    binary: Path
    server: LoopbackServer
    limit_s: float = 120
    peers: dict = field(default_factory=dict)  # name -> command without the base URL
    newest: str = ""  # LD_LIBRARY_PATH

    def run_floor(self, load: Load, base: str = "", library_path: str = "", http: str = "1.1") -> dict:
        """The bare loop under `load`."""
        base = base or self.server.clear
        command = [
            str(self.floor), str(load.calls), str(load.warm()), str(load.in_flight), str(load.connections),
            f"{base}/v2/engagements/{engagement_id(load.size)}", str(self.server.ca_file), http,
        ]
        out = self.call_host(["plain", str(self.limit_s), "--", *command], environment(library_path=library_path))
        figures = out.pop("figures")
        out.update(figures)
        if not figures:
            out["errors"] = load.calls
        return out

    def run_bridge(self, command: list, load: Load, base: str = "", library_path: str = "") -> dict:
        """A JSON-RPC bridge under `load`."""
        words = [load.calls, load.warm(), load.in_flight, load.batch, load.size, engagement_id(load.size), self.limit_s]
        out = self.call_host(
            [*map(str, words), "--", *map(str, command)], environment(base or self.server.clear, library_path))
        out["errors"] += out["missing"]
        return out

    def run_ours(self, load: Load, *flags: str, base: str = "", library_path: str = "") -> dict:
        """engagement-rpc under `load`."""
        command = [self.binary, "--max-connections", load.connections, *flags]
        return self.run_bridge(command, load, base, library_path)

    def run_named(self, name: str, load: Load) -> dict:
        """`floor`, `ours` or a peer, over clear text."""
        if name == "floor":
            return self.run_floor(load)
        if name == "ours":
            return self.run_ours(load)
        return self.run_bridge([*self.peers[name], self.server.clear], load)

    def call_host(self, words: list, env: dict) -> dict:
        done = subprocess.run([str(self.host), *words], capture_output=True, text=True, env=env)
        if done.returncode or not done.stdout:
            raise RuntimeError(f"{' '.join(words)}\n{done.stderr[-800:]}")
        out = json.loads(done.stdout)
        out["rss_mib"] = out.pop("rss_kib") / 1024
        out["said"] = done.stderr[-300:]
        return out

    def check(self, name: str, sizes: list) -> None:
        """Before anything is timed: does the program pass on what the server sent, unharmed?"""
        lines = "".join(
            json.dumps({"jsonrpc": "2.0", "id": size, "method": "engagement.get",
                        "params": {"engagement_id": engagement_id(size)}}) + "\n"
            for size in sizes)
        command = [self.binary] if name == "ours" else [*self.peers[name], self.server.clear]
        done = subprocess.run(
            [str(word) for word in command], input=lines.encode(), capture_output=True, timeout=60,
            env=environment(self.server.clear))
        answers = {answer.get("id"): answer for answer in map(json.loads, done.stdout.splitlines())}
        for size in sizes:
            if answers.get(size, {}).get("result", {}).get("data") != json.loads(body(size)):
                said = str(answers.get(size, done.stderr[-300:]))[:300]
                raise RuntimeError(f"{name} does not pass on an engagement of {size} bytes: {said}")


def median(runs: list) -> dict:
    """The median of each figure, the spread of CPU, and the sum of errors."""
    out = {}
    for name in FIGURES:
        values = [run[name] for run in runs if run.get(name) is not None]
        if values:
            out[name] = sum(values) if name == "errors" else statistics.median(values)
    spread = [run["cpu_us"] for run in runs if run.get("cpu_us") is not None]
    if spread:
        out["cpu_us_min"], out["cpu_us_max"] = min(spread), max(spread)
    out["runs"] = len(runs)
    said = [run["said"] for run in runs if run.get("errors") and run.get("said")]
    if said:
        out["said"] = said[0]
    return out


def interleave(rounds: int, cells: dict) -> dict:
    """Runs every cell once per round, so that a busy minute of the machine falls on all of them."""
    runs = {name: [] for name in cells}
    for _ in range(rounds):
        for name, cell in cells.items():
            runs[name].append(cell())
    return {name: median(list_of_runs) for name, list_of_runs in runs.items()}
