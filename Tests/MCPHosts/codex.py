"""Codex's own binary against a scripted model: codex.py BINARY FOLDER. Prints a line for each way of running it.

A person is asked through `app-server`, as editors start it: whatever is no yes writes nothing, a yes replaces.
Unattended (`exec`) there is nobody who could say yes, whatever Codex answers by itself: nothing may be written.
"""

import json
import os
import pathlib
import subprocess
import sys
import threading

import codex_cli_bin

import trial
from model import ScriptedModel


def environment(home):
    kept = {name: os.environ[name] for name in trial.KEPT if name in os.environ}
    return {**kept, "HOME": str(home), "CODEX_HOME": str(home), "SCRIPTED_KEY": "none", "RUST_LOG": "error"}


def configured(folder, name, url, command):
    home = folder / name
    work = home / "work"
    work.mkdir(parents=True)
    (home / "config.toml").write_text(f"""\
model = "gpt-5"
model_provider = "scripted"
check_for_update_on_startup = false
[analytics]
enabled = false
[model_providers.scripted]
name = "scripted"
base_url = "{url}/v1"
wire_api = "responses"
env_key = "SCRIPTED_KEY"
request_max_retries = 0
stream_max_retries = 0
[mcp_servers.engagement-rpc]
command = {json.dumps(command[0])}
args = {json.dumps(command[1:])}
startup_timeout_sec = 60
default_tools_approval_mode = "approve"
""")
    return home, work


def unattended(codex, binary, folder, name, flags):
    recording = folder / f"{name}.jsonl"
    with ScriptedModel(trial.UNATTENDED) as model:
        home, work = configured(folder, name, model.url, trial.command(recording, binary))
        run = subprocess.run(
            [codex, "exec", "--json", "--skip-git-repo-check", *flags, "-C", str(work), "replace them"],
            env=environment(home), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180)
    trial.check(run.returncode == 0, f"exit status {run.returncode}\n{run.stdout}\n{run.stderr}")
    return trial.unattended(model, recording)


class AppServer:
    """The side of an editor: answers what Codex asks, and tells what a turn came to."""

    def __init__(self, codex, home, person):
        self.process = subprocess.Popen([codex, "app-server"], env=environment(home), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=open(home / "stderr", "w"), text=True, bufsize=1)
        self.person = person
        self.number = 0
        self.watchdog = threading.Timer(180, self.process.kill)
        self.watchdog.start()

    def send(self, message):
        self.process.stdin.write(json.dumps(message) + "\n")

    def until(self, wanted):
        for line in self.process.stdout:
            message = json.loads(line)
            if "method" in message and "id" in message:
                self.send({"id": message["id"], "result": self.answer(message)})
            elif wanted(message):
                return message
        trial.check(False, "the app-server has ended")

    def answer(self, message):
        trial.check(message["method"] == "mcpServer/elicitation/request", f"asked for {message['method']}")
        params = message["params"]
        return self.person(params["message"], params["requestedSchema"])

    def request(self, method, params):
        self.number += 1
        number = self.number
        self.send({"id": number, "method": method, "params": params})
        answer = self.until(lambda message: message.get("id") == number)
        trial.check("result" in answer, f"{method}: {answer}")
        return answer["result"]

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        finally:
            self.process.kill()
            self.watchdog.cancel()


def attended(codex, binary, folder, name, policy):
    recording = folder / f"{name}.jsonl"
    person = trial.Person()
    with ScriptedModel(trial.ATTENDED) as model:
        home, work = configured(folder, name, model.url, trial.command(recording, binary))
        server = AppServer(codex, home, person)
        try:
            server.request("initialize", {"clientInfo": {"name": "trial", "version": "1"},
                                          "capabilities": {"experimentalApi": True}})
            server.send({"method": "initialized"})
            thread = server.request("thread/start", {"cwd": str(work), **policy})["thread"]["id"]
            server.request("turn/start", {"threadId": thread, "input": [{"type": "text", "text": "replace them"}]})
            server.until(lambda message: message.get("method") == "turn/completed")
        finally:
            server.close()
    trial.attended(model, recording, person)


def main():
    codex = str(codex_cli_bin.bundled_codex_path())
    binary, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    asking = {"granular": {"sandbox_approval": False, "rules": False, "mcp_elicitations": True}}
    for name, way, how in [
        ("codex app-server", attended, {"approvalPolicy": "on-request", "sandbox": "read-only"}),
        ("codex app-server, servers alone may ask", attended, {"approvalPolicy": asking, "sandbox": "read-only"}),
        ("codex exec", unattended, []),
        ("codex exec, everything allowed", unattended, ["--dangerously-bypass-approvals-and-sandbox"]),
    ]:
        trial.run(name, lambda: way(codex, binary, folder, name.replace(" ", "-").replace(",", ""), how))
    trial.end()


main()
