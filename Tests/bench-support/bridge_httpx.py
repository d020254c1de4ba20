"""A peer: the bridge that one writes in Python in an afternoon, with asyncio and httpx.

One JSON-RPC request per line, a task for each. It does not retry, check parameters, take batches or bound anything but
connections.

    bridge_httpx.py BASE_URL
"""

import asyncio
import json
import os
import sys

import httpx


async def serve(client: httpx.AsyncClient, line: bytes) -> None:
    answer = {"jsonrpc": "2.0", "id": None}
    try:
        request = json.loads(line)
        answer["id"] = request["id"]
        response = await client.get(f"/v2/engagements/{request['params']['engagement_id']}")
        response.raise_for_status()
        answer["result"] = {"data": response.json()}
    except (ValueError, KeyError, httpx.HTTPError) as error:
        answer["error"] = {"code": 1001, "message": str(error)}
    sys.stdout.write(json.dumps(answer, separators=(",", ":")) + "\n")
    sys.stdout.flush()


async def main(base: str) -> None:
    lines = asyncio.StreamReader(limit=16 << 20)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    headers = {"Authorization": "Bearer " + os.environ.get("ENGAGEMENT_RPC_TOKEN", ""), "Accept": "application/json"}
    limits = httpx.Limits(max_connections=16, max_keepalive_connections=16)
    running = set()
    async with httpx.AsyncClient(base_url=base, headers=headers, limits=limits, timeout=30) as client:
        while line := await lines.readline():
            task = asyncio.create_task(serve(client, line))
            running.add(task)
            task.add_done_callback(running.discard)
        await asyncio.gather(*running)


asyncio.run(main(sys.argv[1]))
