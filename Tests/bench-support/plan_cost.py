#!/usr/bin/env python3
"""What `plan` costs beside as many plain reads by JSON-RPC, over a sandbox whose reads take 1 ms.

usage: Tests/bench-support/plan_cost.py BINARY [--rows 10000] [--rounds 5]

Prints for each round the CPU of both, in ms, then the middle ratio (limit 1.3), the time, the largest resident memory and
the requests for each row.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PEOPLE = 500


def measured(command: list, stdin=subprocess.DEVNULL, statuses=(0,)) -> tuple:
    """CPU seconds, seconds and KiB of a command that ends with one of `statuses`."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdin=stdin, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in statuses:
        sys.exit(f"{command}: status {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - start, usage.ru_maxrss


def call(binary: str, url: str, method: str, params: dict) -> dict:
    told = subprocess.run([binary, "call", method, json.dumps(params), "--sandbox-at", url, "--raw"],
                          stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=True)
    return json.loads(told.stdout)["result"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    binary = os.path.abspath(options.binary)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        names = [f"ngmt_{number:06}" for number in range(options.rows)]
        people = [f"cnt_{number:04}" for number in range(PEOPLE)]
        there = {one: [people[(number + step) % PEOPLE] for step in range(4)] for number, one in enumerate(names)}
        (folder / "seed.json").write_text(json.dumps({
            "contacts": [{"id": one, "first_name": "Ana", "last_name": one[4:],
                          "emails": [{"email": f"{one[4:]}@example.com"}]} for one in people],
            "engagements": [{"id": one, "title": f"Call {one}", "contact_ids": ids} for one, ids in there.items()]}))
        # Every second row would change.
        rows = [f"{one},{' '.join(ids[number % 2:])}" for number, (one, ids) in enumerate(there.items())]
        table = folder / "table.csv"
        table.write_text("engagement,people\n" + "\n".join(rows) + "\n")
        requests = folder / "requests.jsonl"
        requests.write_text("".join(json.dumps({
            "jsonrpc": "2.0", "id": number, "method": "engagement.get",
            "params": {"engagement_id": one, "expand": ["contacts"]}}) + "\n" for number, one in enumerate(names)))
        sandbox = subprocess.Popen([binary, "sandbox", "--seed", folder / "seed.json"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)
        try:
            url = sandbox.stdout.readline().strip()
            slow = {"match": "GET /v2/engagements/*", "steps": [{"delay_ms": 1}], "repeat": True}
            call(binary, url, "sandbox.fail", slow)
            ratios = []
            for _ in range(options.rounds):
                with open(requests) as lines:
                    plain = measured([binary, "--sandbox-at", url], lines)
                plan = measured([binary, "plan", table, "--sandbox-at", url], statuses=(2,))
                ratios.append(plan[0] / plain[0])
                print(f"plain reads {plain[0] * 1000:.0f} ms CPU, plan {plan[0] * 1000:.0f} ms CPU "
                      f"({ratios[-1]:.2f}), {plan[1]:.2f} s, {plan[2] / 1024:.1f} MiB")
            call(binary, url, "sandbox.reset", {})
            measured([binary, "plan", table, "--sandbox-at", url], statuses=(2,))
            count = len(call(binary, url, "sandbox.requests", {})["data"]["requests"])
            print(f"middle ratio {statistics.median(ratios):.2f} (limit 1.3); {count / options.rows:.3f} requests a row")
        finally:
            sandbox.stdin.close()
            sandbox.wait(10)


if __name__ == "__main__":
    main()
