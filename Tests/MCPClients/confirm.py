"""A person is asked, by a stock client: confirm.py MODE COMMAND [ARGUMENT...]. Prints one line.

MODE is legacy, auto or a version for the Python SDK 2.x, or v1 for 1.x. One session for each answer that a person, or a
client that can't ask although it says so, may give; whatever it is but yes, nothing is written.
"""

import asyncio
import contextlib
import json
import sys

mode, command, arguments = sys.argv[1], sys.argv[2], sys.argv[3:] + ["--confirm", "auto"]
ENGAGEMENT = {"engagement_id": "ngmt_sandbox01"}
BEFORE = {"cnt_sandbox01", "cnt_sandbox02", "cnt_sandboxroom1"}


def check(fact, what):
    if not fact:
        raise SystemExit(f"confirm {mode}: {what}")


@contextlib.asynccontextmanager
async def session(answer):
    if mode == "v1":
        from mcp import ClientSession, StdioServerParameters
        from mcp.client.stdio import stdio_client

        async with stdio_client(StdioServerParameters(command=command, args=arguments)) as (reader, writer):
            async with ClientSession(reader, writer, elicitation_callback=answer) as client:
                await client.initialize()
                yield client
    else:
        from mcp import Client
        from mcp.client.stdio import StdioServerParameters

        server = StdioServerParameters(command=command, args=arguments)
        async with Client(server, mode=mode, read_timeout_seconds=20, elicitation_callback=answer) as client:
            yield client


def is_error(result):
    return result.isError if mode == "v1" else result.is_error


async def contacts(client):
    result = await client.call_tool("engagement_get", {**ENGAGEMENT, "expand": ["contacts"]})
    return {contact["id"] for contact in json.loads(result.content[0].text)["data"]["contacts"]}


YES = {"confirm": True}


async def one(action, content=None):
    """What a person who does `action` with `content` in the form brings about; None for a client that fails to ask."""
    asked = []

    async def answer(context, params):
        if mode == "v1":
            from mcp.types import ElicitResult, ErrorData
        else:
            from mcp_types import ElicitResult, ErrorData
        asked.append(params.message)
        schema = getattr(params, "requestedSchema", None) or params.requested_schema
        check(schema["required"] == ["confirm"], f"the form: {schema}")
        check("default" not in schema["properties"]["confirm"], f"the form: {schema}")
        if action is None:
            return ErrorData(code=-32601, message="no dialog here")
        return ElicitResult(action=action, content=content)

    async with session(answer) as client:
        try:
            result = await client.call_tool(
                "engagement_replace_contacts", {**ENGAGEMENT, "contact_ids": ["cnt_sandbox02", "cnt_sandbox09"]})
        except Exception:
            # A client that drives the question itself gives up by itself.
            check(action is None, f"{action} failed")
            result = None
        after = await contacts(client)
    check(len(asked) == 1, f"asked {len(asked)} times")
    names = ['"Ana Souza" (cnt_sandbox01)', '"Iván O\'Brien" (cnt_sandbox09)']
    for word in names + ["Dropped (1)", "Added (1)", "Kept: 1"]:
        check(word in asked[0], f"{word} is not in the question")
    if action == "accept" and content == YES:
        check(not is_error(result), f"accepted: {result}")
        check(after == {"cnt_sandbox02", "cnt_sandbox09", "cnt_sandboxroom1"}, f"accepted: {after}")
        return
    check(after == BEFORE, f"{action}: {after}")
    if result is not None:
        data = json.loads(result.content[0].text)["data"]
        check(is_error(result) and data["kind"] == "declined" and data["applied"] == "no", f"{action}: {data}")


async def main():
    await one("accept", YES)
    # Hosts send forms by themselves.
    for content in [{}, {"confirm": False}, {"confirm": "true"}]:
        await one("accept", content)
    for action in ["decline", "cancel", None]:
        await one(action)
    print(f"confirm {mode}: ok, yes, no, cancel, forms without a yes, and a client that can't ask")


asyncio.run(main())
