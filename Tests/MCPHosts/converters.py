"""What becomes of our tools in a library that makes its own of them: converters.py LIBRARY BINARY FOLDER.

Each library gets all tools, reads with a filter, and changes one field of a contact as its converted tool does it; then
once more as a model does that names what it leaves out, with null, and gives numbers and flags as text. What a library
sends for what was left out is its own affair: judged is what the sandbox received, and what is there afterwards.
"""

import asyncio
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import urllib.parse

os.environ.update(ANONYMIZED_TELEMETRY="False", CREWAI_DISABLE_TELEMETRY="true", OTEL_SDK_DISABLED="true",
                  CREWAI_TRACING_ENABLED="false", DSPY_CACHEDIR="/nonexistent")

import trial
import witness

EMAILS = {"filter[engagement_type][eq]": "EMAIL"}

class Refused(Exception):
    """The library itself did not let the arguments pass."""


# Each of these yields {tool's name: an async function of the arguments}; `structure` reads what that gives.

@contextlib.asynccontextmanager
async def session(command):
    """The Python SDK's session, which several libraries are given."""
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client

    async with stdio_client(StdioServerParameters(command=command[0], args=command[1:])) as (reader, writer):
        async with ClientSession(reader, writer) as client:
            await client.initialize()
            yield client


@contextlib.asynccontextmanager
async def langchain(command):
    from langchain_mcp_adapters.client import MultiServerMCPClient
    from langchain_mcp_adapters.tools import load_mcp_tools

    client = MultiServerMCPClient({"it": {"transport": "stdio", "command": command[0], "args": command[1:]}})
    async with client.session("it") as connected:
        yield {tool.name: tool.ainvoke for tool in await load_mcp_tools(connected)}


@contextlib.asynccontextmanager
async def openai_agents(command):
    from agents import Agent, RunContextWrapper
    from agents.mcp import MCPServerStdio
    from agents.tool_context import ToolContext

    def caller(tool):
        async def call(arguments):
            text = json.dumps(arguments)
            context = ToolContext(context=None, tool_name=tool.name, tool_call_id="1", tool_arguments=text)
            return await tool.on_invoke_tool(context, text)
        return call

    params = {"command": command[0], "args": command[1:]}
    async with MCPServerStdio(params, client_session_timeout_seconds=60) as server:
        agent = Agent("trial", mcp_servers=[server], mcp_config={"convert_schemas_to_strict": True})
        tools = await agent.get_mcp_tools(RunContextWrapper(None))
        yield {tool.name: caller(tool) for tool in tools}


@contextlib.asynccontextmanager
async def pydantic_ai(command):
    from fastmcp.client import Client
    from fastmcp.client.transports import StdioTransport
    from pydantic_ai import Agent
    from pydantic_ai.mcp import MCPToolset
    from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart
    from pydantic_ai.models.function import FunctionModel

    toolset = MCPToolset(Client(StdioTransport(command[0], command[1:])), tool_error_behavior="error")
    offered = []

    def caller(name):
        async def call(arguments):
            def model(messages, info):
                offered[:] = [tool.name for tool in info.function_tools]
                for part in messages[-1].parts:
                    if part.part_kind == "tool-return":
                        result = part.content
                        return ModelResponse([TextPart(result if isinstance(result, str) else json.dumps(result))])
                    if part.part_kind == "retry-prompt":
                        raise Refused(part.content)
                return ModelResponse([ToolCallPart(name, arguments)])
            return (await Agent(FunctionModel(model), toolsets=[toolset]).run("do it")).output
        return call

    async with toolset:
        await caller("tag_list")({})
        yield {name: caller(name) for name in offered}


@contextlib.asynccontextmanager
async def autogen(command):
    from autogen_core import CancellationToken
    from autogen_ext.tools.mcp import StdioServerParams, create_mcp_server_session, mcp_server_tools

    def caller(tool):
        async def call(arguments):
            return await tool.run_json(arguments, CancellationToken())
        return call

    params = StdioServerParams(command=command[0], args=command[1:])
    async with create_mcp_server_session(params) as connected:
        await connected.initialize()
        yield {tool.name: caller(tool) for tool in await mcp_server_tools(params, session=connected)}


@contextlib.asynccontextmanager
async def semantic_kernel(command):
    from semantic_kernel import Kernel
    from semantic_kernel.connectors.mcp import MCPStdioPlugin
    from semantic_kernel.contents import FunctionCallContent
    from semantic_kernel.contents.chat_history import ChatHistory

    kernel = Kernel()

    def caller(name):
        async def call(arguments):
            history = ChatHistory()
            await kernel.invoke_function_call(
                FunctionCallContent(id="1", name=f"it-{name}", arguments=json.dumps(arguments)), history)
            return history.messages[-1].items[0].result
        return call

    async with MCPStdioPlugin(name="it", command=command[0], args=command[1:], load_prompts=False) as plugin:
        functions = kernel.add_plugin(plugin, plugin_name="it").functions
        yield {name: caller(name) for name in functions}


@contextlib.asynccontextmanager
async def dspy(command):
    import dspy

    async with session(command) as client:
        tools = [dspy.Tool.from_mcp_tool(client, tool) for tool in (await client.list_tools()).tools]

        def caller(tool):
            async def call(arguments):
                return await tool.acall(**arguments)
            return call

        yield {tool.name: caller(tool) for tool in tools}


