"""One engagement-rpc process, driven with many requests at once."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from . import SOFTWARE, USAGE, Failed

BUILT = Path(__file__).resolve().parents[2] / ".build/release/engagement-rpc"
# Enough to keep every connection busy, and little enough to be accounted for after a crash.
WINDOW = 128


def program() -> str:
    found = os.environ.get("ENGAGEMENT_RPC") or shutil.which("engagement-rpc") or (BUILT.exists() and str(BUILT))
    if not found:
        raise Failed("engagement-rpc is not on the PATH; build it with: swift build -c release", USAGE)
    return str(found)


class Bridge:
    """Requests go in from a thread of their own, because the process reads no more while its answers wait to be read;
    answers come in any order."""

    def __init__(self, flags: list):
        try:
            # In a session of its own: Ctrl-C is for this program, which then lets what runs come to its end.
            self.process = subprocess.Popen(
                [program(), *flags], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        except OSError as problem:
            raise Failed(f"engagement-rpc can't be started: {problem.strerror}.", SOFTWARE) from None
        self.process.stdin.write(b'{"jsonrpc":"2.0","id":"start","method":"service.ping"}\n')
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.flush()
        if not self.process.stdout.readline() and self.process.wait() == USAGE:
            raise Failed("", USAGE)  # A flag is wrong, and the process has said which.
        self.caught: list = []
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.interrupt)

    def interrupt(self, number, _frame) -> None:
        """After the first signal no further request is sent, and those under way are waited for; a second ends that."""
        self.caught.append(number)
        if len(self.caught) > 1:
            self.process.kill()

    @property
    def interrupted(self) -> int:
        """The exit status that tells of the first signal; 0 when none came."""
        return 128 + self.caught[0] if self.caught else 0

    def answers(self, requests, before_sending=lambda key: None):
        """Sends (key, method, params) and gives (key, answer) as they come, until each that was sent has one."""
        places, sent, keys, problem = threading.Semaphore(WINDOW), [0], {}, []

        def send():
            try:
                for number, (key, method, params) in enumerate(requests):
                    while not places.acquire(timeout=0.2):
                        if self.caught:
                            return
                    if self.caught:
                        return
                    line = json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\n"
                    keys[number] = key
                    before_sending(key)
                    sent[0] = number + 1
                    self.process.stdin.write(line.encode())
                    self.process.stdin.flush()
            except (BrokenPipeError, ValueError):
                pass  # Its end is seen where the answers are read.
            except Failed as failed:
                problem.append(failed)
            finally:
                if self.process.poll() is None:
                    # A call that costs nothing: its answer ends the wait for one where nothing more was sent.
                    try:
                        self.process.stdin.write(b'{"jsonrpc":"2.0","id":"end","method":"service.ping"}\n')
                        self.process.stdin.flush()
                    except (BrokenPipeError, ValueError):
                        pass

        sender = threading.Thread(target=send, daemon=True)
        sender.start()
        answered, has_ended = 0, False
        while not has_ended or answered < sent[0]:
            line = self.process.stdout.readline()
            if not line:
                raise Failed(f"engagement-rpc ended ({self.how_it_ended()}) before everything was answered.", SOFTWARE)
            answer = json.loads(line)
            if answer.get("id") is None:
                raise Failed(f"A request can't be read: {answer['error']['message']}", SOFTWARE)
            if answer["id"] == "end":
                has_ended = True
                continue
            answered += 1
            places.release()
            yield keys.pop(answer["id"]), answer
        sender.join()
        if problem:
            raise problem[0]

    def all_answers(self, requests):
        """As `answers`, for reading what is of no use in part. Raises Failed (130, 143) when a signal has ended it."""
        try:
            yield from self.answers(requests)
        except Failed:
            if not self.caught:
                raise
        if self.caught:
            raise Failed("Interrupted. Nothing was written.", self.interrupted)

    def how_it_ended(self) -> str:
        try:
            status = self.process.wait(5)
        except subprocess.TimeoutExpired:
            return "its output, at least"
        return f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"

    def close(self) -> None:
        try:
            self.process.stdin.close()
            self.process.wait(10)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()


class LiveLine:
    """How far it is, on a terminal: rewritten five times a second, and gone at the end."""

    def __init__(self, total: int):
        self.total, self.done, self.failed = total, 0, 0
        self.start, self.next, self.shows = time.monotonic(), 0.0, sys.stderr.isatty()

    def step(self, failed: bool) -> None:
        self.done += 1
        self.failed += failed
        now = time.monotonic()
        if self.shows and now >= self.next:
            self.next = now + 0.2
            rate = self.done / max(now - self.start, 0.001)
            left = (self.total - self.done) / max(rate, 0.001)
            progress = f"{self.done:,} of {self.total:,}, {self.failed:,} failed, {rate:,.0f}/s, {left:,.0f} s left"
            self.write(f"\r{progress}\033[K")

    def end(self) -> None:
        if self.shows:
            self.write("\r\033[K")

    @staticmethod
    def write(text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:
            pass
