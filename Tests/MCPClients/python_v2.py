"""An agent's session with the Python SDK 2.x: python_v2.py MODE COMMAND [ARGUMENT...]. Prints one line."""

import json
import sys

import anyio
import mcp_types as types
from mcp import Client, MCPError
from mcp.client.stdio import StdioServerParameters

mode, command, arguments = sys.argv[1], sys.argv[2], sys.argv[3:]
EXPECTED = {"auto": "2026-07-28", "legacy": "2025-11-25", "2026-07-28": "2026-07-28"}


def check(fact, what):
    if not fact:
        raise SystemExit(f"mcp 2 {mode}: {what}")


async def main():
    server = StdioServerParameters(command=command, args=arguments)
    async with Client(server, mode=mode, read_timeout_seconds=20) as client:
        check(client.protocol_version == EXPECTED[mode], f"version {client.protocol_version}")
        if mode != "2026-07-28":  # Adopts the version without asking the server anything.
            check("engagement_get" in (client.instructions or ""), "instructions")
        tools = (await client.list_tools()).tools
        names = [tool.name for tool in tools]
        check({"engagement_get", "engagement_replace_contacts"} <= set(names), f"tools {names}")

        engagement = {"engagement_id": "ngmt_sandbox01"}
        read = {**engagement, "expand": ["contacts"]}
        result = await client.call_tool("engagement_get", read)
        check(not result.is_error, "read")
        check(result.structured_content == json.loads(result.content[0].text), "text and structure")
        result = await client.call_tool("engagement_replace_contacts", {**engagement, "contact_ids": ["cnt_sandbox07"]})
        check(not result.is_error, "replace")
        result = await client.call_tool("engagement_get", read)
        ids = {contact["id"] for contact in result.structured_content["data"]["contacts"]}
        check(ids == {"cnt_sandbox07", "cnt_sandboxroom1"}, f"contacts {ids}")
        long = await client.call_tool("engagement_get", {"engagement_id": "ngmt_sandbox04", "expand": ["transcript"]})
        check(len(long.structured_content["data"]["transcript"]) > 900_000, "long transcript")

        for bad in ({"engagement_id": "x"}, {"engagement_id": "ngmt_none"}, {}):
            result = await client.call_tool("engagement_get", bad)
            check(result.is_error and "code" in json.loads(result.content[0].text), f"no error for {bad}")
        try:
            await client.call_tool("engagement_got", {})
            check(False, "unknown tool")
        except MCPError as error:
            check(error.code == -32602, f"unknown tool: {error.code}")

        templates = (await client.list_resource_templates()).resource_templates
        check(len(templates) == 6, "templates")
        listed = (await client.list_resources()).resources
        check(len(listed) == 5 and listed[0].uri.startswith("engagement:///ngmt_"), f"resources {listed}")
        contents = (await client.read_resource("engagement:///ngmt_sandbox01/transcript")).contents
        check(contents[0].text.startswith("[0s]"), "transcript")
        prompts = (await client.list_prompts()).prompts
        prompt = await client.get_prompt(prompts[0].name, {"engagement_id": "ngmt_sandbox01"})
        check("ngmt_sandbox01" in prompt.messages[0].content.text, "prompt")
        ref = types.ResourceTemplateReference(type="ref/resource", uri=templates[0].uri_template)
        words = (await client.complete(ref, {"name": "expand", "value": "co"})).completion.values
        check(words == ["companies", "contacts"], f"completion {words}")
        if mode == "legacy":
            await client.send_ping()
        print(f"mcp 2 {mode}: ok, {client.protocol_version}, {len(tools)} tools")


anyio.run(main)
