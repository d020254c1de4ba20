#!/usr/bin/env python3
"""A client of engagement-rpc for asyncio, and what it is good for: python3 engagement.py (Python 3.11 or newer)."""

import asyncio
import itertools
import json
import os
import shutil
import sys
from pathlib import Path

BUILT = Path(__file__).resolve().parents[2] / ".build/release/engagement-rpc"
# An answer is one line of up to 64 MiB; asyncio's own limit is 64 KiB.
LONGEST_LINE = 1 << 27


class Refused(Exception):
    """The call brought an error; `applied` is None for reads."""

    def __init__(self, error: dict):
        super().__init__(error["message"])
        self.code, self.data = error["code"], error.get("data", {})
        self.kind = self.data.get("kind")
        self.applied = self.data.get("applied")
        self.retryable = self.data.get("retryable", False)


class Ended(Exception):
    """The process is gone, so nothing is known of the call."""


class Bridge:
    """async with Bridge("--sandbox") as bridge: … Any number of tasks may call at once."""

    def __init__(self, *flags: str):
        self.program = os.environ.get("ENGAGEMENT_RPC") or shutil.which("engagement-rpc") or str(BUILT)
        self.flags = flags
        self.ids = itertools.count(1)
        self.waiting: dict[int, asyncio.Future] = {}
        self.listeners = {}
        self.ended = False

    async def __aenter__(self):
        self.process = await asyncio.create_subprocess_exec(
            self.program, *self.flags, limit=LONGEST_LINE,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
        self.reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_):
        await self.close()

    async def close(self) -> int:
        """What was sent is still answered; then the process ends by itself."""
        self.process.stdin.close()
        try:
            return await asyncio.wait_for(self.process.wait(), 10)
        except TimeoutError:
            self.process.kill()
            return await self.process.wait()

    async def call(self, method: str, on_progress=None, **params) -> dict:
        """The result, with `data` and `meta`. Cancelling the task cancels the call: the CancelledError has as its
        cause the Refused that tells whether a write was applied."""
        if self.ended:
            raise Ended("engagement-rpc has ended.")
        number = next(self.ids)
        if on_progress:
            self.listeners[number] = on_progress
            params["options"] = {**params.get("options", {}), "progress_token": number}
        answer = self.waiting[number] = asyncio.get_running_loop().create_future()
        self._send({"id": number, "method": method, "params": params})
        try:
            return await asyncio.shield(answer)
        except asyncio.CancelledError as cancelled:
            self._send({"method": "$/cancelRequest", "params": {"id": number}})
            await asyncio.wait([answer])
            raise cancelled from answer.exception()
        finally:
            self.listeners.pop(number, None)

    def _send(self, message: dict) -> None:
        # Not drained: the process reads no more while its answers wait, and a write that fails is seen by the reader.
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")

    async def _read(self) -> None:
        try:
            async for line in self.process.stdout:
                message = json.loads(line)
                if message.get("method") == "$/progress":
                    listener = self.listeners.get(message["params"]["token"])
                    if listener:
                        listener(message["params"]["value"])
                elif answer := self.waiting.pop(message.get("id"), None):
                    if "error" in message:
                        answer.set_exception(Refused(message["error"]))
                    else:
                        answer.set_result(message["result"])
        finally:
            self.ended = True
            for answer in self.waiting.values():
                answer.set_exception(Ended("engagement-rpc ended before it had answered."))


async def demo(bridge: Bridge) -> None:
    engagement = "ngmt_sandbox01"
    page = (await bridge.call("engagement.get", engagement_id=engagement, expand=["contacts"]))["data"]
    print("contacts:", ", ".join(f"{c['first_name']} {c['last_name']}" for c in page["contacts"]))

    new = {"engagement_id": engagement, "contact_ids": ["cnt_sandbox01", "cnt_sandbox05"]}
    for label, mode in (("dry run", {"dry_run": True}), ("replaced", {"report_changes": True})):
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
        print(f"cancelled: {cancelled.__cause__.kind}, applied {cancelled.__cause__.applied}")

    told = []
    everything = await bridge.call("engagement.list", on_progress=told.append, all=True, limit=50, fields=["id"])
    print(f"progress: {[value['items'] for value in told]}, then {len(everything['data']['data'])} engagements")


async def main() -> int:
    try:
        async with Bridge("--sandbox") as bridge:
            await demo(bridge)
    except OSError as problem:
        print(f"engagement-rpc can't be started from {problem.filename}: {problem.strerror}.", file=sys.stderr)
        return 64
    except (Ended, Refused) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"ended: status {bridge.process.returncode}")
    return bridge.process.returncode


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
