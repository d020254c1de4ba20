"""A sandbox in a process of its own: the API that the editors' servers reach, and that others reach too."""

import json
import subprocess


class Workspace:
    def __init__(self, binary, *flags):
        self.binary = binary
        self.process = subprocess.Popen(
            [binary, "sandbox", *flags], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        assert self.url, "the sandbox has not begun"

    def call(self, method, **params):
        """What somebody else does, in another process."""
        done = subprocess.run(
            [self.binary, "call", method, json.dumps(params), "--compact", "--sandbox-at", self.url],
            capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["data"]

    def requests(self, verb=""):
        """What has arrived at the API, but for what steers the sandbox."""
        return [f"{one['method']} {one['path']}" for one in self.call("sandbox.requests")["requests"]
                if one["method"].startswith(verb) and "/sandbox/" not in one["path"]]

    def people(self, engagement="ngmt_sandbox01"):
        """Who is on an engagement, rooms included."""
        found = self.call("engagement.get", engagement_id=engagement, expand=["contacts"])
        return {contact["id"] for contact in found["contacts"]}

    def fail(self, match, *steps, **more):
        self.call("sandbox.fail", match=match, steps=list(steps), **more)

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
