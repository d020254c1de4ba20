"""Makes a Python module of types from schema/openrpc.json, with datamodel-code-generator.

usage: make_types.py OPENRPC OUTPUT

An OpenRPC document keeps its types where an OpenAPI document has them; the params and the result of each method become
types beside them, named as in EngagementGetParams and EngagementGetResult.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path


def type_name(method, suffix):
    return "".join(word[:1].upper() + word[1:] for word in method.split(".")) + suffix


def openapi(document):
    schemas = dict(document["components"]["schemas"])
    for method in document["methods"]:
        params = method["params"]
        schemas[type_name(method["name"], "Params")] = {
            "type": "object",
            "properties": {param["name"]: param["schema"] for param in params},
            "required": [param["name"] for param in params if param["required"]],
            "additionalProperties": False,
        }
        schemas[type_name(method["name"], "Result")] = method["result"]["schema"]
    return {
        "openapi": "3.1.0",
        "info": document["info"],
        "paths": {},
        "components": {"schemas": schemas},
    }


def main(source, output):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(openapi(json.loads(Path(source).read_text())), file)
        file.flush()
        subprocess.run(
            [
                sys.executable, "-m", "datamodel_code_generator", "--input", file.name, "--output", output,
                "--input-file-type", "openapi", "--output-model-type", "pydantic_v2.BaseModel",
                "--target-python-version", "3.11", "--disable-timestamp", "--field-constraints",
            ],
            check=True,
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