@contextlib.asynccontextmanager
async def beeai(command):
    from beeai_framework.tools.mcp import MCPTool

    async with session(command) as client:
        def caller(tool):
            async def call(arguments):
                return (await tool.run(arguments)).get_text_content()
            return call

        yield {tool.name: caller(tool) for tool in await MCPTool.from_client(client)}


@contextlib.asynccontextmanager
async def crewai(command):
    from crewai_tools import MCPServerAdapter
    from mcp import StdioServerParameters

    def caller(tool):
        async def call(arguments):
            structured = tool.to_structured_tool()
            return str(await asyncio.to_thread(structured.invoke, arguments))
        return call

    with MCPServerAdapter(StdioServerParameters(command=command[0], args=command[1:], env=dict(os.environ))) as tools:
        yield {tool.name: caller(tool) for tool in tools}


def published(binary):
    """The tools as the server lists them."""
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "trial", "version": "1"}}
    says = [{"id": 0, "method": "initialize", "params": hello}, {"id": 1, "method": "tools/list"}]
    answers = subprocess.run([binary, "--sandbox"], capture_output=True, text=True, check=True,
                             input="".join(json.dumps({"jsonrpc": "2.0", **one}) + "\n" for one in says)).stdout
    listed = next(answer for answer in map(json.loads, answers.splitlines()) if answer["id"] == 1)
    return {tool["name"]: tool for tool in listed["result"]["tools"]}


def structure(result):
    """The structure in what a library makes of a result: text, a block of it, or a list of blocks."""
    if isinstance(result, dict) and "text" not in result:
        return result
    blocks = result if isinstance(result, list) else [result]
    parts = [block if isinstance(block, str) else block["text"] if isinstance(block, dict) else block.text
             for block in blocks]
    return trial.structure("".join(parts))


async def tried(library, binary, folder):
    recording = folder / f"{library}.jsonl"
    listed = published(binary)
    notes = []

    async with globals()[library](trial.command(recording, binary)) as tools:
        trial.check(set(tools) == set(listed), f"{len(tools)} tools: without {set(listed) - set(tools)}")

        async def call(name, **arguments):
            try:
                result = structure(await tools[name](arguments))
            except Exception as error:
                raise trial.Failure(f"{name} {json.dumps(arguments)}: {type(error).__name__}: {str(error)[:1500]}; "
                                    f"sent: {last(recording)}") from error
            trial.check("data" in result and "code" not in result,
                        f"{name} {json.dumps(arguments)}: {result}; sent: {last(recording)}")
            return result["data"]

        contact = (await call("contact_get", contact_id="cnt_sandbox01"))
        trial.check(contact["last_name"] and contact["company"], f"a contact with everything: {contact}")

        calls = await call("engagement_list", filter={"engagement_type": {"eq": "EMAIL"}}, limit=2)
        trial.check(calls["data"] and len(calls["data"]) <= 2 and
                    filtered(recording) == EMAILS, f"filter: {filtered(recording)}")

        await call("contact_update", contact_id="cnt_sandbox01", first_name="Anna")
        await unchanged(call, contact, "Anna", recording)

        # As a model does it that has been shown nothing but an object of everything.
        nulls = {name: None for name in listed["contact_update"]["inputSchema"]["properties"]}
        kinds = listed["engagement_list"]["inputSchema"]["properties"]["filter"]["properties"]
        for what, step in [
            ("null for what is left out", lambda: call(
                "contact_update", **{**nulls, "contact_id": "cnt_sandbox01", "first_name": "Hanna"})),
            ("null in a filter", lambda: call("engagement_list", filter={
                **{kind: None for kind in kinds}, "engagement_type": {"eq": "EMAIL", "in": None}})),
            ("numbers and flags as text", lambda: call("engagement_list", limit="2", all="false")),
        ]:
            before = len(called(recording))
            try:
                await step()
            except trial.Failure:
                # What never left the library is between it and its model.
                if len(called(recording)) > before:
                    raise
                notes.append(f"{what}: not let through")
            else:
                if what.startswith("null for"):
                    await unchanged(call, contact, "Hanna", recording)
                elif what.startswith("null in"):
                    trial.check(filtered(recording) == EMAILS, f"{filtered(recording)}")
    return f", {len(tools)} tools" + "".join(f"; {note}" for note in notes)


async def unchanged(call, contact, first_name, recording):
    writes = witness.writes(recording)
    trial.check(writes and writes[-1]["method"] == "PATCH" and writes[-1]["body"] == {"first_name": first_name},
                f"written: {writes}; sent: {last(recording)}")
    now = await call("contact_get", contact_id=contact["id"])
    for name in contact:
        if name not in ("first_name", "full_name", "updated_at"):
            trial.check(now.get(name) == contact[name], f"{name} was {contact[name]}, is {now.get(name)}")
    trial.check(now["first_name"] == first_name, f"first_name {now['first_name']}")


def called(recording):
    return [line["line"] for line in witness.lines(recording)
            if line.get("dir") == "in" and json.loads(line["line"]).get("method") == "tools/call"]


def last(recording):
    return called(recording)[-1] if called(recording) else None


def filtered(recording):
    """The comparisons of the last list of engagements that reached the sandbox, as it has them in its query."""
    lists = [request for request in witness.received(recording) if request["path"] == "/v2/engagements"]
    query = urllib.parse.parse_qsl(lists[-1].get("query", ""))
    return {name: value for name, value in query if name.startswith("filter")}


def main():
    library, binary, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    trial.run(library.replace("_", "-"), lambda: asyncio.run(tried(library, binary, folder)))
    trial.end()


main()
