"""An agent's session with the Python SDK 1.x: python_v1.py COMMAND [ARGUMENT...]. Prints one line."""

import asyncio
import json
import sys
from datetime import timedelta

from mcp import ClientSession, McpError, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.types import ResourceTemplateReference
from pydantic import AnyUrl


def check(fact, what):
    if not fact:
        raise SystemExit(f"mcp 1: {what}")


async def main():
    server = StdioServerParameters(command=sys.argv[1], args=sys.argv[2:])
    async with stdio_client(server) as (reader, writer):
        async with ClientSession(reader, writer, read_timeout_seconds=timedelta(seconds=20)) as client:
            hello = await client.initialize()
            check(hello.protocolVersion == "2025-11-25", f"version {hello.protocolVersion}")
            check("engagement_get" in (hello.instructions or ""), "instructions")
            tools = (await client.list_tools()).tools
            names = [tool.name for tool in tools]
            check({"engagement_get", "engagement_replace_contacts"} <= set(names), f"tools {names}")
            await client.send_ping()
            await client.set_logging_level("debug")

            engagement = {"engagement_id": "ngmt_sandbox01"}
            read = {**engagement, "expand": ["contacts"]}
            result = await client.call_tool("engagement_get", read)
            check(not result.isError, "read")
            check(result.structuredContent == json.loads(result.content[0].text), "text and structure")
            result = await client.call_tool(
                "engagement_replace_contacts", {**engagement, "contact_ids": ["cnt_sandbox07"]})
            check(not result.isError, "replace")
            result = await client.call_tool("engagement_get", read)
            ids = {contact["id"] for contact in result.structuredContent["data"]["contacts"]}
            check(ids == {"cnt_sandbox07", "cnt_sandboxroom1"}, f"contacts {ids}")
            result = await client.call_tool("engagement_get", {"engagement_id": "x"})
            check(result.isError and json.loads(result.content[0].text)["code"] == -32602, "bad argument")
            try:
                await client.read_resource(AnyUrl("engagement://ngmt_none"))
                check(False, "no such resource")
            except McpError as error:
                check(error.error.code == -32002, f"no such resource: {error.error.code}")

            templates = (await client.list_resource_templates()).resourceTemplates
            check(len(templates) == 6, "templates")
            contents = (await client.read_resource(AnyUrl("engagement://ngmt_sandbox01/transcript"))).contents
            check(contents[0].text.startswith("[0s]"), "transcript")
            prompts = (await client.list_prompts()).prompts
            prompt = await client.get_prompt(prompts[0].name, engagement)
            check("ngmt_sandbox01" in prompt.messages[0].content.text, "prompt")
            ref = ResourceTemplateReference(type="ref/resource", uri=templates[0].uriTemplate)
            words = (await client.complete(ref, {"name": "expand", "value": "co"})).completion.values
            check(words == ["companies", "contacts"], f"completion {words}")
            print(f"mcp 1: ok, {hello.protocolVersion}, {len(tools)} tools")


asyncio.run(main())
