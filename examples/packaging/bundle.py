"""Makes the .mcpb bundle and server.json out of the wheel in a folder, and of what the program says of itself."""

import hashlib
import json
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

folder = Path(sys.argv[1])
version, homepage, registry_name = (os.environ[name] for name in ("version", "homepage", "registry_name"))
wheel = next(folder.glob("*.whl"))
tools = json.loads(subprocess.check_output([os.environ["binary"], "schema", "mcp"]))["tools"]
summary = "Read and change AskElephant engagements, attendees and contacts"

manifest = {
    "manifest_version": "0.4",
    "name": "engagement-rpc",
    "display_name": "AskElephant engagements",
    "version": version,
    "description": summary,
    "long_description": "Tools for the AskElephant Public API v2. Replacing contacts drops whoever is not listed, so a "
    "person is asked first, with names, where the host can ask; every failed write says whether it happened.",
    "author": {"name": os.environ["maintainer"].split(" <")[0]},
    "homepage": homepage,
    "server": {
        "type": "binary",
        "entry_point": "server/engagement_rpc/engagement-rpc",
        "mcp_config": {
            "command": "${__dirname}/server/engagement_rpc/engagement-rpc",
            "args": ["--toolsets", "${user_config.toolsets}", "--confirm", "${user_config.confirm}"],
            "env": {
                "ENGAGEMENT_RPC_TOKEN": "${user_config.token}",
                "ENGAGEMENT_RPC_READ_ONLY": "${user_config.read_only}",
            },
        },
    },
    "tools": [{"name": tool["name"], "description": tool["description"]} for tool in tools],
    "tools_generated": True,
    "compatibility": {"platforms": ["linux"]},
    "user_config": {
        "token": {
            "type": "string",
            "title": "API key",
            "description": "From the workspace's settings; begins with sk-apik_",
            "sensitive": True,
            "required": True,
        },
        "read_only": {
            "type": "boolean",
            "title": "Read only",
            "description": "Offer no tool that changes anything",
            "default": False,
        },
        "confirm": {
            "type": "string",
            "title": "Ask before destroying",
            "description": "auto: where the host can ask; always: refuse where it can't; never",
            "default": "auto",
        },
        "toolsets": {
            "type": "string",
            "title": "Tools",
            "description": "attendees, all, or names with commas between",
            "default": "attendees",
        },
    },
}

bundle = folder / f"engagement-rpc-{version}-linux-{os.environ['arch']}.mcpb"
with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as target:
    target.writestr("manifest.json", json.dumps(manifest, indent=2) + "\n")
    # For hosts that read skills out of a bundle; the program serves the same ones.
    skills = Path(__file__).parents[2] / "schema/skills"
    for file in sorted(skills.rglob("*.*")):
        target.write(file, f"skills/{file.relative_to(skills)}")
    target.write(skills.parents[1] / "Sources/CHANGELOG.md", "CHANGELOG.md")
    for item in source.infolist():
        top = item.filename.split("/")[0]
        if top == "engagement_rpc.libs" or item.filename == "engagement_rpc/engagement-rpc":
            copy = zipfile.ZipInfo(f"server/{item.filename}", item.date_time)
            copy.compress_type = zipfile.ZIP_DEFLATED
            copy.external_attr = (stat.S_IFREG | 0o755) << 16
            target.writestr(copy, source.read(item))

environment = [
    {
        "name": "ENGAGEMENT_RPC_TOKEN",
        "description": "API key of the AskElephant workspace; or give ENGAGEMENT_RPC_TOKEN_FILE or _TOKEN_COMMAND",
        "format": "string",
        "isRequired": False,
        "isSecret": True,
    },
    {
        "name": "ENGAGEMENT_RPC_CONFIRM",
        "description": "Whether a person is asked before a tool destroys something",
        "format": "string",
        "choices": ["never", "auto", "always"],
        "default": "auto",
    },
]
server = {
    "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
    "name": registry_name,
    "title": "AskElephant engagements",
    "description": summary,
    "version": version,
    "websiteUrl": homepage,
    "packages": [
        {
            "registryType": "pypi",
            "identifier": "engagement-rpc",
            "version": version,
            "runtimeHint": "uvx",
            "transport": {"type": "stdio"},
            "environmentVariables": environment,
        },
        {
            "registryType": "mcpb",
            "identifier": f"{os.environ['downloads']}/{bundle.name}",
            "fileSha256": hashlib.sha256(bundle.read_bytes()).hexdigest(),
            "transport": {"type": "stdio"},
        },
    ],
}
(folder / "server.json").write_text(json.dumps(server, indent=2) + "\n")
