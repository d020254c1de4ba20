"""Instructions and allocations per call under valgrind's callgrind: repeatable where times are not."""

import re
import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path

from programs import environment
from runs import Bench, Load

ALLOCATORS = {"malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc"}


def read(file: Path, own: str) -> dict:
    """Sums of a callgrind output file: all instructions, those executed in the object whose file name is `own`, and how
    often that object called an allocator of libc directly."""
    objects, functions, sums, allocations = {}, {}, Counter(), 0
    here = callee = ""
    is_call = False

    def name(table: dict, text: str) -> str:
        # "(12) name" defines a number, "(12)" refers to it.
        number, _, rest = text.partition(") ")
        if rest:
            table[number.rstrip(")")] = rest
        return table[number.rstrip(")")]

    with file.open(errors="replace") as lines:
        for line in lines:
            if line[0] in "0123456789+-*":
                if not is_call:  # the line after "calls=" is what the callee cost, and is counted there
                    sums[here] += int(line.split()[1])
                is_call = False
            elif line.startswith("ob="):
                here = name(objects, line[3:].rstrip())
            elif line.startswith("cob="):
                name(objects, line[4:].rstrip())
            elif line.startswith("fn="):
                name(functions, line[3:].rstrip())
            elif line.startswith("cfn="):
                callee = name(functions, line[4:].rstrip())
            elif line.startswith("calls="):
                is_call = True
                if Path(here).name == own and re.sub(r"'\d+$", "", callee) in ALLOCATORS:
                    allocations += int(line[6:].split()[0])
    mine = sum(count for path, count in sums.items() if Path(path).name == own)
    return {"all": sum(sums.values()), "own": mine, "allocations": allocations}


def count(bench: Bench, command: list, head: list) -> dict:
    file = bench.server.work / "callgrind.out"
    file.unlink(missing_ok=True)
    valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={file}", "--dump-line=no"]
    done = subprocess.run(
        [str(bench.host), *head, "--", *valgrind, *map(str, command)], capture_output=True, text=True,
        env=environment(bench.server.clear))
    if done.returncode or not file.exists() or '"missing":0,"exit":0' not in done.stdout:
        raise RuntimeError(f"a run under valgrind failed: {done.stdout}{done.stderr[-600:]}")
    return read(file, Path(command[0]).name)


def per_call(bench: Bench, name: str, load: Load, calls: tuple) -> dict:
    """Per call of `ours` or `floor`, with the start taken off: the difference of a long and a short run."""
    totals, bench.limit_s = [], 600
    for number in calls:
        part = replace(load, calls=number, warm_up=0)
        if name == "floor":
            url = bench.server.clear + part.asked().path
            command = [bench.floor, number, 0, part.in_flight, part.connections, url]
            totals.append(count(bench, command, ["plain", str(bench.limit_s)]))
        else:
            command = [bench.binary, "--timeout-ms", "600000", *bench.journal(part)]
            totals.append(count(bench, command, bench.words(part)))
    short, long = totals
    return {key: (long[key] - short[key]) / (calls[1] - calls[0]) for key in short}
