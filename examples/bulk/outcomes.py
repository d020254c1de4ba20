"""What became of each change, and of all of them."""

from collections import Counter
from dataclasses import dataclass

from .bridge import Bridge, LiveLine


@dataclass
class Outcome:
    """What became of a row. `applied` is yes, no or unknown."""

    applied: str
    read_back: str = ""
    attempts: int = 0
    kind: str = ""
    message: str = ""


def outcome(answer: dict) -> Outcome:
    """What one answer to a replacement or an undo says."""
    if "result" in answer:
        verified = answer["result"].get("changes", {}).get("verified")
        return Outcome("yes", "yes" if verified else "", answer["result"]["meta"]["attempts"])
    error = answer["error"]
    data = error.get("data", {})
    # An error without "applied" was refused before there was a call, so nothing was sent.
    return Outcome(data.get("applied", "no"), "", data.get("attempts", 0), data.get("kind", ""), error["message"])


def carry_out(calls, total: int, add, bridge: Bridge, before_sending=lambda key: None) -> Counter:
    """Makes the calls, has `add` note each outcome, and gives the counts."""
    counts, live = Counter(), LiveLine(total)
    try:
        for key, answer in bridge.answers(calls, before_sending):
            result = outcome(answer)
            add(key, result)
            counts[result.applied] += 1
            live.step(result.applied != "yes")
    finally:
        live.end()
    return counts


def tally(counts: Counter, done: str) -> str:
    return f"{counts['yes']:,} {done}, {counts['no']:,} not, {counts['unknown']:,} unknown"
