"""What engagement.py, beside this file, does about a fault: faults.py NAME. It works with the client as it was, too."""

import asyncio
import os
import signal
import sys

import engagement
from engagement import Bridge, Ended, Refused

SLOW = {"match": "PUT /v2/engagements/ngmt_sandbox05/contacts", "steps": [{"delay_ms": 60_000}]}
STUCK = {"match": "GET /v2/contacts/*", "steps": [{"delay_ms": 60_000}], "repeat": True}
WRITE = {"engagement_id": "ngmt_sandbox05", "contact_ids": ["cnt_sandbox08"]}


def tell(label: str, problem: BaseException) -> None:
    print(f"{label}: {getattr(problem, 'kind', type(problem).__name__)}: {problem}")


async def unreadable() -> None:
    async with Bridge("--sandbox") as bridge:
        try:
            await bridge.call("contact.get", contact_id="x" * (17 << 20))
        except Refused as refused:
            tell("unreadable alone", refused)
        await bridge.call("sandbox.fail", **SLOW)
        slow = asyncio.create_task(bridge.call("engagement.replaceContacts", **WRITE))
        ids = [f"cnt_sandbox{number:02}" for number in range(1, 41)]
        ids.insert(20, "x" * (17 << 20))
        outcomes = await asyncio.gather(*(bridge.call("contact.get", contact_id=one) for one in ids), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                tell("unreadable", outcome)
        print(f"others: {sum(isinstance(outcome, dict) for outcome in outcomes)} answered")
        slow.cancel()
        try:
            await slow
        except asyncio.CancelledError as cancelled:
            tell("slow", cancelled.__cause__)


async def flag() -> None:
    try:
        async with Bridge("--sandbx") as bridge:
            await bridge.call("service.ping")
    except Ended as ended:
        tell("flag", ended)


async def killed() -> None:
    async with Bridge("--sandbox") as bridge:
        await bridge.call("sandbox.fail", **STUCK)
        calls = [asyncio.create_task(bridge.call("contact.get", contact_id="cnt_sandbox01")) for _ in range(40)]
        await asyncio.sleep(0.5)
        with open(os.environ["PID_FILE"]) as file:
            os.kill(int(file.read()), signal.SIGKILL)
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        print(f"killed: {sum(isinstance(one, Ended) for one in outcomes)} of {len(outcomes)} told: {outcomes[0]}")


async def left() -> None:
    bridge = Bridge("--sandbox")
    await bridge.__aenter__()
    print("left open:", (await bridge.call("contact.get", contact_id="cnt_sandbox01"))["meta"]["status"])


async def whole() -> None:
    async with Bridge("--sandbox") as bridge:
        result = await bridge.call("contact.get", contact_id="cnt_sandbox01")
        print("meta:", result["meta"]["status"], result["meta"]["api_version"])
        try:
            await bridge.call("engagement.replaceContacts", engagement_id="ngmt_sandbox01", contact_ids=["cnt_nobody"])
        except Refused as refused:
            print("refused:", refused.code, refused.kind, refused.applied, refused.attempts, refused.errors[0]["field"])
            print("whole:", refused.data["status"], refused.data["request_id"])
    async with Bridge("--base-url", "http://127.0.0.1:9/api") as bridge:
        try:
            await bridge.call("contact.get", contact_id="cnt_sandbox01", options={"timeout_ms": 500})
        except Refused as refused:
            print("cause:", refused.code, refused.kind, refused.retryable, refused.cause)


def threads_unreadable() -> None:
    with engagement.SyncBridge("--sandbox") as bridge:
        try:
            bridge.call("contact.get", contact_id="x" * (17 << 20))
        except Refused as refused:
            tell("unreadable alone", refused)
        bridge.call("sandbox.fail", **SLOW)
        slow = bridge.submit("engagement.replaceContacts", **WRITE)
        ids = [f"cnt_sandbox{number:02}" for number in range(1, 41)]
        ids.insert(20, "x" * (17 << 20))
        answered = 0
        for call in [bridge.submit("contact.get", contact_id=one) for one in ids]:
            try:
                call.result()
                answered += 1
            except Refused as refused:
                tell("unreadable", refused)
        print(f"others: {answered} answered")
        slow.cancel()
        try:
            slow.result()
        except Refused as refused:
            tell("slow", refused)


def threads_flag() -> None:
    try:
        with engagement.SyncBridge("--sandbx") as bridge:
            bridge.call("service.ping")
    except Ended as ended:
        tell("flag", ended)


def threads_killed() -> None:
    with engagement.SyncBridge("--sandbox") as bridge:
        bridge.call("sandbox.fail", **STUCK)
        calls = [bridge.submit("contact.get", contact_id="cnt_sandbox01") for _ in range(40)]
        with open(os.environ["PID_FILE"]) as file:
            os.kill(int(file.read()), signal.SIGKILL)
        told: list[Ended] = []
        for call in calls:
            try:
                call.result()
            except Ended as ended:
                told.append(ended)
        print(f"killed: {len(told)} of {len(calls)} told: {told[0]}")


def threads_left() -> None:
    bridge = engagement.SyncBridge("--sandbox")
    print("left open:", bridge.call("contact.get", contact_id="cnt_sandbox01")["meta"]["status"])


def threads_whole() -> None:
    with engagement.SyncBridge("--sandbox") as bridge:
        result = bridge.call("contact.get", contact_id="cnt_sandbox01")
        print("meta:", result["meta"]["status"], result["meta"]["api_version"])
        try:
            bridge.call("engagement.replaceContacts", engagement_id="ngmt_sandbox01", contact_ids=["cnt_nobody"])
        except Refused as refused:
            print("refused:", refused.code, refused.kind, refused.applied, refused.attempts, refused.errors[0]["field"])
            print("whole:", refused.data["status"], refused.data["request_id"])
    with engagement.SyncBridge("--base-url", "http://127.0.0.1:9/api") as bridge:
        try:
            bridge.call("contact.get", contact_id="cnt_sandbox01", options={"timeout_ms": 500})
        except Refused as refused:
            print("cause:", refused.code, refused.kind, refused.retryable, refused.cause)


action = globals()[sys.argv[1]]
if asyncio.iscoroutinefunction(action):
    asyncio.run(action())
else:
    action()
