"""Claude Code's own binary against a scripted model: claude.py BINARY FOLDER. Prints a line for each way of
running it.

A person is asked through the stream that the Agent SDK speaks: whatever is no yes writes nothing, a yes replaces. With
`--print` alone there is nobody: nothing may be written.
"""

import json
import os
import pathlib
import subprocess
import sys
import threading

import claude_agent_sdk

import trial
from model import ScriptedModel

SERVER = "engagement-rpc"


def environment(home, url):
    kept = {name: os.environ[name] for name in trial.KEPT if name in os.environ}
    return {**kept, "HOME": str(home), "CLAUDE_CONFIG_DIR": str(home / "config"), "ANTHROPIC_BASE_URL": url,
            "ANTHROPIC_API_KEY": "none", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "DISABLE_AUTOUPDATER": "1",
            "DISABLE_TELEMETRY": "1", "DISABLE_ERROR_REPORTING": "1", "ENABLE_TOOL_SEARCH": "false",
            "MCP_TIMEOUT": "60000",
            # Root may allow everything only where that can do no harm: this model calls nothing but our tools.
            "IS_SANDBOX": "1"}


def started(claude, binary, folder, name, url, flags, **pipes):
    home = folder / name
    work = home / "work"
    work.mkdir(parents=True)
    command = trial.command(folder / f"{name}.jsonl", binary)
    servers = {"mcpServers": {SERVER: {"type": "stdio", "command": command[0], "args": command[1:]}}}
    (home / "servers.json").write_text(json.dumps(servers))
    return subprocess.Popen(
        [claude, "--print", "--verbose", "--output-format", "stream-json", "--strict-mcp-config",
         "--mcp-config", str(home / "servers.json"), "--allowedTools", f"mcp__{SERVER}", "--model", "claude-sonnet-4-5",
         *flags],
        cwd=work, env=environment(home, url), stdout=subprocess.PIPE, stderr=open(home / "stderr", "w"), text=True,
        **pipes)


def unattended(claude, binary, folder, name, flags):
    with ScriptedModel(trial.UNATTENDED) as model:
        process = started(claude, binary, folder, name, model.url, [*flags, "replace them"], stdin=subprocess.DEVNULL)
        try:
            output = process.communicate(timeout=180)[0]
        finally:
            process.kill()
    trial.check(process.returncode == 0, f"exit status {process.returncode}\n{output}")
    return trial.unattended(model, folder / f"{name}.jsonl")


def attended(claude, binary, folder, name, flags):
    person = trial.Person()
    with ScriptedModel(trial.ATTENDED) as model:
        process = started(claude, binary, folder, name, model.url, ["--input-format", "stream-json", *flags],
                          stdin=subprocess.PIPE, bufsize=1)
        watchdog = threading.Timer(180, process.kill)
        watchdog.start()

        def send(message):
            process.stdin.write(json.dumps(message) + "\n")

        send({"type": "control_request", "request_id": "1", "request": {"subtype": "initialize", "hooks": None}})
        send({"type": "user", "session_id": "", "parent_tool_use_id": None,
              "message": {"role": "user", "content": "replace them"}})
        ended = None
        try:
            for line in process.stdout:
                message = json.loads(line)
                if message["type"] == "control_request":
                    request = message["request"]
                    trial.check(request["subtype"] == "elicitation", f"asked for {request}")
                    answer = person(request["message"], request["requested_schema"])
                    send({"type": "control_response", "response": {
                        "subtype": "success", "request_id": message["request_id"], "response": answer}})
                elif message["type"] == "result":
                    ended = message
                    process.stdin.close()
        finally:
            process.kill()
            watchdog.cancel()
    trial.check(ended and not ended["is_error"], f"ended: {ended}")
    return trial.attended(model, folder / f"{name}.jsonl", person)


def main():
    claude = str(pathlib.Path(claude_agent_sdk.__file__).parent / "_bundled" / "claude")
    binary, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    for name, way, flags in [
        ("claude, a person behind the SDK's stream", attended, []),
        ("claude --print", unattended, []),
        ("claude --print, everything allowed", unattended, ["--permission-mode", "bypassPermissions"]),
    ]:
        file = "".join(letter if letter.isalnum() else "-" for letter in name)
        trial.run(name, lambda: way(claude, binary, folder, file, flags))
    trial.end()


main()
