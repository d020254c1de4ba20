"""Loads what the sandbox answers into the types made of the OpenRPC document.

usage: load_answers.py BINARY          with the module `engagement_types` on the path

Every example of the document is asked for, and every list to its end. An answer that a type refuses, and a member that
no type has, fail the run.
"""

import json
import subprocess
import sys

import engagement_types
from make_types import type_name

LISTS = ["engagement.list", "contact.list", "company.list", "tag.list", "user.list"]
EXPAND = ["companies", "contacts", "owner", "action_items", "signals", "transcript", "media_url", "tags"]


def names(value):
    """The names of all members, at any depth, each with the names around it."""
    if isinstance(value, dict):
        return {(name,) + rest for name, inner in value.items() for rest in names(inner) | {()}}
    if isinstance(value, list):
        return {rest for inner in value for rest in names(inner)}
    return set()


def exchange(binary, line):
    output = subprocess.run([binary, "--sandbox"], input=line + "\n", capture_output=True, text=True, check=True)
    return json.loads(output.stdout)


def requests(binary):
    shown = subprocess.run([binary, "schema", "examples"], capture_output=True, text=True, check=True)
    for line in shown.stdout.splitlines():
        yield line.split(" ", 1)[1]
    for method in LISTS:
        params = {"all": True}
        if method == "engagement.list":
            params["expand"] = [word for word in EXPAND if word != "transcript"]
        yield json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    for number in range(1, 13):
        params = {"engagement_id": f"ngmt_sandbox{number:02}", "expand": EXPAND}
        yield json.dumps({"jsonrpc": "2.0", "id": 1, "method": "engagement.get", "params": params})


def main(binary):
    count = 0
    for line in requests(binary):
        method = json.loads(line)["method"]
        answer = exchange(binary, line)
        assert "result" in answer, f"{line}: {answer}"
        loaded = getattr(engagement_types, type_name(method, "Result")).model_validate(answer["result"])
        kept = names(json.loads(loaded.model_dump_json(exclude_unset=True, by_alias=True)))
        # What `anything` holds has no names of its own.
        lost = {path for path in names(answer["result"]) - kept if "anchor" not in path}
        assert not lost, f"{method}: no type has {sorted(lost)}"
        count += 1
    failure = exchange(binary, '{"jsonrpc":"2.0","id":1,"method":"engagement.get","params":["ngmt_none"]}')
    assert engagement_types.Error.model_validate(failure["error"]["data"]).kind == "not_found"
    print(f"{count} answers loaded into their types")


if __name__ == "__main__":
    main(sys.argv[1])
