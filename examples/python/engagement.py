#!/usr/bin/env python3
"""Clients of engagement-rpc for asyncio and for threads, and what they are good for (Python 3.11 or newer):

    python3 engagement.py [--threads]
"""

import asyncio
import atexit
import concurrent.futures
import contextlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import IO, Any, Generic, Self, TypeVar

Result = dict[str, Any]
Listener = Callable[[dict[str, Any]], object]
# An answer is one line of up to 64 MiB; asyncio's own limit is 64 KiB.
LONGEST_LINE = 1 << 27


def program() -> str:
    """$ENGAGEMENT_RPC, else what is on the PATH, else the release build of the repository that this file is in."""
    if found := os.environ.get("ENGAGEMENT_RPC") or shutil.which("engagement-rpc"):
        return found
    built = Path(__file__).resolve().parent / "../../.build/release/engagement-rpc"
    return str(built) if built.exists() else "engagement-rpc"


class Refused(Exception):
    """The call brought an error. `data` is all that is known of it; `applied` is None for reads."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.code: int = error["code"]
        self.data: dict[str, Any] = error.get("data") or {}
        self.kind: str | None = self.data.get("kind")
        self.retryable: bool = self.data.get("retryable", False)
        self.retry_after_ms: int | None = self.data.get("retry_after_ms")
        self.applied: str | None = self.data.get("applied")
        self.attempts: int | None = self.data.get("attempts")
        self.errors: list[dict[str, Any]] = self.data.get("errors", [])
        self.cause: str | None = self.data.get("cause")


class Ended(Exception):
    """The process is gone, so nothing is known of the call. `status` is its own, negative for a signal."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


Answer = TypeVar("Answer", "asyncio.Future[Result]", "concurrent.futures.Future[Result]")


class Calls(Generic[Answer]):
    """Which calls wait, and what a line of the process means to them. The clients below only carry the lines."""

    PROBE = "$/waits"  # A method that nobody has.

    def __init__(self) -> None:
        self.ids = itertools.count(1)
        self.waiting: dict[int, Answer] = {}
        self.listeners: dict[int, Listener] = {}
        # Errors without an id, and the calls that they may be about.
        self.unreadable: list[Exception] = []
        self.suspects: set[int] = set()
        # What the process says before its first answer: should it end there, that is why. Afterwards it is passed on.
        self.said: bytes | None = b""
        self.status: int | None = None

    @staticmethod
    def line(**message: Any) -> bytes:
        return json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n"

    def request(self, method: str, params: dict[str, Any], listener: Listener | None) -> tuple[int, bytes]:
        number = next(self.ids)
        if listener:
            params = {**params, "options": {**params.get("options", {}), "progress_token": number}}
        return number, self.line(id=number, method=method, params=params)

    def add(self, number: int, answer: Answer, listener: Listener | None) -> None:
        if self.status is not None:
            raise Ended("engagement-rpc has ended.", self.status)
        self.waiting[number] = answer
        if listener:
            self.listeners[number] = listener

    def settle(self, number: int, outcome: Result | Exception) -> None:
        self.suspects.discard(number)
        self.listeners.pop(number, None)
        if answer := self.waiting.pop(number, None):
            if isinstance(outcome, Exception):
                answer.set_exception(outcome)
            else:
                answer.set_result(outcome)

    def hear(self, line: bytes) -> Collection[int]:
        """Tells whom the line concerns. Gives the calls that the process is to be asked about with PROBE."""
        message: dict[str, Any] = json.loads(line)
        number: int | None = message.get("id")
        refused = Refused(message["error"]) if "error" in message else None
        asked: set[int] = set()
        if message.get("method") == "$/progress":
            self.progress(message["params"])
        elif number is None and refused:
            # There was a request that it could not read: of those that wait, one whose id it does not know.
            self.unreadable.append(refused)
            asked = self.waiting.keys() - self.suspects
            self.suspects |= asked
        elif refused and self.PROBE in str(refused):
            if number in self.waiting:
                self.settle(number, self.unreadable.pop(0) if self.unreadable else refused)
        elif refused and refused.code == -32600 and number in self.suspects:
            self.suspects.discard(number)  # Its id is taken, so it was read.
        elif number is not None:
            self.settle(number, refused or message["result"])
        if len(self.suspects) <= len(self.unreadable):
            for number, outcome in zip(sorted(self.suspects), self.unreadable):
                self.settle(number, outcome)
            self.unreadable.clear()
        return asked & self.suspects

    def progress(self, params: dict[str, Any]) -> None:
        if listener := self.listeners.get(params["token"]):
            try:
                listener(params["value"])
            except Exception as problem:
                self.settle(params["token"], problem)

    def say(self, text: bytes) -> None:
        """Takes what the process says on stderr."""
        if self.said is not None:
            self.said += text
        elif text:
            with contextlib.suppress(OSError):
                os.write(2, text)

    def begin(self) -> None:
        said, self.said = self.said, None
        self.say(said or b"")

    def end(self, status: int) -> None:
        how = signal.Signals(-status).name if status < 0 else f"status {status}"
        said = (self.said or b"").decode(errors="replace").strip()
        self.status = status
        for number in list(self.waiting):
            self.settle(number, Ended(said or f"engagement-rpc ended before it had answered ({how}).", status))


