"""Unpacks an .mcpb bundle as a host does, looks for the skills in it, and prints the command that its manifest makes of
the settings' defaults, a word a line: bundle.py BUNDLE FOLDER [SCHEMA]. With a schema the manifest has to fit it."""

import json
import sys
import zipfile
from pathlib import Path

bundle, folder = sys.argv[1], Path(sys.argv[2])
with zipfile.ZipFile(bundle) as packed:
    for item in packed.infolist():
        Path(packed.extract(item, folder)).chmod(item.external_attr >> 16 or 0o644)
skills = Path(__file__).parents[2] / "schema/skills"
for file in skills.rglob("*.*"):
    assert (folder / "skills" / file.relative_to(skills)).read_bytes() == file.read_bytes(), f"{file} is not in it"
manifest = json.loads((folder / "manifest.json").read_text())
if len(sys.argv) > 3:
    import jsonschema

    jsonschema.validate(manifest, json.loads(Path(sys.argv[3]).read_text()))

settings = manifest["user_config"]


def filled(text):
    text = text.replace("${__dirname}", str(folder))
    for name, setting in settings.items():
        value = setting.get("default", "sk-apik_test0000000000000000")
        text = text.replace(f"${{user_config.{name}}}", str(value).lower() if isinstance(value, bool) else value)
    return text


config = manifest["server"]["mcp_config"]
assert filled(config["command"]) == str(folder / manifest["server"]["entry_point"]), "another entry point"
words = ["env", *(f"{name}={filled(value)}" for name, value in config["env"].items())]
print(*words, filled(config["command"]), *map(filled, config["args"]), sep="\n")
