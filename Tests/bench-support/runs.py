"""One run of one program under the host of host.c, and medians over runs."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import kinds
from loopback_server import SMALL, LoopbackServer, body
from programs import ROOT, TOKEN, environment

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
    kind: kinds.Kind | None = None  # else a get of an engagement of `size` bytes
    journal: bool = False

    def asked(self) -> kinds.Kind:
        return self.kind or kinds.get(self.size)

    def of_requests(self) -> Load:
        """As many requests as these calls make, each for itself."""
        requests = self.asked().requests
        # Of small ones enough for the bare loop to run for longer than a moment.
        least = 2_000 if self.kind else 0
        return replace(self, calls=max(self.calls * requests, least), warm_up=self.warm() * requests)

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
            base + load.asked().path, str(self.server.ca_file), http,
        ]
        out = self.call_host(["plain", str(self.limit_s), "--", *command], environment(library_path=library_path))
        figures = out.pop("figures")
        out.update(figures)
        if not figures:
            out["errors"] = load.calls
        return out

    def run_bridge(self, command: list, load: Load, base: str = "", library_path: str = "") -> dict:
        """A JSON-RPC bridge under `load`."""
        out = self.call_host(
            [*self.words(load), "--", *map(str, command)], environment(base or self.server.clear, library_path))
        out["errors"] += out["missing"]
        return out

    def words(self, load: Load) -> list:
        """What the host has to be told about `load`."""
        file = self.server.work / "request"
        file.write_text(load.asked().members)
        counts = [load.calls, load.warm(), load.in_flight, load.batch, load.asked().answer]
        return [*map(str, counts), str(file), str(self.limit_s)]

    def run_ours(self, load: Load, *flags: str, base: str = "", library_path: str = "") -> dict:
        """engagement-rpc under `load`."""
        command = [self.binary, "--max-connections", load.connections, *self.journal(load), *flags]
        return self.run_bridge(command, load, base, library_path)

    def run_named(self, name: str, load: Load) -> dict:
        """`floor`, `ours` or a peer, over clear text."""
        if name == "floor":
            return self.run_floor(load)
        if name == "ours":
            return self.run_ours(load)
        return self.run_bridge([*self.peers[name], self.server.clear], load)

    def journal(self, load: Load) -> list:
        """The flags for a journal without entries, if `load` has one."""
        file = self.server.work / "journal.jsonl"
        file.unlink(missing_ok=True)
        return ["--journal", str(file)] if load.journal else []

    def request_file(self, number: int) -> Path:
        """So many small gets, a line each."""
        file = self.server.work / f"{number}.jsonl"
        with file.open("w") as out:
            for i in range(number):
                out.write(f'{{"jsonrpc":"2.0","id":{i},{kinds.get(SMALL).members}}}\n')
        return file

    def token_file(self) -> Path:
        file = self.server.work / "token"
        file.write_text(TOKEN)
        return file

    def seconds_of_example(self, command: list, answers: Path, calls: int) -> float:
        """How long an example takes that writes its answers into that file, or into that folder in parts."""
        kept = {name: value for name, value in environment(self.server.clear).items() if name != "ENGAGEMENT_RPC_TOKEN"}
        remove(answers)
        began = time.monotonic()
        done = subprocess.run(
            list(map(str, command)), capture_output=True, text=True, cwd=ROOT, timeout=600,
            env={**kept, "ENGAGEMENT_RPC": str(self.binary), "ENGAGEMENT_RPC_TOKEN_FILE": str(self.token_file())})
        seconds = time.monotonic() - began
        parts = sorted(answers.glob("part-*")) if answers.is_dir() else [answers]
        good = sum(b'"result":' in line for part in parts for line in part.open("rb")) if answers.exists() else 0
        if done.returncode or good != calls:
            raise RuntimeError(f"{command}: {good} of {calls} answers\n{done.stderr[-800:]}")
        return seconds

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
        lines = "".join(f'{{"jsonrpc":"2.0","id":{size},{kinds.get(size).members}}}\n' for size in sizes)
        command = [self.binary] if name == "ours" else [*self.peers[name], self.server.clear]
        done = subprocess.run(
            [str(word) for word in command], input=lines.encode(), capture_output=True, timeout=60,
            env=environment(self.server.clear))
        answers = {answer.get("id"): answer for answer in map(json.loads, done.stdout.splitlines())}
        for size in sizes:
            if answers.get(size, {}).get("result", {}).get("data") != json.loads(body(size)):
                said = str(answers.get(size, done.stderr[-300:]))[:300]
                raise RuntimeError(f"{name} does not pass on an engagement of {size} bytes: {said}")


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


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