class Bridge:
    """async with Bridge("--sandbox") as bridge: … Any number of tasks may call at once."""

    process: asyncio.subprocess.Process

    def __init__(self, *flags: str) -> None:
        self.flags = flags
        self._calls: Calls[asyncio.Future[Result]] = Calls()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def start(self) -> Self:
        """Raises Ended, with the process's own sentence, when it does not stay (a misspelt flag: status 64)."""
        self.process = await asyncio.create_subprocess_exec(
            program(), *self.flags, limit=LONGEST_LINE,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        assert self.process.stdin and self.process.stdout and self.process.stderr
        self._input = self.process.stdin
        self._relayer = asyncio.create_task(self._relay(self.process.stderr))
        self._reader = asyncio.create_task(self._read(self.process.stdout))
        try:
            await self.call("service.ping")
        except BaseException:
            await self.close()
            raise
        self._calls.begin()
        return self

    async def close(self) -> int:
        """What was sent is still answered; then the process ends by itself. Gives its status."""
        self._input.close()
        if self._calls.waiting:
            await asyncio.wait([*self._calls.waiting.values()])
        if not (await asyncio.wait([self._reader], timeout=10))[0]:
            self.process.kill()
        return await self.process.wait()

    async def call(self, method: str, on_progress: Listener | None = None, **params: Any) -> Result:
        """The result, with `data` and `meta`. Cancelling the task cancels the call: the CancelledError has as its
        cause the Refused that tells whether a write was applied."""
        number, line = self._calls.request(method, params, on_progress)
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._calls.add(number, answer, on_progress)
        # Not drained: the process reads no more while its answers wait, and a write that fails is seen by the reader.
        self._input.write(line)
        try:
            return await asyncio.shield(answer)
        except asyncio.CancelledError as cancelled:
            self._input.write(Calls.line(method="$/cancelRequest", params={"id": number}))
            await asyncio.wait([answer])
            raise cancelled from answer.exception()

    async def _read(self, output: asyncio.StreamReader) -> None:
        try:
            while (line := await self._next(output)).endswith(b"\n"):
                for number in self._calls.hear(line):
                    self._input.write(Calls.line(id=number, method=Calls.PROBE))
        except (ValueError, LookupError, TypeError) as problem:
            print(f"What engagement-rpc says can't be understood: {problem!r}", file=sys.stderr)
            self.process.kill()
        # A child of its own may hold stderr a while longer.
        await asyncio.wait([self._relayer], timeout=1)
        self._relayer.cancel()
        self._calls.end(await self.process.wait())

    async def _next(self, output: asyncio.StreamReader) -> bytes:
        try:
            return await output.readline()
        except asyncio.CancelledError:
            # asyncio.run comes to its end: what was sent is still answered, the calls that it cancels too.
            asyncio.get_running_loop().call_soon(self._input.close)
            return await output.readline()

    async def _relay(self, errors: asyncio.StreamReader) -> None:
        while text := await errors.read(1 << 16):
            self._calls.say(text)


class SyncBridge:
    """with SyncBridge("--sandbox") as bridge: … Any number of threads may call at once. One that is left open is closed
    when the program ends."""

    def __init__(self, *flags: str) -> None:
        """Raises Ended, with the process's own sentence, when it does not stay (a misspelt flag: status 64)."""
        self._calls: Calls[concurrent.futures.Future[Result]] = Calls()
        # Two locks, because writing waits while answers are not read, and the reader needs the calls.
        self._lock, self._writing = threading.RLock(), threading.Lock()
        self.process = subprocess.Popen(
            [program(), *flags], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert self.process.stdin and self.process.stdout and self.process.stderr
        self._input = self.process.stdin
        self._relayer = threading.Thread(target=self._relay, args=[self.process.stderr], daemon=True)
        self._reader = threading.Thread(target=self._read, args=[self.process.stdout], daemon=True)
        self._relayer.start()
        self._reader.start()
        atexit.register(self.close)
        try:
            self.call("service.ping")
        except BaseException:
            self.close()
            raise
        with self._lock:
            self._calls.begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> int:
        """What was sent is still answered; then the process ends by itself. Gives its status."""
        atexit.unregister(self.close)
        with self._writing, contextlib.suppress(OSError):
            self._input.close()
        with self._lock:
            waiting = [*self._calls.waiting.values()]
        concurrent.futures.wait(waiting)
        self._reader.join(10)
        if self._reader.is_alive():
            self.process.kill()
        return self.process.wait()

    def call(self, method: str, on_progress: Listener | None = None, **params: Any) -> Result:
        """The result, with `data` and `meta`."""
        return self.submit(method, on_progress, **params).result()

    def submit(self, method: str, on_progress: Listener | None = None, **params: Any) -> "Call":
        """Begins a call. `on_progress` hears on the reader's thread."""
        number, line = self._calls.request(method, params, on_progress)
        call = Call(self, number)
        with self._lock:
            self._calls.add(number, call.answer, on_progress)
        self.write(line)
        return call

    def write(self, *lines: bytes) -> None:
        # That the process is gone is seen by the reader, which tells every call.
        with self._writing, contextlib.suppress(OSError, ValueError):
            self._input.writelines(lines)
            self._input.flush()

    def _read(self, output: IO[bytes]) -> None:
        try:
            while (line := output.readline()).endswith(b"\n"):
                with self._lock:
                    asked = self._calls.hear(line)
                if asked:
                    probes = [Calls.line(id=number, method=Calls.PROBE) for number in asked]
                    threading.Thread(target=self.write, args=probes, daemon=True).start()
        except (ValueError, LookupError, TypeError) as problem:
            print(f"What engagement-rpc says can't be understood: {problem!r}", file=sys.stderr)
            self.process.kill()
        output.close()
        # A child of its own may hold stderr a while longer.
        self._relayer.join(1)
        status = self.process.wait()
        with self._lock:
            self._calls.end(status)

    def _relay(self, errors: IO[bytes]) -> None:
        with errors:
            while text := os.read(errors.fileno(), 1 << 16):
                with self._lock:
                    self._calls.say(text)


class Call:
    """A call of a SyncBridge that is under way."""

    def __init__(self, bridge: SyncBridge, number: int) -> None:
        self.bridge, self.number = bridge, number
        self.answer: concurrent.futures.Future[Result] = concurrent.futures.Future()

    def result(self) -> Result:
        """Waits for the answer: the result, with `data` and `meta`. Raises Refused or Ended."""
        return self.answer.result()

    def cancel(self) -> None:
        """Asks for the call to be ended. `result` then says what became of it."""
        self.bridge.write(Calls.line(method="$/cancelRequest", params={"id": self.number}))


async def demo(bridge: Bridge) -> None:
    engagement = "ngmt_sandbox01"
    page = (await bridge.call("engagement.get", engagement_id=engagement, expand=["contacts"]))["data"]
    print("contacts:", ", ".join(f"{c['first_name']} {c['last_name']}" for c in page["contacts"]))

    new: dict[str, Any] = {"engagement_id": engagement, "contact_ids": ["cnt_sandbox01", "cnt_sandbox05"]}
    modes: dict[str, dict[str, Any]] = {"dry run": {"dry_run": True}, "replaced": {"report_changes": True}}
    for label, mode in modes.items():
        changes = (await bridge.call("engagement.replaceContacts", **new, **mode))["changes"]
        print(f"{label}: added {changes['added']}, removed {changes['removed']}, verified {changes['verified']}")

    try:
        await bridge.call("engagement.replaceContacts", engagement_id=engagement, contact_ids=["cnt_nobody"])
    except Refused as refused:
        print(f"refused: {refused.kind}, applied {refused.applied}, retryable {refused.retryable}: {refused}")

    await bridge.call("sandbox.fail", match="PUT /v2/engagements/ngmt_sandbox05/contacts", steps=[{"delay_ms": 60_000}])
    slow = asyncio.create_task(
        bridge.call("engagement.replaceContacts", engagement_id="ngmt_sandbox05", contact_ids=["cnt_sandbox08"]))

    ids = [f"cnt_sandbox{number:02}" for number in range(1, 41)]
    people = await asyncio.gather(*(bridge.call("contact.get", contact_id=contact) for contact in ids))
    print(f"at once: {len(people)} contacts, while a slow call waits")

    await asyncio.sleep(0.2)
    slow.cancel()
    try:
        await slow
    except asyncio.CancelledError as cancelled:
        outcome = cancelled.__cause__
        assert isinstance(outcome, Refused)
        print(f"cancelled: {outcome.kind}, applied {outcome.applied}")

    told: list[dict[str, Any]] = []
    everything = await bridge.call("engagement.list", on_progress=told.append, all=True, limit=50, fields=["id"])
    print(f"progress: {[value['items'] for value in told]}, then {len(everything['data']['data'])} engagements")


def demo_with_threads(bridge: SyncBridge) -> None:
    engagement = "ngmt_sandbox01"
    page = bridge.call("engagement.get", engagement_id=engagement, expand=["contacts"])["data"]
    print("contacts:", ", ".join(f"{c['first_name']} {c['last_name']}" for c in page["contacts"]))

    try:
        bridge.call("engagement.replaceContacts", engagement_id=engagement, contact_ids=["cnt_nobody"])
    except Refused as refused:
        print(f"refused: {refused.kind}, applied {refused.applied}, retryable {refused.retryable}: {refused}")

    calls = [bridge.submit("contact.get", contact_id=f"cnt_sandbox{number:02}") for number in range(1, 41)]
    people = [call.result()["data"] for call in calls]
    print(f"at once: {len(people)} contacts")

    bridge.call("sandbox.fail", match="PUT /v2/engagements/ngmt_sandbox05/contacts", steps=[{"delay_ms": 60_000}])
    slow = bridge.submit("engagement.replaceContacts", engagement_id="ngmt_sandbox05", contact_ids=["cnt_sandbox08"])
    time.sleep(0.2)
    slow.cancel()
    try:
        slow.result()
    except Refused as refused:
        print(f"cancelled: {refused.kind}, applied {refused.applied}")


async def main() -> int:
    async with Bridge("--sandbox") as bridge:
        await demo(bridge)
    return await bridge.close()


def main_with_threads() -> int:
    with SyncBridge("--sandbox") as bridge:
        demo_with_threads(bridge)
    return bridge.close()


if __name__ == "__main__":
    try:
        status = main_with_threads() if "--threads" in sys.argv else asyncio.run(main())
        print(f"ended: status {status}")
    except OSError as problem:
        print(f"engagement-rpc can't be started from {problem.filename}: {problem.strerror}.", file=sys.stderr)
        status = 64
    except (Ended, Refused) as problem:
        print(problem, file=sys.stderr)
        status = 64 if isinstance(problem, Ended) and problem.status == 64 else 1
    sys.exit(status)
